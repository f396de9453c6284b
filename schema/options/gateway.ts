// The gateway's own listener and how clients authenticate to it.

import { credential, option, port, z } from "nixmodgen";
import { address4 } from "../addresses.ts";
import { generations } from "../generations.ts";
import { plugins } from "./plugins.ts";

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
   * Which addresses the gateway listens on: `loopback`, this machine's own; `lan`, all it has;
   * `tailnet`, the one that Tailscale gave it, and loopback alone while there is none at the start;
   * `custom`, {option}`gateway.customBindHost`. Anything but `loopback` lets other machines reach a
   * program that acts on what it is told; put a reverse proxy or a private network in front. `auto` is
   * refused: it is all addresses where the gateway takes the machine for a container.
   */
  bind: option(z.enum(["loopback", "lan", "tailnet", "auto", "custom"]), {
    default: "loopback",
    setting: "gateway.bind",
  }),

  /**
   * The address of version 4 that the gateway listens on, with {option}`gateway.bind` set to
   * `custom`. While the machine has no such address, the service manager starts the gateway again
   * and again.
   */
  customBindHost: option(z.string().regex(address4).nullable(), {
    default: null,
    example: "192.168.1.10",
    setting: "gateway.customBindHost",
  }),

  ...plugins,

  /**
   * Whether to open {option}`gateway.port` in the firewall. It changes nothing while
   * {option}`gateway.bind` is `loopback`.
   */
  openFirewall: option(z.boolean(), { default: false, platforms: ["nixos"] }),

  auth: {
    /**
     * How clients of the gateway authenticate: by a `token` or a `password`; by what a proxy says of them
     * (`trusted-proxy`: name the proxy in `settings.gateway.trustedProxies` and its header in
     * `settings.gateway.auth.trustedProxy`; on this machine that needs `allowLoopback` there, and
     * every program of the machine can then say that it is the proxy); or not at all (`none`: every program of this machine can then
     * give the model orders, whoever runs it; refused where {option}`gateway.bind` is not `loopback`).
     */
    mode: option(z.enum(["token", "password", "trusted-proxy", "none"]), {
      default: "token",
      setting: "gateway.auth.mode",
    }),

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
