// The gateway was renamed twice, and each name has other environment variables, file names and
// configuration keys. Only this table knows them.

import { variants } from "nixmodgen";

/** Settings that every generation accepts and a server wants. */
const quiet = {
  update: { checkOnStart: false },
  discovery: { mdns: { mode: "off" } },
  env: { shellEnv: { enabled: false } },
  skills: { install: { preferBrew: false } },
} as const;

/** January 2026 and before. The generation `moltbot` renamed only the paths to MOLTBOT_; the rest stayed CLAWDBOT_. */
const clawdbotVariables = {
  nixMode: "CLAWDBOT_NIX_MODE",
  token: "CLAWDBOT_GATEWAY_TOKEN",
  password: "CLAWDBOT_GATEWAY_PASSWORD",
  noRespawn: "CLAWDBOT_NO_RESPAWN",
  loadProfile: "CLAWDBOT_LOAD_SHELL_ENV",
  noBonjour: "CLAWDBOT_DISABLE_BONJOUR",
  ownPath: "CLAWDBOT_PATH_BOOTSTRAPPED",
  port: "CLAWDBOT_GATEWAY_PORT",
  readOnlyConfig: null,
  supervisor: null,
  // It loads TOOLS.md itself.
  toolsReport: "TOOLS.md",
  // It rewrites its configuration when a configured channel's plugin is not enabled by name.
  enablesChannelPlugins: true,
  isCurrent: false,
  settings: { ...quiet, browser: { enabled: false }, canvasHost: { enabled: false } },
} as const;

export const generations = variants("generations", {
  openclaw: {
    stateDir: "OPENCLAW_STATE_DIR",
    configPath: "OPENCLAW_CONFIG_PATH",
    nixMode: "OPENCLAW_NIX_MODE",
    token: "OPENCLAW_GATEWAY_TOKEN",
    password: "OPENCLAW_GATEWAY_PASSWORD",
    noRespawn: "OPENCLAW_NO_RESPAWN",
    loadProfile: "OPENCLAW_LOAD_SHELL_ENV",
    noBonjour: "OPENCLAW_DISABLE_BONJOUR",
    ownPath: "OPENCLAW_PATH_BOOTSTRAPPED",
    port: "OPENCLAW_GATEWAY_PORT",
    readOnlyConfig: "OPENCLAW_CONFIG_READONLY",
    supervisor: "OPENCLAW_SUPERVISOR_MODE",
    configName: "openclaw.json",
    skillKey: "openclaw",
    // It no longer loads TOOLS.md, so the report goes into a document that it loads.
    toolsReport: "AGENTS.md",
    enablesChannelPlugins: false,
    isCurrent: true,
    settings: { ...quiet, update: { checkOnStart: false, auto: { enabled: false } } },
  },
  moltbot: {
    ...clawdbotVariables,
    stateDir: "MOLTBOT_STATE_DIR",
    configPath: "MOLTBOT_CONFIG_PATH",
    configName: "moltbot.json",
    skillKey: "moltbot",
  },
  clawdbot: {
    ...clawdbotVariables,
    stateDir: "CLAWDBOT_STATE_DIR",
    configPath: "CLAWDBOT_CONFIG_PATH",
    configName: "clawdbot.json",
    skillKey: "clawdbot",
  },
});

/** Settings that releases before 2026.7 refuse. */
export const since2026_7 = {
  // Off: it gives administrators of the web interface a shell on the host.
  gateway: { terminal: { enabled: false } },
} as const;

/** Settings that releases since 2026.8 refuse. */
export const until2026_8 = {
  // Off: the gateway would ask other sites for prices of models at every start.
  models: { pricing: { enabled: false } },
} as const;

/** Settings that releases before 2026.8 refuse. */
export const since2026_8 = {
  gateway: { nodes: { pairing: { sshVerify: false } } },
  telemetry: { enabled: false },
  models: { catalogRefresh: { enabled: false } },
} as const;
