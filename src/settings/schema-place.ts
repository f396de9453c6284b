// Finding one's way in a configuration schema: what is accepted below a key, through unions and
// open sets of names. Works on expanded schemas (see compact.ts).

import {
  isList,
  type JsonSchema,
  type SchemaObject,
  type TypeName,
  without,
} from "./json-schema.ts";

/** A segment that stands for every name an open set accepts, in paths shown to people. */
export const anyName = "<name>";

/**
 * The schema of the values at `key`; undefined where the key is not accepted. If alternatives
 * accept it with different schemas, any of them may hold.
 */
export function below(schema: JsonSchema, key: string): JsonSchema | undefined {
  const views = viewsOf(schema);
  const named = views.flatMap((view) => namedBelow(view, key));
  const found = named.length > 0 ? named : views.flatMap(openBelow);
  if (found.some(isAnything)) return true;
  return found.length > 1 ? { anyOf: found } : found[0];
}

/** Whether the schema restricts nothing. */
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

/** The keys a schema names, through all its alternatives. */
export function keysOf(schema: JsonSchema): readonly string[] {
  const names = viewsOf(schema).flatMap((view) => Object.keys(view.properties ?? {}));
  return [...new Set(names)].sort();
}

/** Whether names are accepted that the schema does not list. */
export function isOpen(schema: JsonSchema): boolean {
  return viewsOf(schema).some((view) => openBelow(view).length > 0);
}

/** The schemas one of which describes an object: those of a union, with what they share. */
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

/** Whether the keyword `type` lets values of a type through. */
export function acceptsType(schema: SchemaObject, name: TypeName): boolean {
  const { type } = schema;
  if (type === undefined) return true;
  const accepted: readonly string[] = typeof type === "string" ? [type] : type;
  return accepted.includes(name) || (name === "integer" && accepted.includes("number"));
}
