// The type against ajv, an independent validator, on generated configurations of the gateway: both
// have to agree on every one. Patterns that Nix cannot say are left out of the schema that ajv sees;
// how often that makes a difference is printed, and that it can only make Nix more lenient is tested.

import { Ajv, type AnySchema, type ValidateFunction } from "ajv";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";

import type { JsonValue } from "../../src/json.ts";
import { compactSchema, expandSchema } from "../../src/settings/compact.ts";
import { type JsonSchema, mapSubschemas } from "../../src/settings/json-schema.ts";
import { optionalDefaults } from "../../src/settings/optional-defaults.ts";
import { nixPath } from "../support/evaluate.ts";
import { withTemporaryDir } from "../support/tools.ts";
import { type Breaker, breakers, broken, generate } from "./instances.ts";
import { createRandom } from "./random.ts";
import { violableKeywords, violating } from "./violations.ts";
import { annotated, evaluate, gatewaySchema, missingTools, unlessMissing } from "./support.ts";

const validCount = 1200;
const brokenCount = 1600;
const placesPerKeyword = 40;
const seed = 20260906;

/** How many configurations one evaluation looks at. */
const batchSize = 700;

interface Instance {
  readonly value: JsonValue;
  /** How it was broken: the kind of change, or the keyword it violates. */
  readonly breaker?: string;
}

interface Verdict {
  readonly accepted: boolean;
  readonly mistakes: readonly string[];
}

function compileAjv(schema: JsonSchema): ValidateFunction {
  const document = JSON.parse(JSON.stringify(schema)) as AnySchema;
  // Formats are annotations; unknown keywords do not occur, as the schema was read strictly.
  return new Ajv({ strict: false, validateFormats: false }).compile(document);
}

function withoutPatterns(schema: JsonSchema, patterns: ReadonlySet<string>): JsonSchema {
  if (typeof schema === "boolean") return schema;
  const { pattern, ...rest } = mapSubschemas(schema, (child) => withoutPatterns(child, patterns));
  return pattern === undefined || patterns.has(pattern) ? rest : { ...rest, pattern };
}

/** What a Nix string and a Nix number can hold. */
function isNixValue(value: JsonValue): boolean {
  return !JSON.stringify(value).includes("\\u0000");
}

function makeInstances(
  schema: ReturnType<typeof gatewaySchema>,
  isValid: (value: JsonValue) => boolean,
): readonly Instance[] {
  const random = createRandom(seed);
  const valid: Instance[] = [];
  while (valid.length < validCount) {
    const value = generate(schema, schema, random);
    const isUseful = value !== undefined && Object.keys(value ?? {}).length > 0;
    if (isUseful && isNixValue(value) && isValid(value)) valid.push({ value });
  }
  const unfit = (Object.keys(breakers) as Breaker[]).flatMap((breaker) => {
    const found = new Map<string, Instance>();
    while (found.size < brokenCount / Object.keys(breakers).length) {
      const value = broken(random.pick(valid).value, breaker, random);
      if (value !== undefined && !isValid(value)) {
        found.set(JSON.stringify(value), { value, breaker });
      }
    }
    return [...found.values()];
  });
  const aimed = violableKeywords.flatMap((keyword) =>
    violating(schema, keyword, placesPerKeyword, random)
      .filter((value) => isNixValue(value) && !isValid(value))
      .map((value): Instance => ({ value, breaker: keyword })),
  );
  return [...valid, ...unfit, ...aimed];
}

function verdicts(document: JsonValue, instances: readonly Instance[]): readonly Verdict[] {
  return withTemporaryDir((dir) => {
    const file = (name: string, content: JsonValue): string => {
      writeFileSync(join(dir, name), JSON.stringify(content));
      return nixPath(join(dir, name));
    };
    const schema = file("schema.json", document);
    const batches = Array.from({ length: Math.ceil(instances.length / batchSize) }, (_, index) =>
      instances.slice(index * batchSize, (index + 1) * batchSize).map(({ value }) => value),
    );
    return batches.flatMap((batch, index) => {
      const values = file(`values-${String(index)}.json`, batch);
      return evaluate(`
        let
          schema = lib.importJSON ${schema};
          type = lib.jsonSchemaType { inherit schema; checkSecrets = "off"; };
        in map (value: {
          accepted = !((attempt (evaluate type [ value ])) ? failed);
          mistakes = builtins.filter
            (text: builtins.match ".*this is a secret and.*" text == null)
            (lib.jsonSchemaMistakes { inherit schema value; });
        }) (lib.importJSON ${values})`) as readonly Verdict[];
    });
  });
}

/** The dotted paths of all keys in a value; items of lists are alike. */
function keyPathsOf(value: JsonValue, path = ""): readonly string[] {
  if (typeof value !== "object" || value === null) return [path];
  const children = Object.entries(value) as readonly (readonly [string, JsonValue])[];
  const isList = Array.isArray(value);
  return [
    path,
    ...children.flatMap(([key, child]) => keyPathsOf(child, `${path}.${isList ? "*" : key}`)),
  ];
}

describe.skipIf(missingTools.length > 0)(`against ajv${unlessMissing}`, () => {
  let instances: readonly Instance[];
  let results: readonly Verdict[];
  let strict: ValidateFunction;
  let lenient: ValidateFunction;

  beforeAll(() => {
    const stored = gatewaySchema();
    const { document, untranslatablePatterns } = annotated(stored);
    const schema = compactSchema(optionalDefaults(expandSchema(stored)));
    const patterns = new Set(untranslatablePatterns.map(({ pattern }) => pattern));
    strict = compileAjv(schema);
    lenient = compileAjv(withoutPatterns(schema, patterns));
    instances = makeInstances(schema, (value) => strict(value));
    results = verdicts(JSON.parse(JSON.stringify(document)) as JsonValue, instances);
  }, 300_000);

  it("agrees on every configuration", () => {
    const disagreements = instances.flatMap(({ value, breaker }, index) => {
      const verdict = results[index];
      const isFit = lenient(value);
      return verdict?.accepted === isFit
        ? []
        : [{ ajv: isFit, breaker, errors: lenient.errors, mistakes: verdict?.mistakes, value }];
    });
    expect(disagreements).toEqual([]);
  });

  it("says at least one mistake of each that it refuses, and none of the others", () => {
    const wrong = results.filter(({ accepted, mistakes }) => accepted !== (mistakes.length === 0));
    expect(wrong).toEqual([]);
  });

  it("is only more lenient where a pattern has no translation", () => {
    const byBreaker = new Map<string, number>();
    let leniences = 0;
    for (const [index, { value, breaker }] of instances.entries()) {
      const kind = breaker ?? "valid";
      byBreaker.set(kind, (byBreaker.get(kind) ?? 0) + 1);
      const isAccepted = results[index]?.accepted === true;
      if (strict(value)) expect(isAccepted).toBe(true);
      else if (isAccepted) leniences += 1;
    }
    const kinds = [...byBreaker].map(([kind, count]) => `${kind} ${String(count)}`).join(", ");
    const keys = new Set(instances.flatMap(({ value }) => keyPathsOf(value)));
    process.stdout.write(
      `${String(instances.length)} configurations of ${String(keys.size)} keys: ${kinds}; ` +
        `${String(leniences)} accepted for want of a pattern\n`,
    );
    expect(instances.length).toBeGreaterThanOrEqual(2000);
    const wanted = [...Object.keys(breakers), ...violableKeywords, "valid"];
    expect([...byBreaker.keys()].sort()).toEqual(wanted.sort());
    expect(leniences).toBeLessThan(instances.length / 100);
  });
});
