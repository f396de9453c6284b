// Workspaces of further agents, which free settings name: where they are the service's own directories, and where
// they are refused.

import { describe, expect, test } from "vitest";

import { type EvaluationCase, missingForEvaluation, type Target } from "../support/evaluate.ts";
import { generatedFile } from "../support/generated.ts";
import { evaluateTogether } from "../support/together.ts";
import { lacking } from "../support/lacking.ts";

const missing = missingForEvaluation();
const suite = describe.skipIf(missing.length > 0);
const note = lacking(missing);

function on(target: Target, config: string, query: string): EvaluationCase {
  return {
    target,
    module: generatedFile(`${target}/moltbot.nix`),
    config: `{ lib, pkgs, ... }: { services.moltbot = { enable = true; settingsCheck = "off"; providers.anthropic.apiKeyFile = "/run/keys/a"; ${config} }; }`,
    query,
  };
}

const work = (path: string): string => `settings.agents.entries.work.workspace = "${path}";`;

const messages =
  "r: map (each: each.message) (builtins.filter (each: !each.assertion) r.config.assertions)";

suite(`the workspace of a further agent${note}`, () => {
  const nixos =
    'r: { made = builtins.filter (r.lib.hasInfix "agents") (builtins.attrNames r.config.systemd.tmpfiles.settings.moltbot-gateway); bound = builtins.filter (r.lib.hasInfix "agents") r.config.systemd.services.moltbot-gateway.serviceConfig.BindPaths; by = builtins.any (t: r.lib.hasInfix "own_directory /srv/agents/work" t.text) (builtins.attrValues r.summary.texts); }';
  const home =
    'r: { bound = builtins.filter (r.lib.hasInfix "agents") r.config.systemd.user.services.moltbot-gateway.Service.BindPaths; made = r.lib.hasInfix "mkdir -p -m 0700 /home/tester/agents/work" r.config.home.activation.moltbotDirectories.data; }';
  const outcomes = evaluateTogether({
    nixos: on("nixos", work("/srv/agents/work"), nixos),
    list: on(
      "nixos",
      'settings.agents.list = [ { id = "work"; workspace = "/srv/agents/work"; } ];',
      nixos,
    ),
    home: on("home-manager", work("/home/tester/agents/work"), home),
    inside: on("nixos", work("/var/lib/moltbot/agents/work"), nixos),
    lent: on(
      "nixos",
      `confinement.readWritePaths = [ "/srv/agents" ]; ${work("/srv/agents/work")}`,
      nixos,
    ),
  });
  const own = { made: ["/srv/agents/work"], bound: ["/srv/agents/work"], by: true };
  test.each([
    ["nixos", own],
    ["list", own],
    ["home", { made: true, bound: ["/home/tester/agents/work"] }],
    // There it has the right to make it itself.
    ["inside", { made: [], bound: [], by: false }],
    // That is the user's.
    ["lent", { made: [], bound: ["-/srv/agents"], by: false }],
  ])("%s", (name, want) => {
    expect(outcomes[name]).toEqual({ ok: true, value: want });
  });
});

suite(`workspaces that no agent gets${note}`, () => {
  const rows: readonly (readonly [target: Target, path: string, told: string])[] = [
    ["nixos", "/etc/agents", "services.moltbot.settings: /etc/agents belongs to the system"],
    ["nixos", "/home/alice", "services.moltbot.settings: /home/alice holds the homes"],
    ["nixos", "/srv", "services.moltbot.settings: /srv holds the directories of others"],
    ["nixos", "/home/alice/.ssh", "services.moltbot.settings: /home/alice/.ssh holds the keys"],
    ["nixos", "/tmp/agents", "services.moltbot.settings: /tmp/agents is emptied by the system"],
    ["home-manager", "/home/tester", "services.moltbot.settings: /home/tester "],
    [
      "nixos",
      "/srv/a b",
      "services.moltbot.confinement.readWritePaths: /srv/a b is in `settings` the workspace of an agent, and no path that the module can make a directory at",
    ],
    ["nixos", "/srv/../etc", "services.moltbot.confinement.readWritePaths: /srv/../etc is in"],
    ["nixos", "/srv/agents/", "services.moltbot.confinement.readWritePaths: /srv/agents/ is in"],
  ];
  const key = (target: Target, path: string): string => `${target} ${path}`;
  const outcomes = evaluateTogether({
    ...Object.fromEntries(
      rows.map(([target, path]) => [key(target, path), on(target, work(path), messages)]),
    ),
    shared: on(
      "nixos",
      `instances = { a = { ${work("/srv/agents/work")} }; b = { gateway.port = 18790; ${work("/srv/agents/work")} }; };`,
      messages,
    ),
    nested: on(
      "nixos",
      `instances = { a = { ${work("/srv/agents/work")} }; b = { gateway.port = 18790; ${work("/srv/agents/work/inner")} }; };`,
      messages,
    ),
  });
  test.each(rows)("%s: %s", (target, path, told) => {
    const outcome = outcomes[key(target, path)];
    if (outcome?.ok !== true) throw new Error(outcome?.message ?? "no outcome");
    const all = outcome.value as readonly string[];
    expect(all.some((message) => message.startsWith(told))).toBe(true);
  });
  test.each(["shared", "nested"])("%s by two instances", (name) => {
    const outcome = outcomes[name];
    if (outcome?.ok !== true) throw new Error(outcome?.message ?? "no outcome");
    expect(String(outcome.value)).toMatch(
      /services\.moltbot\.instances\.[ab]\.settings: \/srv\/agents\/work\S* is inside of a directory of the instance [ab]/,
    );
  });
});
