// Makes values that fit a schema, and breaks them in one place.
//
// Contract: generation only tries to make fitting values, and breaking unfit ones; an independent validator
// decides.

import fc from "fast-check";

import type { JsonValue } from "../../src/json.ts";
import { definition } from "../../src/settings/compact.ts";
import {
  isList as isTuple,
  type JsonSchema,
  type SchemaObject,
} from "../../src/settings/json-schema.ts";
import type { Random } from "./random.ts";

type JsonObject = Readonly<Record<string, JsonValue>>;

const letters = ["a", "b", "z", "A", "0", "9", "-", "_", ".", "/", ":", " ", "@", "ä", "日", "😀"];

/** Strings with an own meaning somewhere. */
const usualTexts = ["env", "https://example.org/a", "openai/gpt", "on", "12", "", "a b"];

/** The largest number of optional keys in a generated set. */
const maxOptionalKeys = 4;

/** A value for the schema; undefined if the generator knows none. */
export function generate(
  root: SchemaObject,
  schema: JsonSchema,
  random: Random,
): JsonValue | undefined {
  if (typeof schema === "boolean") return schema ? anyValue(random) : undefined;
  if (schema.$ref !== undefined) {
    return generate(root, definition(root.$defs ?? {}, schema.$ref), random);
  }
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return random.pick(schema.enum);
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches !== undefined) return generate(root, random.pick(branches), random);
  if (schema.type === undefined && schema.allOf !== undefined) {
    return generate(root, merged(root, schema.allOf), random);
  }
  const type = typeof schema.type === "object" ? random.pick(schema.type) : schema.type;
  switch (type) {
    case "array":
      return generateList(root, schema, random);
    case "boolean":
      return random.chance(0.5);
    case "integer":
      return Math.round(generateNumber(schema, random, 1));
    case "null":
      return null;
    case "number":
      return generateNumber(schema, random, random.chance(0.5) ? 1 : 0.25);
    case "object":
      return generateObject(root, schema, random);
    case "string":
      return generateText(schema, random);
    case undefined:
      return anyValue(random);
  }
}

/** Merges schemas that all have to hold; enough for the few that occur. */
function merged(root: SchemaObject, schemas: readonly JsonSchema[]): SchemaObject {
  const objects = schemas.map((schema) =>
    typeof schema === "object" && schema.$ref !== undefined
      ? definition(root.$defs ?? {}, schema.$ref)
      : schema,
  );
  return Object.assign({}, ...objects) as SchemaObject;
}

function generateNumber(schema: SchemaObject, random: Random, step: number): number {
  const { exclusiveMinimum, exclusiveMaximum } = schema;
  const min = schema.minimum ?? (exclusiveMinimum === undefined ? -3 : exclusiveMinimum + step);
  const max =
    schema.maximum ?? (exclusiveMaximum === undefined ? min + 100 : exclusiveMaximum - step);
  if (random.chance(0.2)) return min;
  if (random.chance(0.2)) return max;
  return min + Math.floor((random.next() * (max - min)) / step) * step;
}

function generateText(schema: SchemaObject, random: Random): string | undefined {
  const pattern = schema.pattern ?? allPatterns(schema)[0];
  if (pattern !== undefined) return generateMatching(pattern, random);
  if (schema.format === "uri") return "https://example.org";
  const { minLength = 0, maxLength = 12 } = schema;
  if (random.chance(0.3) && minLength <= 1) return random.pick(usualTexts.slice(0, -2));
  const length = random.chance(0.2)
    ? minLength
    : random.integer(minLength, Math.min(maxLength, minLength + 12));
  return Array.from({ length }, () => random.pick(letters)).join("");
}

function allPatterns(schema: SchemaObject): readonly string[] {
  return (schema.allOf ?? []).flatMap((part) =>
    typeof part === "object" && part.pattern !== undefined ? [part.pattern] : [],
  );
}

/** Texts for patterns that fast-check does not support. */
const fallbackTexts = [
  "abc",
  "/v1/hook",
  "https://example.org/x",
  "90m",
  "3d",
  "group",
  "user:1",
  "a-b",
];

/** Texts for each pattern; finding them is slow. */
const matchingTexts = new Map<string, readonly string[]>();

function generateMatching(pattern: string, random: Random): string | undefined {
  const known = matchingTexts.get(pattern) ?? sampleMatching(pattern, random);
  matchingTexts.set(pattern, known);
  return known.length === 0 ? undefined : random.pick(known);
}

function sampleMatching(pattern: string, random: Random): readonly string[] {
  const regex = new RegExp(pattern, "u");
  return sample(pattern, random.integer(0, 2 ** 31 - 1)).filter(
    (text) => regex.test(text) && !text.includes("\0"),
  );
}

function sample(pattern: string, seed: number): readonly string[] {
  try {
    return fc.sample(fc.stringMatching(new RegExp(pattern)), { numRuns: 40, seed });
  } catch {
    // Assertions such as lookahead.
    return fallbackTexts;
  }
}

