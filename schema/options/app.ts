// The desktop application for macOS, which talks to the user's own gateway.
//
// Domain and keys of its settings come from its source: launchdLabel in Constants.swift, and
// NixDefaultsBridge.swift in https://github.com/openclaw/openclaw/tree/main/apps/macos.

import { group, option, packageType, port, z } from "nixmodgen";

/** The domain in which the application looks for settings of Nix, whatever its own bundle identifier is. */
export const appDomain = "ai.openclaw.mac";

const onMacOs = { platforms: ["home-manager"], systems: ["darwin"], instance: "none" } as const;

export const desktop = group(onMacOs, {
  app: {
    /**
     * Package of the application, with `Applications/*.app` in it. nixpkgs has none, so it has to
     * be said, for example the `openclaw-app` of nix-openclaw. macOS only.
     */
    package: option(packageType().nullable(), { default: null }),

    install: {
      /**
       * Whether to install {option}`app.package`. home-manager puts applications into
       * `~/Applications/Home Manager Apps`. The application runs as you, outside of the sandbox.
       * macOS only.
       */
      enable: option(z.boolean(), { default: false }),
    },
  },

  appDefaults: {
    /** Whether to write the settings below for the application. macOS only. */
    enable: option(z.boolean(), { default: false }),

    /** Whether the application leaves its configuration to Nix. macOS only. */
    nixMode: option(z.boolean(), { default: true }),

    /**
     * Whether the application uses the gateway that runs, instead of starting one of its own
     * outside of the sandbox. macOS only.
     */
    attachExistingOnly: option(z.boolean(), { default: true }),

    /** Port of the gateway that the application uses. macOS only. */
    gatewayPort: option(port()),
  },
});
