// Plugins that do not come with the gateway. Channels but for Telegram, most search providers and many model
// providers are packages of their own: where one is wanted and not there, releases from 2026.7 on do not
// start, and earlier ones start without it and say nothing.

import {
  and,
  type Assertion,
  choose,
  type Exp,
  type Fields,
  named,
  not,
  type PackageBuild,
  record,
  type Refs,
  table,
  text,
  when,
} from "nixmodgen";
import plugins2026_9_6 from "./gateway-plugins/2026.9.6.json" with { type: "json" };
import plugins2026_6_5 from "./gateway-plugins/2026.6.5.json" with { type: "json" };
import type { plugins } from "./options/plugins.ts";

interface ExternalPlugin {
  readonly id: string;
  readonly npm: string;
  readonly channel?: string;
  readonly variables: readonly string[];
}

type Names = Exp<readonly string[]>;

export type Plugins = Refs<typeof plugins>["plugins"];
type Plugin = Fields<
  Plugins extends Exp<infer R> ? (R extends Readonly<Record<string, infer P>> ? P : never) : never
>;

/** By its name in the gateway's catalogue. */
type Missing = Readonly<Record<string, Omit<ExternalPlugin, "id">>>;

interface Options {
  /** Whether the program is one that has such plugins: before 2026.2, all channels came with it. */
  readonly hasPlugins: Exp<boolean>;
  readonly package: Exp<string>;
  readonly plugins: Plugins;
  readonly settings: Exp<unknown>;
  /** The names of the service's variables, by the options that have them. */
  readonly variables: readonly { readonly option: Assertion["option"]; readonly names: Names }[];
}

const newer = table<Missing>(
  "missingPlugins",
  "What does not come with the gateway, from release 2026.7 on: plugins, their packages, the channels that they\nare, and the variables that make the gateway want them.",
  Object.fromEntries(plugins2026_9_6.map(({ id, ...plugin }) => [id, plugin])),
);

const older = table<Missing>(
  "missingPluginsUntil2026_7",
  "The same for earlier releases, which no variable makes want a plugin.",
  Object.fromEntries(
    plugins2026_6_5.map(({ id, ...plugin }) => [id, { ...plugin, variables: [] }]),
  ),
);

/** A set of free settings; null takes it away. */
const recordAt = (settings: Exp<unknown>, path: string): Exp<Readonly<Record<string, null>>> =>
  settings.at<Readonly<Record<string, null>> | null>(path, {}).orElse({});

const isOff = (value: Exp<unknown>): Exp<boolean> => value.at<boolean>("enabled", true).is(false);

const isPackaged = (plugin: Plugin): Exp<boolean> => plugin.source.isSet();

/** The settings that switch declared plugins on. */
export function pluginSettings(declared: Plugins): Exp<unknown> {
  const names = declared.names();
  return when(
    not(names.isEmpty()),
    record({ plugins: record({ entries: names.recordFor(() => record({ enabled: true })) }) }),
  );
}

/** The gateway's package with those that have a source. */
export function pluginPackage(declared: Plugins): PackageBuild {
  return {
    wanted: not(declared.namesWhere(isPackaged).isEmpty()),
    script: "add-plugins.sh",
    variables: { plugins: declared.json() },
  };
}

/** Whether the gateway installs a plugin itself. */
export function installsPlugins(declared: Plugins): Exp<boolean> {
  return not(declared.namesWhere((plugin) => plugin.install).isEmpty());
}

export function pluginAssertions({
  hasPlugins,
  package: program,
  plugins: declared,
  settings,
  variables,
}: Options): readonly Assertion[] {
  const missing = named(
    "missing",
    "What does not come with this release.",
    choose<Missing>(program.isAtLeast("2026.7"), newer, older),
  );
  const lines = named(
    "lines",
    "What does not come with this release, and the line that would declare it.",
    missing
      .names()
      .recordFor(
        (id) =>
          text`${id} (\`gateway.plugins.${id}.source = pkgs.fetchurl { url = "<URL of the npm tarball of ${missing
            .entry(id)
            .get("npm")}>"; hash = lib.fakeHash; };\`)`,
      ),
  );
  const refuse = (option: Assertion["option"], wanted: Names, why: string): Assertion => ({
    option,
    offenders: choose<readonly string[]>(
      hasPlugins,
      wanted.filter((id) => not(declared.names().includes(id))).map((id) => lines.entry(id)),
      [],
    ),
    complaint: `${why} Add the line in brackets with the URL of a version that fits the gateway; Nix then says the hash. The description of \`gateway.plugins\` has other ways.`,
  });

  const entries = named(
    "entries",
    "What the settings say about plugins.",
    recordAt(settings, "plugins.entries"),
  );
  const switchedOn = entries.namesWhere((entry) => entry.at<boolean>("enabled", false).is(true));
  const switchedOff = entries.namesWhere(isOff);
  const channels = named(
    "channels",
    "The channels that the settings have, and do not switch off.",
    recordAt(settings, "channels").namesWhere((channel) =>
      channel.isSet().and(not(isOff(channel))),
    ),
  );
  const channelOf = (plugin: Exp<unknown>): Exp<string> => plugin.at<string>("channel", "");
  return [
    refuse(
      declared,
      missing.namesWhere((plugin) => channels.includes(channelOf(plugin))),
      "is missing, the plugin of a channel in `settings.channels`: it does not come with the gateway.",
    ),
    refuse(
      declared,
      missing.names().filter((id) => switchedOn.includes(id)),
      "is missing, a plugin that `settings.plugins.entries` switches on: it does not come with the gateway.",
    ),
    ...variables.map(({ option, names }) =>
      refuse(
        option,
        missing
          .namesWhere((plugin) =>
            and(
              plugin
                .at<readonly string[]>("variables", [])
                .any((variable) => names.includes(variable)),
              // That is told of already.
              not(channels.includes(channelOf(plugin))),
            ),
          )
          .filter((id) => not(switchedOff.includes(id))),
        "is the plugin that one of these variables is for; it does not come with the gateway, which does not start without it. If the variable is for something else, set `settings.plugins.entries.<plugin>.enabled = false`.",
      ),
    ),
    ...declarationAssertions(declared, { hasPlugins, program }),
  ];
}

/** What must hold of the plugins that are declared. */
function declarationAssertions(
  declared: Plugins,
  { hasPlugins, program }: { readonly hasPlugins: Exp<boolean>; readonly program: Exp<string> },
): readonly Assertion[] {
  const refuse = (isWrong: (plugin: Plugin) => Exp<boolean>, complaint: string): Assertion => ({
    option: declared,
    offenders: declared.namesWhere(isWrong),
    complaint,
  });
  return [
    refuse(
      (plugin) => not(hasPlugins).and(isPackaged(plugin)),
      "has a `source`, and this generation of the gateway has its channels in its package: remove it, or set `gateway.generation`.",
    ),
    refuse(
      (plugin) => isPackaged(plugin).and(not(plugin.source.isSource())),
      "has a `source` that is a text outside of the Nix store: write the path without quotes, and Nix copies it to the store.",
    ),
    refuse(
      (plugin) => plugin.modules.isSet().and(not(isPackaged(plugin))),
      "has `modules`, which nothing uses without a `source`: set that, or remove this.",
    ),
    refuse(
      (plugin) => plugin.install.and(isPackaged(plugin)),
      "has a `source`, and the gateway is to `install` it, too: remove one of them.",
    ),
    refuse(
      (plugin) => plugin.install.and(not(program.isAtLeast("2026.7"))),
      "is to be installed by the gateway, which releases before 2026.7 do not do: set `source` instead.",
    ),
  ];
}
