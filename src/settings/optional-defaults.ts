// Makes keys that have a default optional.
//
// A program that derives its JSON Schema from its parser may describe the parser's result. Defaults are filled in
// there, so the schema lists a key with a default as required, although people may leave it out. JSON Schema itself
// does not connect `default` with validity.

import { type JsonSchema, mapSubschemas } from "./json-schema.ts";

/** @param schema a schema without references */
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
