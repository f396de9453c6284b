// Reduces a schema to the parts that matter for one value. Compiling the whole schema of a large program
// takes seconds; a typical configuration touches a hundredth of it.

import type { JsonValue } from "../json.ts";
import { isObject } from "./default-config.ts";
import { type JsonSchema } from "./json-schema.ts";

/** The schema without properties that the value lacks: the verdict about the value stays the same. */
export function relevantTo(schema: JsonSchema, value: JsonValue): JsonSchema {
  if (typeof schema === "boolean" || !isObject(value)) return schema;
  const { properties, anyOf, oneOf, allOf, ...rest } = schema;
  const same = (part: JsonSchema): JsonSchema => relevantTo(part, value);
  const kept = Object.entries(properties ?? {}).flatMap(([key, child]) => {
    const inner = Object.hasOwn(value, key) ? value[key] : undefined;
    return inner === undefined ? [] : [[key, relevantTo(child, inner)] as const];
  });
  return {
    ...rest,
    ...(properties && { properties: Object.fromEntries(kept) }),
    ...(anyOf && { anyOf: anyOf.map(same) }),
    ...(oneOf && { oneOf: oneOf.map(same) }),
    ...(allOf && { allOf: allOf.map(same) }),
  };
}
