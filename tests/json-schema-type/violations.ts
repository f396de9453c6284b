// Configurations that violate one keyword of a schema in one place, for every keyword: chance alone
// would miss the rare ones.
//
// Contract: like instances.ts, it only tries; an independent validator decides.

import type { JsonValue } from "../../src/json.ts";
import { definition } from "../../src/settings/compact.ts";
import { isList, type JsonSchema, type SchemaObject } from "../../src/settings/json-schema.ts";
import { generate } from "./instances.ts";
import type { Random } from "./random.ts";

/** One step from a value to a value inside, or from a schema to one of its alternatives. */
type Step =
  | { readonly kind: "alternative" }
  | { readonly kind: "item"; readonly of: SchemaObject }
  | { readonly kind: "key"; readonly key: string; readonly of: SchemaObject }
  | { readonly kind: "other key"; readonly of: SchemaObject };

interface Place {
  readonly steps: readonly Step[];
  readonly schema: SchemaObject;
}

type Violate = (
  schema: SchemaObject,
  make: Make,
  random: Random,
  root: SchemaObject,
) => JsonValue | undefined;

/** Generates a value for a schema. */
type Make = (schema: JsonSchema) => JsonValue | undefined;

const oddTexts = ["", "!", " a", "ä", "a b", "A-", "-", "9", "~~~", "x\ny", "日本"];

const violations: Readonly<Record<string, Violate>> = {
  additionalItems: (schema, make) => [...itemsFor(schema, make, 2), "one more"],
  additionalProperties: (schema, make) => ({ ...objectFor(schema, make), unknownKey: 1 }),
  const: () => "another",
  enum: () => "another",
  exclusiveMinimum: ({ exclusiveMinimum }) => exclusiveMinimum,
  if: (schema) => withKeys(required(schema.if)),
  maxItems: (schema, make) => itemsFor(schema, make, (schema.maxItems ?? 0) + 1),
  maxLength: ({ maxLength = 0 }, _make, random) =>
    random.pick(["x", "ä", "😀"]).repeat(maxLength + 1),
  maxProperties: ({ maxProperties = 0, additionalProperties = true }, make) =>
    Object.fromEntries(
      Array.from({ length: maxProperties + 1 }, (_, index) => [
        `key${String(index)}`,
        make(additionalProperties) ?? null,
      ]),
    ),
  maximum: ({ maximum = 0 }) => maximum + 1,
  minItems: (schema, make) => itemsFor(schema, make, (schema.minItems ?? 1) - 1),
  minLength: ({ minLength = 1 }, _make, random) => random.pick(["x", "ä"]).repeat(minLength - 1),
  minProperties: () => ({}),
  minimum: ({ minimum = 0 }) => minimum - 1,
  not: ({ not = true }, make, _random, root) => make(asObject(root, not)),
  pattern: (_schema, _make, random) => random.pick(oddTexts),
  propertyNames: (schema, make, random) => ({
    [random.pick(oddTexts)]: make(schema.additionalProperties ?? true) ?? null,
  }),
  required: (schema, make, random) => {
    const missing = random.pick(schema.required ?? [""]);
    const entries = Object.entries(objectFor(schema, make));
    return Object.fromEntries(entries.filter(([key]) => key !== missing));
  },
  type: (schema, _make, random) =>
    random.pick<JsonValue>(
      schema.type === "string" ? [1, null, {}, []] : ["text", "1", "true", null],
    ),
  uniqueItems: () => ["same", "same"],
};

/** Keywords for which there is a violation. */
export const violableKeywords: readonly string[] = Object.keys(violations);

/** Configurations that violate `keyword` in up to `count` places of the schema. */
export function violating(
  root: SchemaObject,
  keyword: string,
  count: number,
  random: Random,
): readonly JsonValue[] {
  const violate = violations[keyword];
  const make: Make = (schema) => generate(root, schema, random);
  const places = placesIn(root).filter(({ schema }) => keyword in schema);
  return random.some(places, count).flatMap(({ steps, schema }) => {
    const value = violate?.(schema, make, random, root);
    if (value === undefined) return [];
    return [steps.reduceRight((inner, step) => around(inner, step, make), value)];
  });
}

/** A value with `inner` at this step, and otherwise fit. */
function around(inner: JsonValue, step: Step, make: Make): JsonValue {
  switch (step.kind) {
    case "alternative":
      return inner;
    case "item":
      return [inner];
    case "key":
      return { ...objectFor(step.of, make), [step.key]: inner };
    case "other key": {
      const name = make(step.of.propertyNames ?? true);
      return { ...objectFor(step.of, make), [typeof name === "string" ? name : "name"]: inner };
    }
  }
}

const knownPlaces = new WeakMap<SchemaObject, readonly Place[]>();

/** All places of a schema. */
function placesIn(root: SchemaObject): readonly Place[] {
  const known = knownPlaces.get(root);
  if (known !== undefined) return known;
  const places: Place[] = [];
  const visit = (node: JsonSchema | undefined, steps: readonly Step[]): void => {
    if (typeof node !== "object") return;
    if (node.$ref !== undefined) {
      visit(definition(root.$defs ?? {}, node.$ref), steps);
      return;
    }
    places.push({ steps, schema: node });
    for (const branch of [...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.allOf ?? [])]) {
      visit(branch, [...steps, { kind: "alternative" }]);
    }
    for (const [key, child] of Object.entries(node.properties ?? {})) {
      visit(child, [...steps, { kind: "key", key, of: node }]);
    }
    visit(node.additionalProperties, [...steps, { kind: "other key", of: node }]);
    if (!isList(node.items)) visit(node.items, [...steps, { kind: "item", of: node }]);
  };
  visit(root, []);
  knownPlaces.set(root, places);
  return places;
}

function itemsFor(schema: SchemaObject, make: Make, count: number): readonly JsonValue[] {
  const { items = true } = schema;
  return Array.from({ length: count }, (_, index) =>
    make(isList(items) ? (items[index] ?? true) : items),
  ).filter((item) => item !== undefined);
}

function objectFor(schema: SchemaObject, make: Make): Readonly<Record<string, JsonValue>> {
  const { properties = {}, required: keys = [] } = schema;
  const entries = keys.map((key) => [key, make(properties[key] ?? true)] as const);
  return Object.fromEntries(
    entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

/** Adds `type: "object"` to schemas with keywords about keys, at any depth. */
function asObject(root: SchemaObject, schema: JsonSchema): JsonSchema {
  if (typeof schema === "boolean") return schema;
  if (schema.$ref !== undefined) return asObject(root, definition(root.$defs ?? {}, schema.$ref));
  if (schema.required === undefined) return schema;
  const properties = Object.entries(schema.properties ?? {}).map(
    ([key, child]) => [key, asObject(root, child)] as const,
  );
  return { ...schema, type: "object", properties: Object.fromEntries(properties) };
}

function required(schema: JsonSchema | undefined): readonly string[] {
  return typeof schema === "object" ? (schema.required ?? []) : [];
}

function withKeys(keys: readonly string[]): JsonValue {
  return Object.fromEntries(keys.map((key) => [key, "text"]));
}
