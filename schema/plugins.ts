// Plugins that do not come with the gateway. Channels but for Telegram, most search providers and many model
// providers are packages of their own: where one is wanted and not there, releases from 2026.7 on do not
// start, and earlier ones start without it and say nothing.

import {
  type Assertion,
  choose,
  type Exp,
  not,
  record,
  type Ref,
  table,
  when,
} from "../src/index.ts";
import since2026_7 from "./gateway-plugins/2026.9.6.json" with { type: "json" };
import until2026_7 from "./gateway-plugins/2026.6.5.json" with { type: "json" };

interface ExternalPlugin {
  readonly id: string;
  readonly channel?: string;
  readonly variables: readonly string[];
}

type Names = Exp<readonly string[]>;

/** What a release knows and does not have. */
interface Missing {
  readonly ids: readonly string[];
  /** The plugin of each channel. */
  readonly channels: Readonly<Record<string, string>>;
  /** The plugin that each variable makes the gateway want. */
  readonly variables: Readonly<Record<string, string>>;
}

interface Options {
  /** Whether the program is one that has such plugins: before 2026.2, all channels came with it. */
  readonly hasPlugins: Exp<boolean>;
  readonly package: Exp<string>;
  readonly plugins: Ref<readonly string[]>;
  readonly settings: Exp<unknown>;
  readonly credentials: Ref<Readonly<Record<string, string>>>;
  readonly environment: Ref<Readonly<Record<string, string>>>;
}

function missingIn(plugins: readonly ExternalPlugin[]): Missing {
  return {
    ids: plugins.map(({ id }) => id),
    channels: Object.fromEntries(
      plugins.flatMap(({ id, channel }) => (channel === undefined ? [] : [[channel, id]])),
    ),
    variables: Object.fromEntries(
      plugins.flatMap(({ id, variables }) => variables.map((name) => [name, id])),
    ),
  };
}

const newer = table(
  "missingPlugins",
  "What the gateway knows and does not have, from release 2026.7 on: plugins, and whose each channel and\nvariable is.",
  { ...missingIn(since2026_7) },
);

const older = table(
  "missingPluginsUntil2026_7",
  "The same for earlier releases, which no variable makes want a plugin.",
  { ...missingIn(until2026_7), variables: {} },
);

const isOff = (value: Exp<unknown>): Exp<boolean> => value.at<boolean>("enabled", true).is(false);

/** The settings that switch declared plugins on. */
export function pluginSettings(plugins: Names): Exp<unknown> {
  return when(
    not(plugins.isEmpty()),
    record({ plugins: record({ entries: plugins.recordFor(() => record({ enabled: true })) }) }),
  );
}

const waysOut =
  "Put it into `package` and its name into `gateway.plugins`; or have the gateway of a release from 2026.7 on install it at its first start, by its name in `gateway.plugins` and `pkgs.nodejs` in `path`";

export function pluginAssertions({
  hasPlugins,
  package: program,
  plugins,
  settings,
  credentials,
  environment,
}: Options): readonly Assertion[] {
  const all = choose<Missing>(program.isAtLeast("2026.7"), newer, older);
  const isMissing = (id: Exp<string>): Exp<boolean> => not(plugins.includes(id));
  const refuse = (option: Assertion["option"], offenders: Names, why: string): Assertion => ({
    option,
    offenders: choose<readonly string[]>(hasPlugins, offenders, []),
    complaint: `${why} ${waysOut}.`,
  });

  const entries = settings.at<Readonly<Record<string, never>>>("plugins.entries", {});
  const switchedOn = entries.namesWhere((entry) => entry.at<boolean>("enabled", false).is(true));
  const switchedOff = entries.namesWhere(isOff);
  const channels = settings
    .at<Readonly<Record<string, never>>>("channels", {})
    .namesWhere((channel) => not(isOff(channel)));
  const unserved = all.get("channels").namesWhere(isMissing);
  const unread = all
    .get("variables")
    .namesWhere((id) => isMissing(id).and(not(switchedOff.includes(id))));
  return [
    refuse(
      plugins,
      unserved.filter((channel) => channels.includes(channel)),
      "is missing: `settings.channels` has it, but it is a plugin that does not come with the gateway.",
    ),
    refuse(
      plugins,
      all.get("ids").filter((id) => isMissing(id).and(switchedOn.includes(id))),
      "is missing: `settings.plugins.entries` switches it on, but it does not come with the gateway.",
    ),
    ...[credentials, environment].map((option) =>
      refuse(
        option,
        unread.filter((variable) => option.names().includes(variable)),
        "is read by a plugin that does not come with the gateway, which does not start without it. If it is for something else, switch that plugin off in `settings.plugins.entries`.",
      ),
    ),
  ];
}
