// The plugins that the gateway does not come with: which are refused while they are missing, and what becomes of
// those that are declared, on each platform.

import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

import {
  type EvaluationCase,
  missingForEvaluation,
  nixPath,
  type Target,
} from "../support/evaluate.ts";
import { generatedFile } from "../support/generated.ts";
import { evaluateTogether } from "../support/together.ts";
import { lacking } from "../support/lacking.ts";

const missing = missingForEvaluation();
const note = lacking(missing);
const targets: readonly Target[] = ["nixos", "home-manager", "darwin"];

/** Something of the configuration: nothing of it is looked at here. */
const source = nixPath(fileURLToPath(new URL("fixtures/skill", import.meta.url)));

function on(target: Target, config: string, query: string): EvaluationCase {
  return {
    target,
    module: generatedFile(`${target}/moltbot.nix`),
    config: `{ lib, pkgs, ... }: { services.moltbot = {
      enable = true;
      providers.anthropic.apiKeyFile = "/run/keys/a";
      ${config}
    }; }`,
    query,
  };
}

const messages =
  "r: map (each: each.message) (builtins.filter (each: !each.assertion) r.config.assertions)";

/** What a plugin that is not there is missed for. */
const missedFor = {
  channel:
    "is missing, the plugin of a channel in `settings.channels`: it does not come with the gateway.",
  entry:
    "is missing, a plugin that `settings.plugins.entries` switches on: it does not come with the gateway.",
  variable:
    "is the plugin that one of these variables is for; it does not come with the gateway, which does not start without it. If the variable is for something else, set `settings.plugins.entries.<plugin>.enabled = false`.",
} as const;

const missed = (
  option: string,
  plugin: string,
  by: keyof typeof missedFor,
  npm = `@openclaw/${plugin}`,
): string =>
  `services.moltbot.${option}: ${plugin} (\`gateway.plugins.${plugin}.source = pkgs.fetchurl { url = "<URL of the npm tarball of ${npm}>"; hash = lib.fakeHash; };\`) ${missedFor[by]} Add the line in brackets with the URL of a version that fits the gateway; Nix then says the hash. The description of \`gateway.plugins\` has other ways.`;

const declared = (plugin: string, complaint: string): string =>
  `services.moltbot.gateway.plugins: ${plugin} ${complaint}`;

const release = (version: string): string =>
  `package = pkgs.openclaw.overrideAttrs { version = "${version}"; };`;

type Row = readonly [name: string, config: string, want: readonly string[]];

const wanted: readonly Row[] = [
  [
    "a channel of a plugin",
    "settings.channels.discord = { };",
    [missed("gateway.plugins", "discord", "channel")],
  ],
  ["a channel of a plugin that is switched off", "settings.channels.discord.enabled = false;", []],
  [
    "a channel of a plugin that is there",
    "settings.channels.discord = { }; gateway.plugins.discord = { };",
    [],
  ],
  [
    "a channel of a plugin, taken away",
    "settings = { channels.discord = null; plugins = null; };",
    [],
  ],
  ["all channels taken away", "settings = { channels = null; plugins.entries = null; };", []],
  [
    "a plugin that is switched on",
    "settings.plugins.entries.diagnostics-otel.enabled = true;",
    [missed("gateway.plugins", "diagnostics-otel", "entry")],
  ],
  [
    "a key of a plugin",
    'credentials.BRAVE_API_KEY = "/run/b";',
    [missed("credentials", "brave", "variable", "@openclaw/brave-plugin")],
  ],
  [
    "a variable of a plugin that is no secret",
    'environment.IRC_HOST = "irc.example.org";',
    [missed("environment", "irc", "variable")],
  ],
  [
    "a key of a channel that is there is told once",
    'credentials.DISCORD_BOT_TOKEN = "/run/d"; settings.channels.discord = { };',
    [missed("gateway.plugins", "discord", "channel")],
  ],
  [
    "a key of a plugin that is switched off",
    'credentials.BRAVE_API_KEY = "/run/b"; settings.plugins.entries.brave.enabled = false;',
    [],
  ],
  [
    "a key of a plugin that is there",
    'credentials.BRAVE_API_KEY = "/run/b"; gateway.plugins.brave = { };',
    [],
  ],
  [
    "the plugin of somebody else, in the version that the gateway was tried with",
    "settings.plugins.entries.wecom-openclaw-plugin.enabled = true;",
    [
      missed(
        "gateway.plugins",
        "wecom-openclaw-plugin",
        "entry",
        "@wecom/wecom-openclaw-plugin@2026.7.2",
      ),
    ],
  ],
  [
    "a plugin for a gateway of no release",
    `${release("")} settings.channels.discord = { };`,
    [missed("gateway.plugins", "discord", "channel", "@openclaw/discord")],
  ],
  [
    "a plugin for an earlier release",
    `${release("2026.6.5")} settings.channels.discord = { };`,
    [missed("gateway.plugins", "discord", "channel", "@openclaw/discord")],
  ],
];

