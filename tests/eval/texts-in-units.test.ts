// Users' texts arrive unchanged in units, and files that users name become part of the configuration.

import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

import {
  evaluateMany,
  type EvaluationCase,
  missingForEvaluation,
  nixPath,
  type Outcome,
} from "../support/evaluate.ts";
import { lacking } from "../support/lacking.ts";

const missing = missingForEvaluation();
const suite = describe.skipIf(missing.length > 0);
const note = lacking(missing);

const fixture = (name: string): string =>
  nixPath(fileURLToPath(new URL(`fixtures/${name}`, import.meta.url)));

function onNixos(options: string, query: string, more = ""): EvaluationCase {
  return {
    target: "nixos",
    fewModules: true,
    module: fileURLToPath(new URL("../../generated/nixos/moltbot.nix", import.meta.url)),
    config: `{ lib, pkgs, ... }: { services.moltbot = { enable = true; providers.anthropic.apiKeyFile = "/k"; ${options} }; ${more} }`,
    query: `r: ${query}`,
  };
}

const failed = "map (a: a.message) (builtins.filter (a: !a.assertion) r.config.assertions)";
const lines = (unit: string): string =>
  `r.lib.splitString "\\n" r.config.systemd.units."${unit}.service".text`;

/** Options of a user, and the line of the unit for them. */
const written: readonly (readonly [options: string, line: string])[] = [
  ['environment.YMD = "%Y-%m-%d";', 'Environment="YMD=%%Y-%%m-%%d"'],
  ['environment.A = "a\\\\b \\"c\\" \\${d}";', 'Environment="A=a\\\\b \\"c\\" ${d}"'],
  ['environmentFiles = [ "/run/50% of *?[" ];', "EnvironmentFile=/run/50%% of \\*\\?\\["],
  ["credentials.A_KEY = \"/run/50%u:'x y'\";", "LoadCredential=A_KEY:/run/50%%u:'x y'"],
  ['confinement.cpuQuota = "150%";', "CPUQuota=150%"],
  ['confinement.memoryMax = "50%";', "MemoryMax=50%"],
  ['confinement.readOnlyPaths = [ "/srv/a" ];', "RequiresMountsFor=/srv/a"],
  ["", "RequiresMountsFor=/var/lib/moltbot/workspace"],
  ["", "SyslogIdentifier=moltbot-gateway"],
];

suite(`texts in units${note}`, async () => {
  const outcomes: Readonly<Record<string, Outcome>> =
    missing.length > 0
      ? {}
      : await evaluateMany(
          Object.fromEntries(
            [...new Set(written.map(([options]) => options))].map((options) => [
              options,
              onNixos(options, lines("moltbot-gateway")),
            ]),
          ),
        );
  test.each(written)("%s becomes %s", (options, line) => {
    expect(outcomes[options]).toEqual({
      ok: true,
      value: expect.arrayContaining([line]) as unknown,
    });
  });
});

const outside = "is a string that names a directory outside of the Nix store";

/** Sources of documents, and the messages about them. No derivation is built for that. */
const sources: readonly (readonly [name: string, options: string, said: readonly string[]])[] = [
  ["a path", `documents = ${fixture("documents")};`, []],
  [
    "a path without the files",
    `documents = ${fixture("documents-lacking")};`,
    ["SOUL.md, TOOLS.md"],
  ],
  ["a derivation", 'documents = pkgs.runCommand "d" { } "false";', []],
  ["a directory of a derivation", 'documents = "${pkgs.runCommand "d" { } "false"}/docs";', []],
  ["a flake's input", `documents = { outPath = "\${${fixture("documents")}}"; };`, []],
  ["a text", 'documents = "/srv/docs";', [outside]],
  [
    "a skill from a text",
    'skills = [ { name = "a"; mode = "copy"; source = "/srv/a"; } ];',
    ['have mode "copy", and a source that is a text outside of the Nix store: a'],
  ],
];

suite(`documents and skills${note}`, async () => {
  const outcomes: Readonly<Record<string, Outcome>> =
    missing.length > 0
      ? {}
      : await evaluateMany(
          Object.fromEntries(
            sources.flatMap(([name, options]) => [
              [name, onNixos(options, failed)],
              [`${name}, inherited`, onNixos(`${options} instances.a = { };`, failed)],
            ]),
          ),
        );
  test.each(sources)("%s", (name, _, said) => {
    for (const outcome of [outcomes[name], outcomes[`${name}, inherited`]]) {
      expect(outcome).toEqual({
        ok: true,
        value: said.map((part) => expect.stringContaining(part) as unknown),
      });
    }
  });
});

suite(`the system${note}`, async () => {
  const outcomes: Readonly<Record<string, Outcome>> =
    missing.length > 0
      ? {}
      : await evaluateMany({
          old: onNixos(
            "",
            failed,
            'systemd.package = lib.mkForce (pkgs.systemd.overrideAttrs { version = "256.1"; });',
          ),
          manual: onNixos(
            "",
            "builtins.length (r.lib.optionAttrSetToDocList { inherit (r.options.services) moltbot; })",
          ),
          editors: onNixos(
            "",
            "builtins.attrNames (r.options.services.moltbot.settings.type.getSubOptions [ ])",
          ),
        });
  test("a systemd that does not know the directives is refused", () => {
    expect(outcomes["old"]).toEqual({
      ok: true,
      value: [expect.stringContaining("needs systemd 257 or newer")],
    });
  });

  test("the manual has the service's own options, and not each of the program's settings", () => {
    expect(outcomes["manual"]).toMatchObject({ ok: true });
    expect(Number(outcomes["manual"]?.ok === true && outcomes["manual"].value)).toBeLessThan(300);
  });

  test("editors still find the settings", () => {
    expect(outcomes["editors"]).toMatchObject({
      value: expect.arrayContaining(["agents", "channels", "gateway"]) as unknown,
    });
  });
});