function generateList(root: SchemaObject, schema: SchemaObject, random: Random): JsonValue {
  const { items, minItems = 0, maxItems = minItems + 3 } = schema;
  if (isTuple(items)) return defined(items.map((item) => generate(root, item, random)));
  const length = random.integer(minItems, Math.min(maxItems, minItems + 3));
  return defined(Array.from({ length }, () => generate(root, items ?? true, random)));
}

function defined(values: readonly (JsonValue | undefined)[]): readonly JsonValue[] {
  return values.filter((value) => value !== undefined);
}

function generateObject(root: SchemaObject, schema: SchemaObject, random: Random): JsonObject {
  const { properties = {}, required = [], additionalProperties } = schema;
  const optional = Object.keys(properties).filter((key) => !required.includes(key));
  const keys = [...required, ...random.some(optional, random.integer(1, maxOptionalKeys))];
  const own = keys.map((key) => [key, generate(root, properties[key] ?? true, random)] as const);
  const others =
    additionalProperties === undefined || additionalProperties === false
      ? []
      : Array.from({ length: random.integer(schema.minProperties ?? 0, 2) }, () => {
          const name = generate(root, schema.propertyNames ?? { type: "string" }, random);
          return [
            typeof name === "string" ? name : "name",
            generate(root, additionalProperties, random),
          ] as const;
        });
  return Object.fromEntries([...others, ...own].filter(hasValue));
}

function hasValue(
  entry: readonly [string, JsonValue | undefined],
): entry is readonly [string, JsonValue] {
  return entry[1] !== undefined;
}

function anyValue(random: Random): JsonValue {
  return random.pick<JsonValue>([null, true, 0, 1.5, "text", [], [1], {}, { a: "b" }]);
}

// ---- breaking ----

type Path = readonly (string | number)[];

export const breakers = {
  "unknown key": (value, random) =>
    isObject(value)
      ? {
          ...value,
          [random.pick(["unknownKey", "enabld", "0", "__a", "ä", ""])]: random.pick([1, {}]),
        }
      : undefined,
  "misspelt key": (value, random) => {
    const [key] = isObject(value) ? random.some(Object.keys(value), 1) : [];
    if (!isObject(value) || key === undefined) return undefined;
    const { [key]: moved, ...rest } = value;
    return moved === undefined ? undefined : { ...rest, [`${key}x`]: moved };
  },
  "missing key": (value, random) => {
    const [key] = isObject(value) ? random.some(Object.keys(value), 1) : [];
    if (!isObject(value) || key === undefined) return undefined;
    return Object.fromEntries(Object.entries(value).filter(([other]) => other !== key));
  },
  "wrong type": (value, random) =>
    random.pick<JsonValue>(
      [null, true, 1, 0.5, "text", [], {}].filter((other) => typeof other !== typeof value),
    ),
  "out of range": (value, random) =>
    typeof value === "number"
      ? random.pick([-1, 0, 1e9, 1e15, value + 0.5, -value - 1])
      : Array.isArray(value)
        ? random.pick([[], [...items(value), ...items(value), ...items(value), ...items(value)]])
        : undefined,
  "wrong text": (value, random) =>
    typeof value === "string"
      ? random.pick([`${value}!`, "", ` ${value}`, `${value}\n`, value.toUpperCase(), "ä", "日😀"])
      : undefined,
  "too long": (value, random) =>
    typeof value === "string" ? random.pick(["x", "ä"]).repeat(600) : undefined,
} satisfies Record<string, (value: JsonValue, random: Random) => JsonValue | undefined>;

export type Breaker = keyof typeof breakers;

/** The value, changed in one place; undefined if that kind of change is not possible. */
export function broken(value: JsonValue, breaker: Breaker, random: Random): JsonValue | undefined {
  const places = placesOf(value).filter((place) => place.length > 0);
  for (const place of random.some(places, 8)) {
    const changed = breakers[breaker](valueAt(value, place), random);
    if (changed !== undefined) return replaceAt(value, place, changed);
  }
  return undefined;
}

function items(value: JsonValue): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function placesOf(value: JsonValue): readonly Path[] {
  const children: readonly (readonly [string | number, JsonValue])[] = isObject(value)
    ? Object.entries(value)
    : [...items(value).entries()];
  return [
    [],
    ...children.flatMap(([key, child]) => placesOf(child).map((place) => [key, ...place])),
  ];
}

function valueAt(value: JsonValue, path: Path): JsonValue {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  const child = isObject(value) ? value[first] : items(value)[Number(first)];
  if (child === undefined) throw new Error(`no value at ${path.join("/")}`);
  return valueAt(child, rest);
}

function replaceAt(value: JsonValue, path: Path, replacement: JsonValue): JsonValue {
  const [first, ...rest] = path;
  if (first === undefined) return replacement;
  const child = replaceAt(valueAt(value, [first]), rest, replacement);
  return isObject(value)
    ? { ...value, [first]: child }
    : items(value).map((item, index) => (index === first ? child : item));
}
