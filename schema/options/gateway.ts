// The gateway's own listener and how clients authenticate to it.

import { credential, option, port, z } from "../../src/index.ts";
import { generations } from "../generations.ts";

export const gateway = {
  /**
   * Which generation of the program the package is: it was called clawdbot, for four days in
   * January 2026 moltbot, and openclaw since. Decides the names of environment variables and
   * files and the shape of the configuration. A wrong value silently switches Nix mode off, so it
   * has to match {option}`package`.
   */
  generation: option(z.enum(generations.names), { default: "openclaw", instance: "inherit" }),

  /** TCP port the gateway listens on. The only port the service may listen on at all. */
  port: option(port(), { default: 18789, setting: "gateway.port" }),

  /**
   * Which addresses the gateway listens on. Anything but `loopback` lets other machines reach a
   * program that acts on what it is told; put a reverse proxy or a private network in front.
   */
  bind: option(z.enum(["loopback", "lan", "tailnet", "auto", "custom"]), {
    default: "loopback",
    setting: "gateway.bind",
  }),

  /**
   * Whether to open {option}`gateway.port` in the firewall. Has no use while {option}`gateway.bind`
   * is `loopback`.
   */
  openFirewall: option(z.boolean(), { default: false, platforms: ["nixos"] }),

  auth: {
    /** How clients of the gateway authenticate. */
    mode: option(z.enum(["token", "password"]), { default: "token", setting: "gateway.auth.mode" }),

    /**
     * File holding the token clients show. Without it, and with {option}`gateway.auth.mode` set to
     * `token`, a random token is made at the first start and kept in `gateway-token` in the state
     * directory.
     */
    tokenFile: credential({ variable: generations.value.token }),

    /** File holding the password clients show. Needed when {option}`gateway.auth.mode` is `password`. */
    passwordFile: credential({ variable: generations.value.password }),
  },
};
