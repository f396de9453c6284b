// Configurations that still use names of earlier modules and releases: what goes on working, and what is refused
// with the name of today and the file of the mistake.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";

import {
  type EvaluationCase,
  missingForEvaluation,
  nixPath,
  type Target,
} from "../support/evaluate.ts";
import { generatedFile } from "../support/generated.ts";
import { evaluateTogether } from "../support/together.ts";
import { findTree, nixEval } from "../support/tools.ts";
import { lacking } from "../support/lacking.ts";

const missing = missingForEvaluation();
const suite = describe.skipIf(missing.length > 0);
const note = lacking(missing);

const directory = mkdtempSync(join(tmpdir(), "nixmodgen-names-"));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** A user's own file, which errors have to name. */
function inFile(name: string, config: string): string {
  const file = join(directory, `${name}.nix`);
  writeFileSync(file, `{ lib, pkgs, ... }: ${config}\n`);
  return file;
}

const credential = 'services.moltbot.providers.anthropic.apiKeyFile = "/run/keys/a";';

function on(target: Target, file: string, query: string): EvaluationCase {
  return {
    target,
    module: generatedFile(`${target}/moltbot.nix`),
    config: `{ imports = [ ${nixPath(file)} ]; ${credential} }`,
    query,
  };
}

const messages =
  "r: map (each: each.message) (builtins.filter (each: !each.assertion) r.config.assertions)";

interface Row {
  readonly name: string;
  readonly config: string;
  readonly query: string;
  readonly want: unknown;
  /** The names of today, by the old ones. */
  readonly renamed: Readonly<Record<string, string>>;
}

const own = "r.config.services.moltbot";

const proposed: readonly Row[] = [
  {
    name: "defaults",
    config:
      '{ services.clawdbot = { enable = true; defaults = { model = "a/b"; thinkingDefault = "high"; }; }; }',
    query: `{ inherit (${own}) enable agent; }`,
    want: { enable: true, agent: { model: "a/b", thinkingDefault: "high" } },
    renamed: {
      enable: "enable",
      "defaults.model": "agent.model",
      "defaults.thinkingDefault": "agent.thinkingDefault",
    },
  },
  {
    name: "an instance",
    config:
      '{ services.clawdbot.instances.work = { gatewayPort = 18790; configOverrides.logging.level = "debug"; gateway.authTokenFile = "/run/t"; }; }',
    query: `{ inherit (${own}) enable; inherit (${own}.instances.work.gateway) port auth; inherit (${own}.instances.work.settings) logging; units = builtins.attrNames r.summary.units; }`,
    want: {
      enable: true,
      port: 18790,
      auth: { mode: "token", tokenFile: "/run/t", passwordFile: null },
      logging: { level: "debug" },
      units: expect.arrayContaining(["moltbot-gateway-work.service"]) as unknown,
    },
    renamed: {
      instances: "instances",
      "instances.work.configOverrides": "instances.work.settings",
      "instances.work.gateway.authTokenFile": "instances.work.gateway.auth.tokenFile",
      "instances.work.gatewayPort": "instances.work.gateway.port",
    },
  },
  {
    name: "the token's file",
    config: '{ services.clawdbot = { enable = true; gateway.authTokenFile = "/run/t"; }; }',
    query: `${own}.gateway.auth.tokenFile`,
    want: "/run/t",
    renamed: { enable: "enable", "gateway.authTokenFile": "gateway.auth.tokenFile" },
  },
  {
    name: "priorities",
    config:
      '{ services.clawdbot.enable = true; services.clawdbot.defaults.model = lib.mkForce "a/b"; services.moltbot.agent.model = "c/d"; }',
    query: `${own}.agent.model`,
    want: "a/b",
    renamed: { enable: "enable", "defaults.model": "agent.model" },
  },
];

