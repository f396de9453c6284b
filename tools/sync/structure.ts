// The structure of a program's configuration schema: only the keywords that restrict values. Prose
// (titles, descriptions, hints for forms) is left out: it is most of the text, changes with every
// release, and is not needed to check a value.
//
// References are replaced by their local definitions: a schema that was pasted into another one
// refers to definitions by a path that is no longer right.

import { UserError } from "../../src/errors.ts";
import type { JsonValue } from "../../src/json.ts";
import { type JsonSchema, parseJsonSchema } from "../../src/settings/json-schema.ts";

/** Keywords that restrict nothing. Any other that JSON Schema does not know is an error. */
const prose = new Set([
  "$comment",
  "$id",
  "$schema",
  "deprecated",
  "description",
  "enumDescriptions",
  "examples",
  "markdownDescription",
  "readOnly",
  "title",
  "uiHints",
  "writeOnly",
]);

const definitionKeywords = ["$defs", "definitions"] as const;

type Definitions = Readonly<Record<string, JsonValue>>;
type JsonObject = Readonly<Record<string, JsonValue>>;

/** The definitions in scope, and those that are being expanded. */
interface Scope {
  readonly definitions: Definitions;
  readonly open: readonly string[];
}

/**
 * @param name the source of the schema, for messages
 * @throws UserError for unknown keywords, for references that lead nowhere or in a circle
 */
export function structureOf(document: JsonValue, name: string): JsonSchema {
  return parseJsonSchema(stripSchema(document, { definitions: {}, open: [] }), name);
}

function stripSchema(value: JsonValue, outer: Scope): JsonValue {
  if (!isObject(value)) return value;
  const scope = { ...outer, definitions: { ...outer.definitions, ...definitionsOf(value) } };
  const kept = Object.entries(value).filter(([keyword]) => !isIgnored(keyword));
  const reference = value["$ref"];
  if (typeof reference === "string") {
    if (kept.length > 1) {
      throw new UserError(`the reference ${reference} has other keywords beside it`, {
        next: "teach tools/sync/structure.ts what they mean together",
      });
    }
    return resolve(reference, scope);
  }
  return Object.fromEntries(
    kept.map(([keyword, child]) => [keyword, stripKeyword(keyword, child, scope)]),
  );
}

function stripKeyword(keyword: string, value: JsonValue, scope: Scope): JsonValue {
  switch (keyword) {
    case "properties":
    case "patternProperties":
      return isObject(value)
        ? Object.fromEntries(
            Object.entries(value).map(([key, child]) => [key, stripSchema(child, scope)]),
          )
        : value;
    case "items":
    case "allOf":
    case "anyOf":
    case "oneOf":
      return isList(value)
        ? value.map((child) => stripSchema(child, scope))
        : stripSchema(value, scope);
    case "additionalItems":
    case "additionalProperties":
    case "contains":
    case "else":
    case "if":
    case "not":
    case "propertyNames":
    case "then":
      return stripSchema(value, scope);
    case "required":
      // The order does not matter.
      return isList(value) ? [...value].sort() : value;
    default:
      return value;
  }
}

function resolve(reference: string, scope: Scope): JsonValue {
  const name = /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec(reference)?.[1];
  const definition = name === undefined ? undefined : scope.definitions[name];
  if (name === undefined || definition === undefined) {
    throw new UserError(`the schema's reference ${reference} leads nowhere`, {
      received: `definitions here: ${Object.keys(scope.definitions).join(", ") || "none"}`,
    });
  }
  if (scope.open.includes(name)) {
    throw new UserError(`the schema's definition ${name} contains itself`, {
      next: "recursive settings are not supported yet: extend tools/sync/structure.ts",
    });
  }
  return stripSchema(definition, { ...scope, open: [...scope.open, name] });
}

function definitionsOf(schema: JsonObject): Definitions {
  return Object.assign(
    {},
    ...definitionKeywords.map((keyword) => {
      const definitions = schema[keyword];
      return isObject(definitions) ? definitions : {};
    }),
  ) as Definitions;
}

function isIgnored(keyword: string): boolean {
  return prose.has(keyword) || definitionKeywords.some((name) => name === keyword);
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
