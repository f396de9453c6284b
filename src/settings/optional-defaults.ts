// Makes keys that have a default optional.
//
// A program that derives its JSON Schema from its parser may describe what the parser returns, where
// defaults are filled in, so that a key with a default is listed as required. What people write may
// leave it out. JSON Schema itself has no such rule: `default` says nothing about validity there.

import { type JsonSchema, mapSubschemas } from "./json-schema.ts";

/** Expects a schema without references. */
export function optionalDefaults(schema: JsonSchema): JsonSchema {
  if (typeof schema === "boolean") return schema;
  const { required, ...rest } = mapSubschemas(schema, optionalDefaults);
  const stillRequired = required?.filter((key) => {
    const property = rest.properties?.[key];
    return typeof property !== "object" || property.default === undefined;
  });
  return stillRequired === undefined || stillRequired.length === 0
    ? rest
    : { ...rest, required: stillRequired };
}
