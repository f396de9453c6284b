// What the process is given besides its configuration.

import {
  absolutePath,
  environmentVariablePattern,
  jsonObject,
  option,
  packageType,
  secretFile,
  z,
} from "../../src/index.ts";

export const environment = {
  /**
   * Configuration of the gateway, as in its own configuration file. What is written here wins over
   * what the other options say. It is readable by everybody who can read the Nix store: secrets
   * belong into {option}`credentials`.
   */
  settings: option(jsonObject(), {
    default: {},
    example: { agents: { defaults: { timeoutSeconds: 600 } } },
  }),

  /**
   * What happens when {option}`settings` has a key or a value the gateway does not know: `error`
   * refuses the configuration, `warn` says so, `off` says nothing. Settings are known for some
   * releases of the gateway; the newest that is not newer than {option}`package` counts, or else the
   * oldest, and a mistake says which. Use `warn` or `off` for keys that came between that release and
   * the package's. Secrets in the settings are refused in any case.
   */
  settingsCheck: option(z.enum(["error", "warn", "off"]), { default: "error" }),

  /**
   * Whether the packaged gateway itself checks the whole configuration when the system is built.
   * Costs a start of the gateway's command at build time.
   */
  validateConfig: option(z.boolean(), { default: true }),

  /**
   * Secret files by the name of the environment variable the gateway reads, for everything that has
   * no option of its own.
   */
  credentials: option(z.record(z.string().regex(environmentVariablePattern), secretFile()), {
    default: {},
    example: { BRAVE_API_KEY: "/run/keys/brave" },
  }),

  /**
   * Environment variables of the service. Everybody on the machine can read them: secrets belong
   * into {option}`credentials`.
   */
  environment: option(z.record(z.string().regex(environmentVariablePattern), z.string()), {
    default: {},
    example: { TZ: "Europe/Vienna" },
  }),

  /**
   * Files with further variables, one `NAME=value` per line, read when the service starts. On NixOS
   * root reads them, and the service's user needs no access; elsewhere the user that the service
   * runs as has to be able to read them.
   */
  environmentFiles: option(z.array(absolutePath()), { default: [] }),

  /** Packages whose programs the model's tools may run. Every one widens what the model can do. */
  path: option(z.array(packageType()), { default: [] }),
};
