// Sample configurations, fitting and broken ones, and the type's verdict on each.
//
// Contract: the same schema, sizes and seed give the same configurations. ajv, an independent
// validator, says which of them fit the schema.

import { Ajv, type AnySchema, type ValidateFunction } from "ajv";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import type { JsonValue } from "../../src/json.ts";
import { compactSchema, expandSchema } from "../../src/settings/compact.ts";
import {
  type JsonSchema,
  mapSubschemas,
  type SchemaObject,
} from "../../src/settings/json-schema.ts";
import { optionalDefaults } from "../../src/settings/optional-defaults.ts";
import { nixPath } from "../support/evaluate.ts";
import { withTemporaryDir } from "../support/tools.ts";
import { type Breaker, breakers, broken, generate } from "./instances.ts";
import { createRandom } from "./random.ts";
import { annotated, evaluate } from "./support.ts";
import { violableKeywords, violating } from "./violations.ts";

export interface Instance {
  readonly value: JsonValue;
  /** The kind of change that broke it, or the keyword that it violates; absent if it fits. */
  readonly breaker?: string;
}

/** The type's verdict. */
export interface Verdict {
  readonly accepted: boolean;
  readonly mistakes: readonly string[];
}

export interface SampleSize {
  /** Configurations that fit. */
  readonly fitting: number;
  /** Configurations broken by a change in one place, divided among the kinds of change. */
  readonly broken: number;
  /** Places at which each keyword is violated. */
  readonly placesPerKeyword: number;
  readonly seed: number;
}

/** Two validators of settings under a gateway's schema. */
export interface Independent {
  readonly strict: ValidateFunction;
  /** The validator without the patterns that Nix cannot express. */
  readonly lenient: ValidateFunction;
}

export function independentOf(stored: SchemaObject): Independent {
  const schema = writable(stored);
  const { untranslatablePatterns } = annotated(stored);
  const patterns = new Set(untranslatablePatterns.map(({ pattern }) => pattern));
  return {
    strict: compileAjv(schema),
    lenient: compileAjv(withoutPatterns(schema, patterns)),
  };
}

export function sampleOf(
  stored: SchemaObject,
  { strict }: Independent,
  { fitting, broken: brokenCount, placesPerKeyword, seed }: SampleSize,
): readonly Instance[] {
  const schema = writable(stored);
  const random = createRandom(seed);
  const valid: Instance[] = [];
  while (valid.length < fitting) {
    const value = generate(schema, schema, random);
    const isUseful = value !== undefined && Object.keys(value ?? {}).length > 0;
    if (isUseful && isNixValue(value) && strict(value)) valid.push({ value });
  }
  const unfit = (Object.keys(breakers) as Breaker[]).flatMap((breaker) => {
    const found = new Map<string, Instance>();
    while (found.size < brokenCount / Object.keys(breakers).length) {
      const value = broken(random.pick(valid).value, breaker, random);
      if (value !== undefined && !strict(value)) {
        found.set(JSON.stringify(value), { value, breaker });
      }
    }
    return [...found.values()];
  });
  const aimed = violableKeywords.flatMap((keyword) =>
    violating(schema, keyword, placesPerKeyword, random)
      .filter((value) => isNixValue(value) && !strict(value))
      .map((value): Instance => ({ value, breaker: keyword })),
  );
  return [...valid, ...unfit, ...aimed];
}

/** The number of configurations in one evaluation. */
const batchSize = 700;

/** The type's verdicts on values, in the real module system. */
export function verdicts(stored: SchemaObject, values: readonly JsonValue[]): readonly Verdict[] {
  return withTemporaryDir((dir) => {
    const file = (name: string, content: JsonValue): string => {
      writeFileSync(join(dir, name), JSON.stringify(content));
      return nixPath(join(dir, name));
    };
    const schema = file(
      "schema.json",
      JSON.parse(JSON.stringify(annotated(stored).document)) as JsonValue,
    );
    const batches = Array.from({ length: Math.ceil(values.length / batchSize) }, (_, index) =>
      values.slice(index * batchSize, (index + 1) * batchSize),
    );
    return batches.flatMap((batch, index) => {
      const batchFile = file(`values-${String(index)}.json`, batch);
      return evaluate(`
        let
          schema = lib.importJSON ${schema};
          type = lib.jsonSchemaType { inherit schema; checkSecrets = "off"; };
        in map (value: {
          accepted = !((attempt (evaluate type [ value ])) ? failed);
          mistakes = builtins.filter
            (text: builtins.match ".*this is a secret and.*" text == null)
            (lib.jsonSchemaMistakes { inherit schema value; });
        }) (lib.importJSON ${batchFile})`) as readonly Verdict[];
    });
  });
}

/** The schema for people's settings: keys with a default may be left out. */
function writable(stored: SchemaObject): SchemaObject {
  return compactSchema(optionalDefaults(expandSchema(stored)));
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

/** Whether Nix strings and numbers can hold the value. */
function isNixValue(value: JsonValue): boolean {
  return !JSON.stringify(value).includes("\\u0000");
}
