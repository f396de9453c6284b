// Earlier modules of the gateway: the names of their options here, and advice for options without a successor.
//
// - The home-manager module, under its two names until January 2026 (nix-clawdbot, nix-moltbot). Its successor,
//   `programs.openclaw`, is left alone: it is maintained, and may be imported beside this one.
// - The NixOS module that was proposed there as `services.clawdbot`.
//
// https://github.com/openclaw/nix-openclaw
// https://github.com/openclaw/nix-openclaw/pull/24

import type { Ref, SupersededModule } from "nixmodgen";

export interface Successors {
  readonly model: Ref<unknown>;
  readonly thinkingDefault: Ref<unknown>;
  readonly queueByChannel: Ref<unknown>;
  readonly port: Ref<unknown>;
  readonly tokenFile: Ref<unknown>;
  readonly settings: Ref<unknown>;
  readonly appPackage: Ref<unknown>;
  readonly installApp: Ref<unknown>;
}

const programs =
  "The service finds a short list of programs and what `services.moltbot.path` adds to them.";
const plugins =
  "A plugin is skills and programs: list the former in `services.moltbot.skills`, the latter in `services.moltbot.path`.";
const always =
  "The service runs where the module is enabled: set `services.moltbot.enable` to false to stop it.";
const unitName = "Units are called moltbot-gateway and moltbot-gateway-<instance>.";
const sources = "Set `services.moltbot.package` to a package that is built from these sources.";

/** The names of units. nix-openclaw's are among them, in case that module is no longer imported. */
const units = ["clawdbot-gateway", "openclaw-gateway"];

/** What all of these modules had at the top level. */
const toolsAndPlugins = { toolNames: programs, excludeTools: programs, plugins };

export function superseded(to: Successors): readonly SupersededModule[] {
  const queue = { "routing.queue.byProvider": to.queueByChannel };
  const defaults = {
    "defaults.model": to.model,
    "defaults.thinkingDefault": to.thinkingDefault,
  };
  const ofInstances = {
    gatewayPort: to.port,
    config: to.settings,
    configOverrides: to.settings,
    ...queue,
  };
  return [
    {
      places: ["programs.moltbot", "programs.clawdbot"],
      platforms: ["home-manager"],
      units,
      renamed: {
        ...defaults,
        config: to.settings,
        appPackage: to.appPackage,
        installApp: to.installApp,
        ...queue,
      },
      removed: {
        ...toolsAndPlugins,
        firstParty: plugins,
        exposePluginPackages: "Add the packages you want to use yourself to `home.packages`.",
        "launchd.enable": always,
        "systemd.enable": always,
        "reloadScript.enable": "The service is restarted whenever its configuration has changed.",
      },
      instances: {
        switch: "enable",
        renamed: ofInstances,
        removed: {
          configPath: "The configuration stays in the Nix store, where nobody can replace it.",
          logPath: "The log is in the user's journal, on macOS in ~/Library/Logs/moltbot.",
          gatewayPath: sources,
          gatewayPnpmDepsHash: sources,
          plugins,
          "app.install.enable":
            "Set `services.moltbot.app.install.enable`, once for all instances.",
          "app.install.path": "home-manager chooses where applications are.",
          appDefaults: "Set `services.moltbot.appDefaults`, once for all instances.",
          "launchd.enable": always,
          "launchd.label": unitName,
          "systemd.enable": always,
          "systemd.unitName": unitName,
        },
      },
    },
    {
      places: ["services.clawdbot"],
      platforms: ["nixos", "home-manager", "darwin"],
      units,
      renamed: {
        ...defaults,
        "gateway.authTokenFile": to.tokenFile,
        config: to.settings,
        configOverrides: to.settings,
        ...queue,
      },
      removed: toolsAndPlugins,
      instances: {
        switch: "enable",
        renamed: { ...ofInstances, "gateway.authTokenFile": to.tokenFile },
        removed: { plugins },
      },
    },
  ];
}
