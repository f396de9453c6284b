// Plugins of the gateway that are packages of their own.

import { option, packageType, sourcePath, submodule, z } from "nixmodgen";

/** The ids of the gateway's catalogue are such names; each becomes a directory. */
const pluginId = /^[a-z0-9][a-z0-9-]*$/;

export const plugins = {
  /**
   * Plugins that do not come with the gateway, by their ids: channels but for Telegram (`discord`), most search
   * providers (`brave`), many model providers and others. The module switches on what is declared here. With a
   * `source` it makes a package of the gateway with the plugin in it, which the service and the operator's
   * command then run: the plugin is pinned, and nothing that the service writes can change it or take its
   * place. That package is a copy of the gateway's program, of some 300 MB. Without a `source`, the plugin is
   * there already: {option}`package` has it in its `dist/extensions`, which the module does not look at.
   */
  plugins: option(
    z.record(
      z.string().regex(pluginId),
      submodule({
        /**
         * The plugin's npm tarball, as a file that `pkgs.fetchurl` fetches, or a directory with its content. It
         * has to be of a release that the gateway takes: choose the gateway's own. The plugins for Discord,
         * Slack, WhatsApp, Signal and Matrix bring the modules they need, and the one for Brave needs none.
         */
        source: option(sourcePath().nullable(), { default: null }),

        /**
         * For plugins that do not bring the modules they need: a package with those in its `node_modules`, for
         * example one that `pkgs.importNpmLock.buildNodeModules` makes.
         */
        modules: option(packageType().nullable(), { default: null }),

        /**
         * Whether the gateway installs the plugin itself, from npm, at its first start. It does that from
         * release 2026.7 on, and needs `pkgs.nodejs` in {option}`path` and the network. The cost: it takes the
         * newest version of that day; the plugin is in the state directory, where the model can change it and
         * add others; and while npm does not answer, the gateway runs without the plugin.
         */
        install: option(z.boolean(), { default: false }),
      }),
    ),
    { default: {} },
  ),
};
