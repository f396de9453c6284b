// Workspaces of further agents, which free settings name: where they are the service's own directories, and where
// they are refused.

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

suite(`documents of further agents${note}`, () => {
  const fixtures = (name: string): string =>
    nixPath(fileURLToPath(new URL(`fixtures/${name}`, import.meta.url)));
  const documents = (path: string, name = "documents"): string =>
    `agentDocuments."${path}" = ${fixtures(name)};`;
  /** The places that the service cannot write, the directories that it has, and the words of the preparation. */
  const nixos = `r:
    let
      inherit (r.config.systemd.services.moltbot-gateway) serviceConfig;
      lines = r.lib.concatMap (text: r.lib.splitString "\n" text.text) (builtins.attrValues r.summary.texts);
    in {
      fixed = builtins.filter (r.lib.hasInfix "/desk/") serviceConfig.ReadOnlyPaths;
      made = builtins.filter (r.lib.hasSuffix "/desk") (builtins.attrNames r.config.systemd.tmpfiles.settings.moltbot-gateway);
      manages = builtins.any (line: builtins.match "manage documents-[0-9a-f]{16} /.*/desk" line != null) lines;
      puts = builtins.length (builtins.filter (r.lib.hasPrefix "put SOUL.md /nix/store/") lines);
    }`;
  const darwin = `r: r.lib.unique (builtins.filter (text: r.lib.hasInfix "/desk/" text && r.lib.hasSuffix ".md" text) (r.lib.splitString "\\"" (builtins.concatStringsSep "" (map (text: text.text) (builtins.attrValues r.summary.texts)))))`;
  const home = `r: builtins.filter (r.lib.hasInfix "/desk/") r.config.systemd.user.services.moltbot-gateway.Service.ReadOnlyPaths`;
  const fixed = (path: string): readonly string[] =>
    ["AGENTS.md", "SOUL.md", "TOOLS.md", "USER.md"].map((file) => `${path}/${file}`);
  const inState = "/var/lib/moltbot/desk";
  const complained: readonly (readonly [name: string, config: string, told: string])[] = [
    ["no agent", documents("/srv/desk"), "/srv/desk is no workspace of a further agent in"],
    [
      "the gateway's own workspace",
      `${work("/var/lib/moltbot/workspace")} ${documents("/var/lib/moltbot/workspace")}`,
      "/var/lib/moltbot/workspace is no workspace of a further agent in",
    ],
    [
      "outside of the store",
      `${work("/srv/desk")} agentDocuments."/srv/desk" = "/srv/documents";`,
      "/srv/desk has documents whose path is a string that names a directory outside",
    ],
    [
      "without a needed document",
      `${work("/srv/desk")} ${documents("/srv/desk", "skill")}`,
      "/srv/desk has documents that lack one of AGENTS.md, SOUL.md, TOOLS.md",
    ],
  ];
  const outcomes = evaluateTogether({
    elsewhere: on("nixos", `${work("/srv/desk")} ${documents("/srv/desk")}`, nixos),
    inside: on("nixos", `${work(inState)} ${documents(inState)}`, nixos),
    "without documents": on("nixos", work("/srv/desk"), nixos),
    home: on(
      "home-manager",
      `${work("/home/tester/desk")} ${documents("/home/tester/desk")}`,
      home,
    ),
    darwin: on("darwin", `${work(inState)} ${documents(inState)}`, darwin),
    ...Object.fromEntries(
      complained.map(([name, config]) => [name, on("nixos", config, messages)]),
    ),
  });
  test.each([
    ["elsewhere", { fixed: fixed("/srv/desk"), made: ["/srv/desk"], manages: true, puts: 1 }],
    ["inside", { fixed: fixed(inState), made: [inState], manages: true, puts: 1 }],
    // So that the preparation removes the places of documents that were there.
    ["without documents", { fixed: [], made: ["/srv/desk"], manages: true, puts: 0 }],
    ["home", fixed("/home/tester/desk")],
    ["darwin", fixed(`/private${inState}`)],
  ])("%s", (name, want) => {
    expect(outcomes[name]).toEqual({ ok: true, value: want });
  });
  test.each(complained)("refused: %s", (name, _, told) => {
    expect(outcomes[name]).toEqual({
      ok: true,
      value: [expect.stringContaining(`services.moltbot.agentDocuments: ${told}`)],
    });
  });
});
