// Plugins that do not come with the gateway. Channels but for Telegram, most search providers and many model
// providers are packages of their own: where one is wanted and not there, releases from 2026.7 on do not
// start, and earlier ones start without it and say nothing.

import {
  and,
  type Assertion,
  choose,
  type Exp,
  not,
  record,
  type Ref,
  table,
  when,
} from "../src/index.ts";
import plugins2026_9_6 from "./gateway-plugins/2026.9.6.json" with { type: "json" };
import plugins2026_6_5 from "./gateway-plugins/2026.6.5.json" with { type: "json" };

interface ExternalPlugin {
  readonly id: string;
  readonly channel?: string;
  readonly variables: readonly string[];
}

type Names = Exp<readonly string[]>;

/** By its name in the gateway's catalogue. */
type Missing = Readonly<Record<string, Omit<ExternalPlugin, "id">>>;

interface Options {
  /** Whether the program is one that has such plugins: before 2026.2, all channels came with it. */
  readonly hasPlugins: Exp<boolean>;
  readonly package: Exp<string>;
  readonly plugins: Ref<readonly string[]>;
  readonly settings: Exp<unknown>;
  /** The names of the service's variables, by the options that have them. */
  readonly variables: readonly { readonly option: Assertion["option"]; readonly names: Names }[];
}

const newer = table<Missing>(
  "missingPlugins",
  "What does not come with the gateway, from release 2026.7 on: plugins, the channels that they are, and\nthe variables that make the gateway want them.",
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

/** The settings that switch declared plugins on. */
export function pluginSettings(plugins: Names): Exp<unknown> {
  return when(
    not(plugins.isEmpty()),
    record({ plugins: record({ entries: plugins.recordFor(() => record({ enabled: true })) }) }),
  );
}

const waysOut =
  "Put the plugin into `package`; or, with a package of release 2026.7 or newer, add `pkgs.nodejs` to `path`, and the gateway installs it at its first start. Then add its name to `gateway.plugins`.";

export function pluginAssertions({
  hasPlugins,
  package: program,
  plugins,
  settings,
  variables,
}: Options): readonly Assertion[] {
  const all = choose<Missing>(program.isAtLeast("2026.7"), newer, older);
  const refuse = (option: Assertion["option"], wanted: Names, why: string): Assertion => ({
    option,
    offenders: choose<readonly string[]>(
      hasPlugins,
      wanted.filter((id) => not(plugins.includes(id))),
      [],
    ),
    complaint: `${why} ${waysOut}`,
  });

  const entries = recordAt(settings, "plugins.entries");
  const switchedOn = entries.namesWhere((entry) => entry.at<boolean>("enabled", false).is(true));
  const switchedOff = entries.namesWhere(isOff);
  const channels = recordAt(settings, "channels").namesWhere((channel) =>
    channel.isSet().and(not(isOff(channel))),
  );
  const channelOf = (plugin: Exp<unknown>): Exp<string> => plugin.at<string>("channel", "");
  return [
    refuse(
      plugins,
      all.namesWhere((plugin) => channels.includes(channelOf(plugin))),
      "is missing, the plugin of a channel in `settings.channels`: it does not come with the gateway.",
    ),
    refuse(
      plugins,
      all.names().filter((id) => switchedOn.includes(id)),
      "is missing, a plugin that `settings.plugins.entries` switches on: it does not come with the gateway.",
    ),
    ...variables.map(({ option, names }) =>
      refuse(
        option,
        all
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
  ];
}
