// Finds places in a configuration schema, through unions and open sets of names. Works on expanded schemas
// (see compact.ts).

import {
  isList,
  type JsonSchema,
  type SchemaObject,
  type TypeName,
  without,
} from "./json-schema.ts";

/** A segment of a path that stands for any name in an open set, in messages. */
export const anyName = "<name>";

/**
 * The schema of the values at `key`; undefined if the schema does not accept the key. If alternatives
 * accept the key with different schemas, the result is a union of these.
 */
export function below(schema: JsonSchema, key: string): JsonSchema | undefined {
  const views = viewsOf(schema);
  const named = views.flatMap((view) => namedBelow(view, key));
  const found = named.length > 0 ? named : views.flatMap(openBelow);
  if (found.some(isAnything)) return true;
  return found.length > 1 ? { anyOf: found } : found[0];
}

/** Whether the schema accepts every value. */
export function isAnything(schema: JsonSchema): boolean {
  return schema === true || (typeof schema === "object" && Object.keys(schema).length === 0);
}

/** The schema at a path. */
export function at(schema: JsonSchema, path: readonly string[]): JsonSchema | undefined {
  return path.reduce<JsonSchema | undefined>(
    (found, key) => (found === undefined ? undefined : below(found, key)),
    schema,
  );
}

/** The keys that a schema names in any of its alternatives. */
export function keysOf(schema: JsonSchema): readonly string[] {
  const names = viewsOf(schema).flatMap((view) => Object.keys(view.properties ?? {}));
  return [...new Set(names)].sort();
}

/** Whether the schema accepts names that it does not list. */
export function isOpen(schema: JsonSchema): boolean {
  return viewsOf(schema).some((view) => openBelow(view).length > 0);
}

/** The parts of a schema that may describe an object: the members of a union, and the schema's own keywords. */
function viewsOf(schema: JsonSchema): readonly SchemaObject[] {
  if (typeof schema === "boolean") return schema ? [{}] : [];
  const parts = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  if (parts.length === 0) return [schema];
  const own = without(schema, ["anyOf", "oneOf", "allOf"]);
  const describesObject = own.properties !== undefined || own.additionalProperties !== undefined;
  return [...(describesObject ? [own] : []), ...parts.flatMap(viewsOf)];
}

function namedBelow(view: SchemaObject, key: string): readonly JsonSchema[] {
  const property = view.properties !== undefined && Object.hasOwn(view.properties, key);
  const patterns = Object.entries(view.patternProperties ?? {}).filter(([pattern]) =>
    new RegExp(pattern, "u").test(key),
  );
  return [
    ...(property ? [view.properties[key] ?? true] : []),
    ...patterns.map(([, child]) => child),
    ...elementsOf(view, key),
  ];
}

/** The schema of a list's element, if the key is a number. */
function elementsOf({ items, additionalItems }: SchemaObject, key: string): readonly JsonSchema[] {
  if (items === undefined || !/^\d+$/.test(key)) return [];
  if (!isList(items)) return [items];
  const item = items[Number(key)] ?? additionalItems;
  return item === undefined ? [] : [item];
}

function openBelow(view: SchemaObject): readonly JsonSchema[] {
  if (!acceptsType(view, "object")) return [];
  const { additionalProperties = true } = view;
  return additionalProperties === false ? [] : [additionalProperties];
}

/** Whether the keyword `type` accepts values of this type. */
export function acceptsType(schema: SchemaObject, name: TypeName): boolean {
  const { type } = schema;
  if (type === undefined) return true;
  const accepted: readonly string[] = typeof type === "string" ? [type] : type;
  return accepted.includes(name) || (name === "integer" && accepted.includes("number"));
}
