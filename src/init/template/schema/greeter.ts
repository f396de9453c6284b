// The service: its options, and what runs. `greeter.py` is the program; put your own in its place.
// The library's documentation: node_modules/nixmodgen/README.md

import {
  configFile,
  credential,
  defineService,
  directoryInState,
  option,
  port,
  standardConfig,
  standardModel,
  standardOptions,
  z,
} from "nixmodgen";
import { baseline } from "nixmodgen/baseline";

const { service, config } = standardOptions("greeter");

export default defineService({
  name: "greeter",
  summary: "greeter, which greets over HTTP and keeps a guest book",
  documentation: "https://example.org/greeter",

  // The comment above an option is its description, its type is what users may set.
  options: {
    ...service,
    ...config,
    /** TCP port it listens on. */
    port: option(port(), { default: 8080, setting: "port", instance: "own" }),
    /** Whether other machines may connect. */
    openFirewall: option(z.boolean(), { default: false, platforms: ["nixos"] }),
    /** What visitors read first. */
    greeting: option(z.string().min(1), { default: "Hello", setting: "greeting" }),
    /** File holding the token that visitors show. */
    tokenFile: credential({ variable: "GREETER_TOKEN" }),
    /** Directory of the guest book. */
    dataDir: directoryInState("data"),
  },

  // What runs, in terms of the options. No platform is named: each module does it in its platform's way.
  model: (cfg) => ({
    ...standardModel(cfg),
    config: standardConfig(cfg),
    arguments: ["--config", configFile],
    environment: [{ name: "GREETER_DATA", value: cfg.dataDir }],
    listen: { option: cfg.port, openFirewall: cfg.openFirewall },
    directories: [cfg.dataDir],
    confinement: baseline(),
  }),
});
