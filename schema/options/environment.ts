// The process's settings, credentials, variables and programs.

import { override } from "nixmodgen";
import { checks, config, service } from "./standard.ts";

export const environment = {
  settings: override(config.settings, {
    example: { agents: { defaults: { timeoutSeconds: 600 } } },
  }),
  settingsCheck: checks.settingsCheck,
  validateConfig: checks.validateConfig,
  credentials: override(service.credentials, { example: { GOOGLE_API_KEY: "/run/keys/google" } }),
  environment: service.environment,
  environmentFiles: service.environmentFiles,

  /** Packages whose programs the model's tools may run. Every one widens what the model can do. */
  path: service.path,
};
