// Checks values with ajv, an independent implementation of JSON Schema, and describes the mistake.

import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import type { JsonValue } from "../json.ts";
import { canonicalJson } from "./canonical.ts";
import { describeSchema, show } from "./describe.ts";
import { type JsonSchema } from "./json-schema.ts";
import { at } from "./schema-place.ts";

/** A mistake in a value, and its place. */
export interface Invalid {
  readonly path: readonly string[];
  readonly expected: string;
  readonly received: string;
}

// Formats are not checked: they say little more than "a string", and the program's own list of formats is unknown.
const ajv = new Ajv({ strict: false, validateFormats: false, verbose: true });

/** Compiled schemas by their text, because compiling takes longest. */
const compiled = new Map<string, ValidateFunction>();

export function validate(schema: JsonSchema, value: JsonValue): Invalid | undefined {
  if (schema === true) return undefined;
  if (schema === false) return { path: [], expected: "nothing", received: show(value) };
  const document: Readonly<Record<string, unknown>> = { ...schema };
  const text = canonicalJson(schema);
  const check = compiled.get(text) ?? ajv.compile(document);
  compiled.set(text, check);
  if (check(value)) return undefined;
  const [first, ...rest] = check.errors ?? [];
  if (first === undefined)
    return { path: [], expected: describeSchema(schema), received: show(value) };
  // If all alternatives of a union failed, the error furthest inside is the best reason.
  const error = rest.reduce((best, next) => (depth(next) > depth(best) ? next : best), first);
  return explain(schema, error);
}

export function isValid(schema: JsonSchema, value: JsonValue): boolean {
  return validate(schema, value) === undefined;
}

function explain(schema: JsonSchema, error: ErrorObject): Invalid {
  const path = segments(error.instancePath);
  const place = at(schema, path);
  const params: Readonly<Record<string, unknown>> = error.params;
  const unknownKey = params["additionalProperty"];
  const missingKey = params["missingProperty"];
  if (typeof unknownKey === "string") {
    return {
      path,
      expected: place === undefined ? "no such key" : describeSchema(place),
      received: `the key ${unknownKey}`,
    };
  }
  if (typeof missingKey === "string") {
    return { path, expected: `the key ${missingKey}`, received: "an object without it" };
  }
  const expected =
    place === undefined || typeof place === "boolean" || error.keyword === "not"
      ? (error.message ?? "something else")
      : describeSchema(place);
  return { path, expected, received: JSON.stringify(error.data) };
}

function depth(error: ErrorObject): number {
  return segments(error.instancePath).length;
}

/** The segments of a JSON pointer (RFC 6901). */
function segments(pointer: string): readonly string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"));
}