suite(`names of the NixOS module that was proposed as services.clawdbot${note}`, () => {
  const outcomes = evaluateTogether(
    Object.fromEntries(
      proposed.map(({ name, config, query }) => [
        name,
        on(
          "nixos",
          inFile(name.replaceAll(/[^a-z]/g, ""), config),
          `r: { value = ${query}; warnings = builtins.sort builtins.lessThan r.config.warnings; }`,
        ),
      ]),
    ),
  );
  test.each(proposed)("$name", ({ name, want, renamed }) => {
    const file = join(directory, `${name.replaceAll(/[^a-z]/g, "")}.nix`);
    expect(outcomes[name]).toEqual({
      ok: true,
      value: {
        value: want,
        warnings: Object.entries(renamed)
          .map(
            ([old, now]) =>
              `The option \`services.clawdbot.${old}' defined in \`${file}' has been renamed to \`services.moltbot.${now}'.`,
          )
          .sort(),
      },
    });
  });
});

suite(`what these modules had, and nothing here has${note}`, () => {
  const rows = [
    ["nixos", 'services.clawdbot.toolNames = [ "git" ];', "services.clawdbot.toolNames", "path"],
    [
      "nixos",
      'services.clawdbot.plugins = [ { source = "x"; } ];',
      "services.clawdbot.plugins",
      "skills",
    ],
    [
      "nixos",
      'services.clawdbot.instances.a.plugins = [ { source = "x"; } ];',
      "services.clawdbot.instances.a.plugins",
      "skills",
    ],
  ] as const;
  const outcomes = evaluateTogether(
    Object.fromEntries(
      rows.map(([target, config, old]) => [
        old,
        on(target, inFile(old, `{ services.moltbot.enable = true; ${config} }`), messages),
      ]),
    ),
  );
  test.each(rows)("%s: %s", (_target, _config, old, instead) => {
    const outcome = outcomes[old];
    if (outcome?.ok !== true) throw new Error(outcome?.message ?? "no outcome");
    const [message = "", ...others] = outcome.value as readonly string[];
    expect(others).toEqual([]);
    expect(message).toContain(
      `\`${old}' in \`${join(directory, `${old}.nix`)}' no longer has any effect`,
    );
    expect(message).toContain(`services.moltbot.${instead}`);
  });
});

suite(`a mistake at an old name is told with the user's file${note}`, () => {
  const rows = [
    ["nixos", "services.clawdbot.gateway.port", '"x"', "services.moltbot.gateway.port"],
    ["nixos", "services.clawdbot.defaults.model", '"x"', "services.moltbot.agent.model"],
    [
      "nixos",
      "services.clawdbot.instances.a.gatewayPort",
      '"x"',
      "services.moltbot.instances.a.gateway.port",
    ],
    ["nixos", "services.clawdbot.instances.a.wrong", '"x"', "services.moltbot.instances.a.wrong"],
    ["home-manager", "programs.clawdbot.defaults.model", '"x"', "services.moltbot.agent.model"],
    ["home-manager", "programs.moltbot.config.gateway", '"x"', "services.moltbot.settings"],
  ] as const;
  const outcomes = evaluateTogether(
    Object.fromEntries(
      rows.map(([target, old, value, now]) => [
        old,
        on(
          target,
          inFile(`mistake-${old}`, `{ services.moltbot.enable = true; ${old} = ${value}; }`),
          `r: r.config.${now}`,
        ),
      ]),
    ),
  );
  test.each(rows)("%s: %s", (_target, old, _value, now) => {
    const outcome = outcomes[old];
    expect(outcome).toMatchObject({ ok: false });
    const message = outcome?.ok === false ? outcome.message : "";
    expect(message).toContain(now);
    expect(message).toContain(join(directory, `mistake-${old}.nix`));
    expect(message).not.toContain("generated");
  });
});

