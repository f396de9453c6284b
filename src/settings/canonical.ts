// JSON with the keys of every object sorted: equal values have equal texts.

import type { JsonValue } from "../json.ts";
import type { JsonSchema } from "./json-schema.ts";

/** The texts of objects seen before, because callers ask for the text of each part of a schema. */
const known = new WeakMap<object, string>();

export function canonicalJson(value: JsonValue | JsonSchema): string {
  return textOf(value);
}

function textOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const before = known.get(value);
  if (before !== undefined) return before;
  const text = Array.isArray(value)
    ? `[${value.map(textOf).join(",")}]`
    : `{${Object.entries(value)
        .sort(([left], [right]) => (left < right ? -1 : 1))
        .map(([key, child]) => `${JSON.stringify(key)}:${textOf(child)}`)
        .join(",")}}`;
  known.set(value, text);
  return text;
}
