// Examples as a user would write them: without fields that only repeat an empty default.

import { isDeepStrictEqual } from "node:util";

import { isJsonArray, isJsonObject, type JsonValue } from "../json.ts";
import type { Field, OptionType } from "./option-type.ts";

/** The example of an option or of a field of this type. */
export function exampleValue(type: OptionType, value: JsonValue): JsonValue {
  switch (type.kind) {
    case "nullable":
      return exampleValue(type.of, value);
    case "list":
      return isJsonArray(value)
        ? value.map((element) => exampleValue(type.element, element))
        : value;
    case "attrs":
      return isJsonObject(value)
        ? Object.fromEntries(
            Object.entries(value).map(([name, child]) => [name, exampleValue(type.value, child)]),
          )
        : value;
    case "submodule":
      return isJsonObject(value) ? fieldsOf(type.fields, value) : value;
    case "taggedUnion": {
      if (!isJsonObject(value)) return value;
      const member = type.members.find((candidate) => candidate.value === value[type.tag]);
      return fieldsOf(member?.fields ?? [], value);
    }
    // Nothing says to which member of a union the value belongs.
    case "union":
    case "bool":
    case "string":
    case "int":
    case "number":
    case "port":
    case "enum":
    case "json":
    case "jsonObject":
    case "absolutePath":
    case "plainPath":
    case "sourcePath":
    case "secretFile":
    case "package":
      return value;
  }
}

function fieldsOf(fields: readonly Field[], value: Readonly<Record<string, JsonValue>>): JsonValue {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, child]) => {
      const field = fields.find((candidate) => candidate.name === name);
      if (field === undefined) return [[name, child]];
      const { default: fallback } = field;
      // The example may show a default on purpose, if that is not empty.
      const saysNothing =
        isEmpty(child) && fallback?.kind === "literal" && isDeepStrictEqual(fallback.value, child);
      return saysNothing ? [] : [[name, exampleValue(field.type, child)]];
    }),
  );
}

function isEmpty(value: JsonValue): boolean {
  return value === null || (typeof value === "object" && Object.keys(value).length === 0);
}