const declarations: readonly Row[] = [
  [
    "a source and modules",
    `gateway.plugins.brave = { source = ${source}; modules = pkgs.hello; };`,
    [],
  ],
  [
    "a source that a derivation makes",
    'gateway.plugins.brave.source = pkgs.runCommand "a.tgz" { } "";',
    [],
  ],
  [
    "a source that is a text",
    'gateway.plugins.brave.source = "/srv/brave.tgz";',
    [
      declared(
        "brave",
        "has a `source` that is a text outside of the Nix store: write the path without quotes, and Nix copies it to the store.",
      ),
    ],
  ],
  [
    "modules of nothing",
    "gateway.plugins.brave.modules = pkgs.hello;",
    [
      declared(
        "brave",
        "has `modules`, which nothing uses without a `source`: set that, or remove this.",
      ),
    ],
  ],
  ["what the gateway installs", "gateway.plugins.brave.install = true;", []],
  [
    "what the gateway would install besides",
    `gateway.plugins.brave = { source = ${source}; install = true; };`,
    [
      declared(
        "brave",
        "has a `source`, and the gateway is to `install` it, too: remove one of them.",
      ),
    ],
  ],
  [
    "what a gateway is to install that installs nothing",
    `${release("2026.6.11")} gateway.plugins.brave.install = true;`,
    [
      declared(
        "brave",
        "is to be installed by the gateway, which releases before 2026.7 do not do: set `source` instead.",
      ),
    ],
  ],
  [
    "a source for a generation that has no plugins",
    `gateway = { generation = "moltbot"; plugins.brave.source = ${source}; };`,
    [
      declared(
        "brave",
        "has a `source`, and this generation of the gateway has its channels in its package: remove it, or set `gateway.generation`.",
      ),
    ],
  ],
];

describe.skipIf(missing.length > 0).each([
  ["missing", wanted],
  ["declared", declarations],
] as const)(`plugins that are %s${note}`, (_, rows) => {
  const outcomes = evaluateTogether(
    Object.fromEntries(rows.map(([name, config]) => [name, on("nixos", config, messages)])),
  );
  test.each(rows)("%s", (name, _config, want) => {
    expect(outcomes[name]).toEqual({ ok: true, value: want });
  });
});

describe.skipIf(missing.length > 0)(`names that are no ids${note}`, () => {
  const names = ["Discord", "../discord", "-discord", "@openclaw/discord", ""];
  const outcomes = evaluateTogether(
    Object.fromEntries(
      names.map((name) => [name, on("nixos", `gateway.plugins."${name}" = { };`, messages)]),
    ),
  );
  test.each(names)("%j", (name) => {
    expect(outcomes[name]).toEqual({
      ok: false,
      message: expect.stringContaining("services.moltbot.gateway.plugins") as unknown,
    });
  });
});

/** Whether each script that runs the gateway runs the package that the user has given. */
const programs = `r: let
  given = builtins.unsafeDiscardStringContext "\${r.config.services.moltbot.package}";
  lines = builtins.concatMap (text: r.lib.splitString "\n" text.text) (builtins.attrValues r.summary.texts);
  runs = builtins.filter (line: builtins.match "(run|supervise) .*bin/openclaw.*" line != null) lines;
in map (line: [ (builtins.head (r.lib.splitString " " line)) (r.lib.hasInfix "\${given}/bin/openclaw" line) ]) runs`;

describe.skipIf(missing.length > 0).each(targets)(`what runs on %s${note}`, (target) => {
  const outcomes = evaluateTogether({
    without: on(target, "", programs),
    there: on(target, "gateway.plugins.brave = { };", programs),
    packaged: on(target, `gateway.plugins.brave.source = ${source};`, programs),
  });
  test.each([
    ["without", true],
    ["there", true],
    ["packaged", false],
  ] as const)("%s: the service and the operator's command run the same", (name, isGiven) => {
    const outcome = outcomes[name];
    if (outcome?.ok !== true) throw new Error(`rejected: ${outcome?.message ?? "no outcome"}`);
    expect(new Map(outcome.value as (readonly [string, boolean])[])).toEqual(
      new Map([
        ["run", isGiven],
        ["supervise", isGiven],
      ]),
    );
  });
});