suite(`additions to units of earlier modules${note}`, () => {
  const rows = [
    [
      "home-manager",
      'systemd.user.services.clawdbot-gateway.Service.EnvironmentFile = "/run/e";',
      ["systemd.user.services.clawdbot-gateway", "moltbot-gateway"],
    ],
    [
      "home-manager",
      'systemd.user.services.clawdbot-gateway-work.Unit.X-RestartIfChanged = "false";',
      ["systemd.user.services.clawdbot-gateway-work", "moltbot-gateway-work"],
    ],
    [
      "home-manager",
      'systemd.user.services.openclaw-gateway.Service.Nice = "1";',
      ["systemd.user.services.openclaw-gateway", "moltbot-gateway"],
    ],
    [
      "home-manager",
      'systemd.user.services.clawdbot-gateway.Service.ExecStart = "/bin/x";',
      undefined,
    ],
    ["home-manager", 'systemd.user.services.clawdbot.Service.Nice = "1";', undefined],
    ["home-manager", 'systemd.user.services.moltbot-gateway.Service.Nice = "1";', undefined],
    [
      "nixos",
      "systemd.services.clawdbot-gateway.serviceConfig.Nice = 1;",
      ["systemd.services.clawdbot-gateway", "moltbot-gateway"],
    ],
    ["nixos", 'systemd.services.clawdbot-gateway.script = "true";', undefined],
  ] as const;
  const key = (target: string, config: string): string => `${target}: ${config}`;
  const fileOf = (config: string): string => `unit-${config.replaceAll(/[^a-zA-Z]/g, "")}`;
  const outcomes = evaluateTogether(
    Object.fromEntries(
      rows.map(([target, config]) => [
        key(target, config),
        on(
          target,
          inFile(fileOf(config), `{ services.moltbot.enable = true; ${config} }`),
          messages,
        ),
      ]),
    ),
  );
  test.each(rows)("%s: %s", (target, config, lost) => {
    expect(outcomes[key(target, config)]).toEqual({
      ok: true,
      value:
        lost === undefined
          ? []
          : [
              `${lost[0]} in \`${join(directory, `${fileOf(config)}.nix`)}': adds to a unit that nothing makes, and would be lost: the unit is called ${lost[1]} now. Name that, or set \`services.moltbot.environment\`, \`services.moltbot.environmentFiles\`, \`services.moltbot.path\`, \`services.moltbot.credentials\`.`,
            ],
    });
  });
});

suite(`earlier names of queue modes${note}`, () => {
  const rows = [
    ["queue", "steer"],
    ["steer-backlog", "followup"],
    ["steer+backlog", "followup"],
    ["collect", "collect"],
  ] as const;
  const queue = (mode: string): string =>
    `{ services.moltbot = { enable = true; routing.queue = { mode = "${mode}"; byChannel.discord = "${mode}"; }; instances = { a = { }; b = { gateway.port = 18790; routing.queue.mode = "${mode}"; }; }; }; }`;
  const outcomes = evaluateTogether({
    ...Object.fromEntries(
      rows.map(([mode]) => [
        mode,
        on(
          "nixos",
          inFile(`mode-${mode}`, queue(mode)),
          `r: { top = ${own}.routing.queue; a = ${own}.instances.a.routing.queue; b = ${own}.instances.b.routing.queue.mode; }`,
        ),
      ]),
    ),
    unknown: on("nixos", inFile("mode-unknown", queue("line-up")), `r: ${own}.routing.queue.mode`),
  });
  test.each(rows)("%s is %s", (mode, now) => {
    const all = { mode: now, byChannel: { discord: now } };
    expect(outcomes[mode]).toEqual({ ok: true, value: { top: all, a: all, b: now } });
  });
  test("a warning names the option, the file and the mode of today", () => {
    const functions = fileURLToPath(
      new URL("../../src/runtime/nix/functions.nix", import.meta.url),
    );
    const warning = nixEval({
      expr: `
        let
          lib = import ${findTree("nixpkgs") ?? ""}/lib // {
            # The warning takes the value's place.
            warn = message: definition: definition // { value = message; };
          };
          inherit (import ${functions} { inherit lib; pkgs = { }; }) withFormerValues;
        in
        (withFormerValues { queue = "steer"; } (lib.types.enum [ "steer" ])).merge [ "a" "b" ] [ { file = "/f.nix"; value = "queue"; } ]`,
    });
    expect(warning).toBe(
      'The value "queue" of the option `a.b\' in `/f.nix\' is called "steer" now.',
    );
  });
  test("another one is refused, and the modes of today are listed", () => {
    const outcome = outcomes["unknown"];
    expect(outcome).toMatchObject({ ok: false });
    const message = outcome?.ok === false ? outcome.message : "";
    expect(message).toContain('"steer", "followup", "collect", "interrupt"');
    expect(message).not.toContain("steer-backlog");
  });
});

