// The JSON Schema of the options against their types in the real module systems: both accept the same of many
// values, fitting and unfit, for every option.

import { Ajv } from "ajv";
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

import type { JsonValue } from "../../src/json.ts";
import type { SchemaObject } from "../../src/settings/json-schema.ts";
import { z } from "../../src/zod.ts";
import { generate } from "../json-schema-type/instances.ts";
import { createRandom } from "../json-schema-type/random.ts";
import { missingForEvaluation, type Target } from "../support/evaluate.ts";
import { generatedFile } from "../support/generated.ts";
import { evaluateTogether } from "../support/together.ts";
import { lacking } from "../support/lacking.ts";

/** Facts that JSON Schema does not know, by option. */
const unknowable: Readonly<Record<string, string>> = {
  package: "whether a store path exists",
  path: "whether a store path exists",
  "app.package": "whether a store path exists",
  "browser.package": "whether a store path exists",
  "gateway.plugins": "whether a store path exists, of modules",
  settings: "the program's own schema",
};

const targets: readonly Target[] = ["nixos", "home-manager", "darwin"];

interface Definition extends SchemaObject {
  readonly examples?: readonly JsonValue[];
  readonly "x-platforms"?: readonly Target[];
}

const { definitions } = z
  .object({ definitions: z.record(z.custom<Definition>()) })
  .parse(JSON.parse(readFileSync(generatedFile("json-schema/moltbot.json"), "utf8")));

const compared = Object.entries(definitions).filter(([name]) => !(name in unknowable));

/** Values that fit some option, or nearly do: each option is tried with all of them. */
const usual: readonly JsonValue[] = [
  ...[`/nix/store/${"0".repeat(32)}-a`, `/nix/store/${"0".repeat(32)}-a/b`, `/${"0".repeat(52)}`],
  ...[null, true, false, 0, 1, -1, 1.5, 63, 64, 501, 502, 999, 1000, 1023, 1024, 65535, 65536],
  ...[
    "",
    " ",
    "a",
    "A",
    "_a",
    "a-b",
    "a b",
    "a\nb",
    "a:b",
    "a%b",
    "ä",
    "日本",
    "1",
    "0",
    "12",
    "+1",
  ],
  ...["/", "/a", "/a/", "/a//b", "/a/.", "/a/../b", "/.a", "/...", "/a b", "/a ", "/ä", "/a\nb"],
  ...[
    "/nix/store",
    "/nix/store/a",
    "/nix/storeroom/a",
    "/a\\b",
    "/a'b",
    '/a"b',
    "a/b",
    "~/a",
    "./a",
  ],
  ...[
    "10.0.0.1",
    "10.0.0.256",
    "10.0.0.0/8",
    "10.0.0.0/33",
    "::1",
    "fd00::/8",
    "::/129",
    "internet",
  ],
  ...["2G", "0G", "50%", "101%", "infinity", "200%", "anthropic/x", "anthropic/", "/x", "a/b c"],
  ...[[], [null], [1], [0], ["a"], ["/a"], ["/a b"], ["internet", "::1"], ["AF_UNIX"], [[]], [{}]],
  ...[{}, { a: null }, { a: 1 }, { a: "a" }, { a: "/a" }, { "a-b": "/a" }, { A_1: "/a b" }],
  ...[{ telegram: "steer" }, { telegram: "a" }, { a: { requireMention: true } }, { a: { b: 1 } }],
  ...[[{ name: "a" }], [{ name: "-a" }], [{ name: "a", mode: "copy", source: "a" }], [{ name: 1 }]],
  ...compared.flatMap(([, { default: fallback, examples = [] }]) =>
    fallback === undefined ? examples : [fallback, ...examples],
  ),
];

const random = createRandom(20261127);
const any = fc.sample(fc.jsonValue({ maxDepth: 2 }), { numRuns: 20, seed: 20261127 });

interface Question {
  readonly path: readonly string[];
  readonly value: JsonValue;
}

/** The first option of each type: others of the same type, such as the many secrets, need not try all values. */
const firstOfType = new Set(
  new Map(
    compared.toReversed().map(([name, schema]) => {
      return [JSON.stringify({ ...schema, description: undefined }), name] as const;
    }),
  ).values(),
);

const questions: readonly Question[] = compared.flatMap(([name, schema]) => {
  const fitting = Array.from({ length: 15 }, () => generate(schema, schema, random));
  const all = firstOfType.has(name) ? [...usual, ...fitting, ...any] : [...fitting, ...any];
  return [...new Set(all.map((value) => JSON.stringify(value)))]
    .map((text) => z.custom<JsonValue>().parse(JSON.parse(text)))
    .filter((value) => !hasSubmodules(schema) || !holdsPath(value))
    .map((value) => ({ path: name.split("."), value }));
});

function hasSubmodules({ items, additionalProperties }: Definition): boolean {
  return [items, additionalProperties].some(
    (schema) => typeof schema === "object" && "properties" in schema,
  );
}

/** Whether a value has a path where a submodule may be: the module system would import it, and Nix would fail. */
function holdsPath(value: JsonValue): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).some((part) => typeof part === "string" && part.startsWith("/"))
  );
}

/** The questions about options that exist on the platform. */
function questionsOn(target: Target): readonly Question[] {
  return questions.filter(({ path }) => {
    const on = definitions[path.join(".")]?.["x-platforms"] ?? targets;
    return on[0] === target;
  });
}

/** A query that asks whether the type of each option accepts each value, each in a module of its own. */
function queryOf(asked: readonly Question[]): string {
  return `r:
    let
      inherit (r) lib;
      accepts = { path, value }:
        let
          inherit (lib.attrByPath path (throw "no such option") r.options.services.moltbot) type;
          evaluated = lib.evalModules {
            modules = [ { options.it = lib.mkOption { inherit type; }; config.it = value; } ];
          };
        in
        (builtins.tryEval (builtins.deepSeq evaluated.config.it true)).success;
    in
    map accepts (builtins.fromJSON ${nixString(JSON.stringify(asked))})`;
}

function nixString(text: string): string {
  return JSON.stringify(text).replaceAll("${", "\\${");
}

const missing = missingForEvaluation();
const note = lacking(missing);

describe.skipIf(missing.length > 0)(`the JSON Schema and the modules agree${note}`, () => {
  const ajv = new Ajv({ strict: false });
  const outcomes = evaluateTogether(
    Object.fromEntries(
      targets.map((target) => {
        const module = generatedFile(`${target}/moltbot.nix`);
        return [target, { target, module, query: queryOf(questionsOn(target)) }];
      }),
    ),
  );

  test.each(targets)("on %s", (target) => {
    const outcome = outcomes[target];
    if (outcome?.ok !== true) throw new Error(`rejected: ${outcome?.message ?? "no outcome"}`);
    const verdicts = z.array(z.boolean()).parse(outcome.value);
    const asked = questionsOn(target);
    const wanted = asked.map(({ path, value }) => {
      const schema: Readonly<Record<string, unknown>> = { ...definitions[path.join(".")] };
      return ajv.validate(schema, value);
    });
    const differences = asked.flatMap(({ path, value }, index) =>
      wanted[index] === verdicts[index]
        ? []
        : [{ option: path.join("."), value, schema: wanted[index], module: verdicts[index] }],
    );
    expect(differences).toEqual([]);
    // Otherwise the comparison would be empty.
    expect(verdicts.filter(Boolean).length).toBeGreaterThan(asked.length / 50);
    expect(verdicts.filter((verdict) => !verdict).length).toBeGreaterThan(asked.length / 2);
  });
});
