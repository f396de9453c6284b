// JSON Schema (draft 7) as the settings code reads it: only the keywords that restrict values. The list is
// closed, so that an unknown keyword is an error and not a constraint that is silently lost.
//
// https://json-schema.org/draft-07/json-schema-validation

import { UserError } from "../errors.ts";
import type { JsonValue } from "../json.ts";

const typeNames = ["array", "boolean", "integer", "null", "number", "object", "string"] as const;

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

/** A mistake in something that should be a schema, and its place. */
interface Problem {
  readonly path: readonly string[];
  readonly message: string;
}

/** Checks the value of a keyword. */
type Check = (value: unknown, path: readonly string[]) => Problem | undefined;

const keywords: Readonly<Record<keyof SchemaObject, Check>> = {
  $schema: is("a string", isString),
  $ref: is("a string", isString),
  $defs: mapOfSchemas,

  type: is("the name of a type, or several", (value) =>
    Array.isArray(value) ? value.length > 0 && value.every(isTypeName) : isTypeName(value),
  ),
  const: () => undefined,
  enum: is("a list", (value) => Array.isArray(value) && value.length > 0),
  default: () => undefined,

  minimum: is("a number", Number.isFinite),
  maximum: is("a number", Number.isFinite),
  exclusiveMinimum: is("a number", Number.isFinite),
  exclusiveMaximum: is("a number", Number.isFinite),
  multipleOf: is("a positive number", (value) => typeof value === "number" && value > 0),

  minLength: is("a count", isCount),
  maxLength: is("a count", isCount),
  pattern: is("a string", isString),
  format: is("a string", isString),

  items: (value, path) =>
    Array.isArray(value) ? listOfSchemas(value, path) : problemOf(value, path),
  additionalItems: problemOf,
  contains: problemOf,
  minItems: is("a count", isCount),
  maxItems: is("a count", isCount),
  uniqueItems: is("true or false", (value) => typeof value === "boolean"),

  properties: mapOfSchemas,
  patternProperties: mapOfSchemas,
  additionalProperties: problemOf,
  propertyNames: problemOf,
  required: is("a list of names", (value) => Array.isArray(value) && value.every(isString)),
  minProperties: is("a count", isCount),
  maxProperties: is("a count", isCount),

  allOf: listOfSchemas,
  anyOf: listOfSchemas,
  oneOf: listOfSchemas,
  not: problemOf,
  if: problemOf,
  then: problemOf,
  else: problemOf,
};

/**
 * Reads a JSON Schema.
 *
 * @param name the source of the schema, for the message
 * @throws UserError for an unknown keyword, or a keyword with a value of the wrong shape
 */
export function parseJsonSchema(value: unknown, name: string): JsonSchema {
  if (isJsonSchema(value)) return value;
  const problem = problemOf(value, []);
  throw new UserError(`${name} is not a JSON Schema this program understands`, {
    received: problem && `${problem.message} at /${problem.path.join("/")}`,
    next: "correct it; a new keyword goes into src/settings/json-schema.ts",
  });
}

function isJsonSchema(value: unknown): value is JsonSchema {
  return problemOf(value, []) === undefined;
}

function problemOf(value: unknown, path: readonly string[]): Problem | undefined {
  if (typeof value === "boolean") return undefined;
  if (!isObject(value)) return { path, message: "no schema" };
  return firstProblem(Object.entries(value), ([keyword, child]) => {
    const inside = [...path, keyword];
    return isKeyword(keyword)
      ? keywords[keyword](child, inside)
      : { path: inside, message: `the unknown keyword ${keyword}` };
  });
}

function mapOfSchemas(value: unknown, path: readonly string[]): Problem | undefined {
  if (!isObject(value)) return { path, message: "no object" };
  return firstProblem(Object.entries(value), ([key, child]) => problemOf(child, [...path, key]));
}

function listOfSchemas(value: unknown, path: readonly string[]): Problem | undefined {
  if (!Array.isArray(value) || value.length === 0) return { path, message: "no list of schemas" };
  const items: readonly unknown[] = value;
  return firstProblem([...items.entries()], ([index, child]) =>
    problemOf(child, [...path, String(index)]),
  );
}

function firstProblem<T>(
  items: readonly T[],
  problem: (item: T) => Problem | undefined,
): Problem | undefined {
  for (const item of items) {
    const found = problem(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function is(expected: string, check: (value: unknown) => boolean): Check {
  return (value, path) => (check(value) ? undefined : { path, message: `not ${expected}` });
}

function isKeyword(name: string): name is keyof SchemaObject {
  return Object.hasOwn(keywords, name);
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isTypeName(value: unknown): boolean {
  return typeNames.some((name) => name === value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const schemaKeywords = [
  "additionalItems",
  "contains",
  "additionalProperties",
  "propertyNames",
  "not",
  "if",
  "then",
  "else",
] as const;
const listKeywords = ["allOf", "anyOf", "oneOf"] as const;
const mapKeywords = ["$defs", "properties", "patternProperties"] as const;

/**
 * Applies `map` to every schema directly inside a schema; keywords keep their order. It runs many times over
 * large schemas, so it makes no closures and one copy.
 */
export function mapSubschemas(
  object: SchemaObject,
  map: (schema: JsonSchema) => JsonSchema,
): SchemaObject {
  const result: { -readonly [K in keyof SchemaObject]: SchemaObject[K] } = { ...object };
  for (const keyword of schemaKeywords) {
    const schema = object[keyword];
    if (schema !== undefined) result[keyword] = map(schema);
  }
  for (const keyword of listKeywords) {
    const schemas = object[keyword];
    if (schemas !== undefined) result[keyword] = schemas.map(map);
  }
  for (const keyword of mapKeywords) {
    const schemas = object[keyword];
    if (schemas !== undefined) result[keyword] = mapValues(schemas, map);
  }
  const { items } = object;
  if (items !== undefined) result.items = isList(items) ? items.map(map) : map(items);
  return Object.values(result).includes(undefined) ? withoutUndefined(result) : result;
}

/** The schema without some of its keywords. */
export function without(
  object: SchemaObject,
  names: readonly (keyof SchemaObject)[],
): SchemaObject {
  return Object.fromEntries(
    Object.entries(object).filter(([keyword]) => !names.some((name) => name === keyword)),
  );
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
