// JSON Schema (draft 7) as the settings code reads it: the keywords that say which values are
// accepted, and no others. The list is closed, so that a keyword nobody has thought about is an
// error and not a constraint that is silently lost.
//
// https://json-schema.org/draft-07/json-schema-validation

import { UserError } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import { z } from "../zod.ts";

export const typeNames = [
  "array",
  "boolean",
  "integer",
  "null",
  "number",
  "object",
  "string",
] as const;

export type TypeName = (typeof typeNames)[number];

export type SchemaMap = Readonly<Record<string, JsonSchema>>;

/** `true` accepts every value, `false` none. */
export type JsonSchema = boolean | SchemaObject;

export interface SchemaObject {
  readonly $schema?: string | undefined;
  readonly $ref?: string | undefined;
  readonly $defs?: SchemaMap | undefined;

  readonly type?: TypeName | readonly TypeName[] | undefined;
  readonly const?: JsonValue | undefined;
  readonly enum?: readonly JsonValue[] | undefined;
  readonly default?: JsonValue | undefined;

  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly exclusiveMinimum?: number | undefined;
  readonly exclusiveMaximum?: number | undefined;
  readonly multipleOf?: number | undefined;

  readonly minLength?: number | undefined;
  readonly maxLength?: number | undefined;
  readonly pattern?: string | undefined;
  readonly format?: string | undefined;

  readonly items?: JsonSchema | readonly JsonSchema[] | undefined;
  readonly additionalItems?: JsonSchema | undefined;
  readonly contains?: JsonSchema | undefined;
  readonly minItems?: number | undefined;
  readonly maxItems?: number | undefined;
  readonly uniqueItems?: boolean | undefined;

  readonly properties?: SchemaMap | undefined;
  readonly patternProperties?: SchemaMap | undefined;
  readonly additionalProperties?: JsonSchema | undefined;
  readonly propertyNames?: JsonSchema | undefined;
  readonly required?: readonly string[] | undefined;
  readonly minProperties?: number | undefined;
  readonly maxProperties?: number | undefined;

  readonly allOf?: readonly JsonSchema[] | undefined;
  readonly anyOf?: readonly JsonSchema[] | undefined;
  readonly oneOf?: readonly JsonSchema[] | undefined;
  readonly not?: JsonSchema | undefined;
  readonly if?: JsonSchema | undefined;
  readonly then?: JsonSchema | undefined;
  readonly else?: JsonSchema | undefined;
}

const json: z.ZodType<JsonValue> = z.lazy(() =>
  z.union([z.null(), z.boolean(), z.number(), z.string(), z.array(json), z.record(json)]),
);

const schema: z.ZodType<JsonSchema> = z.lazy(() => z.union([z.boolean(), schemaObject]));
const schemas = z.array(schema).nonempty();
const schemaMap = z.record(schema);
const typeName = z.enum(typeNames);
const count = z.number().int().nonnegative();

const schemaObject = z
  .object({
    $schema: z.string(),
    $ref: z.string(),
    $defs: schemaMap,

    type: z.union([typeName, z.array(typeName).nonempty()]),
    const: json,
    enum: z.array(json).nonempty(),
    default: json,

    minimum: z.number(),
    maximum: z.number(),
    exclusiveMinimum: z.number(),
    exclusiveMaximum: z.number(),
    multipleOf: z.number().positive(),

    minLength: count,
    maxLength: count,
    pattern: z.string(),
    format: z.string(),

    items: z.union([schema, schemas]),
    additionalItems: schema,
    contains: schema,
    minItems: count,
    maxItems: count,
    uniqueItems: z.boolean(),

    properties: schemaMap,
    patternProperties: schemaMap,
    additionalProperties: schema,
    propertyNames: schema,
    required: z.array(z.string()),
    minProperties: count,
    maxProperties: count,

    allOf: schemas,
    anyOf: schemas,
    oneOf: schemas,
    not: schema,
    if: schema,
    then: schema,
    else: schema,
  } satisfies Record<keyof SchemaObject, z.ZodTypeAny>)
  .partial()
  .strict();

/**
 * Reads a JSON Schema.
 *
 * @param name where it comes from, for the message
 * @throws UserError for a keyword that is not known or has the wrong shape
 */
export function parseJsonSchema(value: unknown, name: string): JsonSchema {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { place, message } = deepest(result.error.issues);
  throw new UserError(`${name} is not a JSON Schema this program understands`, {
    received: place.length > 0 ? `${message} at ${place.join("/")}` : message,
    next: "add the keyword to src/settings/json-schema.ts, or regenerate the file",
  });
}

interface Issue {
  readonly place: readonly (string | number)[];
  readonly message: string;
}

/** Of the alternatives of a union that all failed, the one that got furthest says the reason. */
function deepest(issues: readonly z.ZodIssue[]): Issue {
  const found = issues.map((issue) =>
    issue.code === "invalid_union"
      ? deepest(issue.unionErrors.flatMap((error) => error.issues))
      : { place: issue.path, message: issue.message },
  );
  const [first, ...rest] = found;
  const start = first ?? { place: [], message: "no reason given" };
  return rest.reduce((best, next) => (next.place.length > best.place.length ? next : best), start);
}

/** The schema with every schema directly inside it replaced. */
export function mapSubschemas(
  object: SchemaObject,
  map: (schema: JsonSchema) => JsonSchema,
): SchemaObject {
  const one = (value: JsonSchema | undefined): JsonSchema | undefined => value && map(value);
  const all = (values: readonly JsonSchema[] | undefined): readonly JsonSchema[] | undefined =>
    values?.map(map);
  const each = (values: SchemaMap | undefined): SchemaMap | undefined =>
    values && mapValues(values, map);
  return withoutUndefined({
    ...object,
    $defs: each(object.$defs),
    items: isList(object.items) ? object.items.map(map) : one(object.items),
    additionalItems: one(object.additionalItems),
    contains: one(object.contains),
    properties: each(object.properties),
    patternProperties: each(object.patternProperties),
    additionalProperties: one(object.additionalProperties),
    propertyNames: one(object.propertyNames),
    allOf: all(object.allOf),
    anyOf: all(object.anyOf),
    oneOf: all(object.oneOf),
    not: one(object.not),
    if: one(object.if),
    then: one(object.then),
    else: one(object.else),
  });
}

export function isList(
  items: JsonSchema | readonly JsonSchema[] | undefined,
): items is readonly JsonSchema[] {
  return Array.isArray(items);
}

function mapValues(values: SchemaMap, map: (schema: JsonSchema) => JsonSchema): SchemaMap {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value)]));
}

function withoutUndefined(object: SchemaObject): SchemaObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
