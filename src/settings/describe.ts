// Describes schemas in words, for messages. model/describe-type.ts describes the types of options.

import type { JsonValue } from "../json.ts";
import type { JsonSchema, SchemaObject, TypeName } from "./json-schema.ts";
import { isList } from "./json-schema.ts";
import { isAnything, isOpen, keysOf } from "./schema-place.ts";

/** Longer lists of names are cut; the message also names the nearest one. */
const maximumNames = 12;

export function describeSchema(schema: JsonSchema): string {
  if (typeof schema === "boolean") return schema ? "anything" : "nothing";
  const { const: constant, enum: values } = schema;
  if (constant !== undefined) return show(constant);
  if (values !== undefined) return oneOf(values.map(show));
  const alternatives = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  if (alternatives.length > 0) return oneOf([...new Set(alternatives.map(describeSchema))]);
  const [all] = schema.allOf ?? [];
  if (schema.type === undefined) return all === undefined ? "anything" : describeSchema(all);
  const types = typeof schema.type === "string" ? [schema.type] : schema.type;
  return oneOf(types.map((type) => describeTyped(schema, type)));
}

function describeTyped(schema: SchemaObject, type: TypeName): string {
  switch (type) {
    case "null":
      return "null";
    case "boolean":
      return "true or false";
    case "string":
      return describeString(schema);
    case "integer":
      return `an integer${describeRange(schema)}`;
    case "number":
      return `a number${describeRange(schema)}`;
    case "array":
      return describeArray(schema);
    case "object":
      return describeObject(schema);
  }
}

function describeString({ minLength, pattern }: SchemaObject): string {
  const kind = minLength !== undefined && minLength > 0 ? "a string that is not empty" : "a string";
  return pattern === undefined ? kind : `${kind} matching ${pattern}`;
}

function describeRange(schema: SchemaObject): string {
  const { minimum, exclusiveMinimum } = schema;
  const lower =
    minimum !== undefined
      ? `from ${minimum}`
      : exclusiveMinimum === undefined
        ? undefined
        : `above ${exclusiveMinimum}`;
  const maximum = isUnlimited(schema.maximum) ? undefined : schema.maximum;
  const upper =
    maximum !== undefined
      ? `to ${maximum}`
      : schema.exclusiveMaximum === undefined
        ? undefined
        : `below ${schema.exclusiveMaximum}`;
  return [lower, upper].map((bound) => (bound === undefined ? "" : ` ${bound}`)).join("");
}

/** Whether there is no bound: zod writes the largest safe integers then. */
export function isUnlimited(bound: number | undefined): boolean {
  return bound === undefined || Math.abs(bound) >= Number.MAX_SAFE_INTEGER;
}

function describeArray({ items, minItems = 0 }: SchemaObject): string {
  const kind = minItems > 0 && !isList(items) ? "a list that is not empty" : "a list";
  if (items === undefined || items === true) return kind;
  if (isList(items)) return `${kind} of ${items.map(describeSchema).join(", then ")}`;
  return `${kind}, each element ${describeSchema(items)}`;
}

function describeObject(schema: SchemaObject): string {
  const keys = keysOf(schema);
  if (keys.length > 0) return `an object with the keys ${listNames(keys)}`;
  const { additionalProperties = true } = schema;
  return additionalProperties !== false && !isAnything(additionalProperties)
    ? `an object, each value ${describeSchema(additionalProperties)}`
    : isOpen(schema)
      ? "an object"
      : "an empty object";
}

/** A list of names; only the first ones if there are many. */
export function listNames(names: readonly string[]): string {
  const rest = names.length - maximumNames;
  const shown = names.slice(0, rest > 1 ? maximumNames : undefined).join(", ");
  return rest > 1 ? `${shown} and ${rest} more` : shown;
}

/** The objects of a submodule: its type in words does not name the fields. */
export function describeFields(fields: readonly { readonly name: string }[]): string {
  return `an object with the fields ${listNames(fields.map(({ name }) => name))}`;
}

export function show(value: JsonValue): string {
  return JSON.stringify(value);
}

function oneOf(texts: readonly string[]): string {
  const last = texts.at(-1) ?? "nothing";
  return texts.length > 1 ? `${texts.slice(0, -1).join(", ")} or ${last}` : last;
}
