// Compares two versions of a configuration schema from the view of users: keys that are new, gone, or accept other
// values.

import type { JsonValue } from "../../src/json.ts";
import { canonicalJson } from "../../src/settings/canonical.ts";
import { describeSchema } from "../../src/settings/describe.ts";
import {
  type JsonSchema,
  mapSubschemas,
  type SchemaObject,
  without,
} from "../../src/settings/json-schema.ts";
import { anyName, below, isOpen, keysOf } from "../../src/settings/schema-place.ts";

export type SchemaChange =
  | {
      readonly kind: "added" | "removed";
      readonly path: readonly string[];
      /** The number of keys, including those inside. */
      readonly count: number;
    }
  | {
      readonly kind: "retyped";
      readonly path: readonly string[];
      readonly from: string;
      readonly to: string;
    };

/** Compares two expanded schemas. Keys inside one that is new or gone are counted, not listed. */
export function compareSchemas(before: JsonSchema, after: JsonSchema): readonly SchemaChange[] {
  return compareAt(before, after, []);
}

function compareAt(
  before: JsonSchema,
  after: JsonSchema,
  path: readonly string[],
): readonly SchemaChange[] {
  if (canonicalJson(before) === canonicalJson(after)) return [];
  const names = [...new Set([...namesIn(before), ...namesIn(after)])].sort();
  const inside = names.flatMap((name): readonly SchemaChange[] => {
    const [old, now] = [before, after].map((schema) => childOf(schema, name));
    const childPath = [...path, name];
    if (old === undefined && now === undefined) return [];
    if (old === undefined) return [{ kind: "added", path: childPath, count: countKeys(now) }];
    if (now === undefined) return [{ kind: "removed", path: childPath, count: countKeys(old) }];
    return compareAt(old, now, childPath);
  });
  const [from, to] = [shallow(before), shallow(after)];
  if (canonicalJson(from) === canonicalJson(to)) return inside;
  return [{ kind: "retyped", path, ...inWords(from, to) }, ...inside];
}

/** The number of keys that a schema names, at any depth, plus one for the schema's own key. */
function countKeys(schema: JsonSchema | undefined): number {
  if (schema === undefined) return 0;
  const inside = namesIn(schema).map((name) => countKeys(childOf(schema, name)));
  return inside.reduce((sum, count) => sum + count, 1);
}

/** The names below a schema; `anyName` for an open set whose values have a type. */
function namesIn(schema: JsonSchema): readonly string[] {
  return childOf(schema, anyName) === undefined ? keysOf(schema) : [...keysOf(schema), anyName];
}

function childOf(schema: JsonSchema, name: string): JsonSchema | undefined {
  if (name !== anyName) return keysOf(schema).includes(name) ? below(schema, name) : undefined;
  const child = isOpen(schema) ? below(schema, anyName) : undefined;
  return child === true ? undefined : child;
}

/** A schema without the contents of its objects. */
function shallow(schema: JsonSchema): JsonSchema {
  if (typeof schema === "boolean") return schema;
  const own = without(schema, [
    "properties",
    "patternProperties",
    "additionalProperties",
    ...(schema.required?.length === 0 ? (["required"] as const) : []),
  ]);
  const mapped = mapSubschemas(own, shallow);
  return {
    ...mapped,
    ...(mapped.anyOf && { anyOf: distinct(mapped.anyOf) }),
    ...(mapped.oneOf && { oneOf: distinct(mapped.oneOf) }),
  };
}

function distinct(schemas: readonly JsonSchema[]): readonly JsonSchema[] {
  return [...new Map(schemas.map((schema) => [canonicalJson(schema), schema])).values()];
}

/** Both schemas in words or, if the words are the same, by the keywords that differ. */
function inWords(
  before: JsonSchema,
  after: JsonSchema,
): { readonly from: string; readonly to: string } {
  const [from, to] = [describeSchema(before), describeSchema(after)];
  if (from !== to || typeof before === "boolean" || typeof after === "boolean") return { from, to };
  const texts = [before, after].map(keywordTexts);
  const [old, now] = texts;
  const changed = [...new Set(texts.flatMap((text) => [...text.keys()]))].filter(
    (keyword) => old?.get(keyword) !== now?.get(keyword),
  );
  const show = (text: ReadonlyMap<string, string> | undefined): string =>
    changed.map((keyword) => text?.get(keyword) ?? `no ${keyword}`).join(", ");
  return { from: show(old), to: show(now) };
}

/** Every keyword of a schema as text. */
function keywordTexts(schema: SchemaObject): ReadonlyMap<string, string> {
  const entries: readonly (readonly [string, JsonValue | JsonSchema])[] = Object.entries(schema);
  return new Map(
    entries.map(([keyword, value]) => [keyword, `${keyword} ${canonicalJson(value)}`]),
  );
}
