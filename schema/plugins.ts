// Plugins that do not come with the gateway. Channels but for Telegram, most search providers and many model
// providers are packages of their own: where one is wanted and not there, releases from 2026.7 on do not
// start, and earlier ones start without it and say nothing.

import {
  type Assertion,
  choose,
  concat,
  type Exp,
  literal,
  not,
  record,
  type Ref,
  when,
} from "../src/index.ts";
import since2026_7 from "./gateway/plugins/2026.9.6.json" with { type: "json" };
import until2026_7 from "./gateway/plugins/2026.6.5.json" with { type: "json" };

interface ExternalPlugin {
  readonly id: string;
  readonly channel?: string;
  readonly variables: readonly string[];
}

type Names = Exp<readonly string[]>;
/** The plugin of each channel, or of each variable. */
type Owners = Exp<Readonly<Record<string, string>>>;

interface Options {
  /** Whether the program is one that has such plugins: before 2026.2, all channels came with it. */
  readonly hasPlugins: Exp<boolean>;
  readonly package: Exp<string>;
  readonly plugins: Ref<readonly string[]>;
  readonly settings: Exp<unknown>;
  readonly credentials: Ref<Readonly<Record<string, string>>>;
}

function ownersOf(
  plugins: readonly ExternalPlugin[],
  namesOf: (plugin: ExternalPlugin) => readonly string[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    plugins.flatMap((plugin) => namesOf(plugin).map((name) => [name, plugin.id])),
  );
}

/** By the package's release. */
function byRelease(
  program: Exp<string>,
  of: (plugins: readonly ExternalPlugin[]) => Readonly<Record<string, string>>,
): Owners {
  return choose<Readonly<Record<string, string>>>(
    program.isAtLeast("2026.7"),
    literal(of(since2026_7)),
    literal(of(until2026_7)),
  );
}

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
}: Options): readonly Assertion[] {
  const missing = (owners: Owners): Names => owners.namesWhere((id) => not(plugins.includes(id)));
  const entries = settings.at<Readonly<Record<string, never>>>("plugins.entries", {});
  const switchedOff = entries.namesWhere(isOff);

  const channels = settings
    .at<Readonly<Record<string, never>>>("channels", {})
    .namesWhere((channel) => not(isOff(channel)));
  const missingChannels = missing(
    byRelease(program, (all) =>
      ownersOf(all, ({ channel }) => (channel === undefined ? [] : [channel])),
    ),
  ).filter((name) => channels.includes(name));

  const missingEntries = missing(
    byRelease(program, (all) => ownersOf(all, ({ id }) => [id])),
  ).filter((name) =>
    entries.namesWhere((entry) => entry.at<boolean>("enabled", false).is(true)).includes(name),
  );

  // Earlier releases look at no variables.
  const variables = choose<Readonly<Record<string, string>>>(
    program.isAtLeast("2026.7"),
    literal(ownersOf(since2026_7, (plugin) => plugin.variables)),
    literal({}),
  );
  const missingKeys = variables
    .namesWhere((id) => not(concat(plugins, switchedOff).includes(id)))
    .filter((name) => credentials.names().includes(name));

  return [
    {
      option: plugins,
      offenders: choose<readonly string[]>(hasPlugins, missingChannels, []),
      complaint: `is missing: \`settings.channels\` has it, but it is a plugin that does not come with the gateway. ${waysOut}.`,
    },
    {
      option: plugins,
      offenders: choose<readonly string[]>(hasPlugins, missingEntries, []),
      complaint: `is missing: \`settings.plugins.entries\` switches it on, but it does not come with the gateway. ${waysOut}.`,
    },
    {
      option: credentials,
      offenders: choose<readonly string[]>(hasPlugins, missingKeys, []),
      complaint: `is read by a plugin that does not come with the gateway, which does not start without it. If it is for something else, switch that plugin off in \`settings.plugins.entries\`. ${waysOut}.`,
    },
  ];
}