suite(`the agents, a list until 2026.8 and a set since${note}`, () => {
  const rows = [
    [
      "2026.9.6",
      'agents.list = [ { id = "work"; } ];',
      "settings.agents.list: unknown key. This release has `agents.entries`",
    ],
    [
      "2026.6.5",
      "agents.entries.work = { };",
      "settings.agents.entries: unknown key. This release has `agents.list`",
    ],
    ["2026.6.5", 'agents.list = [ { id = "work"; } ];', undefined],
    ["2026.9.6", "agents.entries.work = { };", undefined],
  ] as const;
  const key = (release: string, config: string): string => `${release}: ${config}`;
  const outcomes = evaluateTogether(
    Object.fromEntries(
      rows.map(([release, config]) => [
        key(release, config),
        on(
          "nixos",
          inFile(
            `agents-${release}-${config.replaceAll(/[^a-z]/g, "")}`,
            `{ services.moltbot = { enable = true; package = pkgs.openclaw.overrideAttrs { version = "${release}"; }; settings.${config} }; }`,
          ),
          `r: builtins.deepSeq ${own}.settings.agents true`,
        ),
      ]),
    ),
  );
  test.each(rows)("%s: %s", (release, config, told) => {
    const outcome = outcomes[key(release, config)];
    if (told === undefined) expect(outcome).toEqual({ ok: true, value: true });
    else expect(outcome?.ok === false ? outcome.message : outcome).toContain(told);
  });
});

suite(`an instance that is switched off${note}`, () => {
  const targets = ["nixos", "home-manager", "darwin"] as const;
  const query: Readonly<Record<Target, string>> = {
    nixos:
      'r: { units = builtins.filter (r.lib.hasPrefix "moltbot-gateway") (builtins.attrNames r.config.systemd.services); users = builtins.filter (r.lib.hasPrefix "moltbot") (builtins.attrNames r.config.users.users); }',
    "home-manager":
      'r: { units = builtins.filter (r.lib.hasPrefix "moltbot-gateway") (builtins.attrNames r.config.systemd.user.services); }',
    darwin:
      'r: { units = builtins.filter (r.lib.hasPrefix "moltbot-gateway") (builtins.attrNames r.config.launchd.daemons); }',
  };
  const instances = (both: boolean): string =>
    `{ services.moltbot = { enable = true; instances = { a = { ${both ? "" : "enable = false;"} }; b = { enable = false; }; }; }; }`;
  const outcomes = evaluateTogether(
    Object.fromEntries(
      targets.flatMap((target) => [
        [`${target}: one`, on(target, inFile(`off-${target}-one`, instances(true)), query[target])],
        [
          `${target}: all`,
          on(target, inFile(`off-${target}-all`, instances(false)), query[target]),
        ],
      ]),
    ),
  );
  test.each(targets)(
    "%s: it has no unit and no account, and asks for no port of its own",
    (target) => {
      expect(outcomes[`${target}: one`]).toMatchObject({
        ok: true,
        value: {
          units: ["moltbot-gateway-a"],
          ...(target === "nixos" && { users: ["moltbot-a"] }),
        },
      });
    },
  );
  test.each(targets)("%s: where all are off nothing runs", (target) => {
    expect(outcomes[`${target}: all`]).toMatchObject({ ok: true, value: { units: [] } });
  });
});
