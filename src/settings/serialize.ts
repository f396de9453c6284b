// The text of a schema for modules: small, but not one single line, so that a diff shows the part that has
// changed.

import type { SchemaObject } from "./json-schema.ts";

/** One line per definition and per top-level key; keys keep their order. */
export function serializeSchema(document: SchemaObject): string {
  const lines = Object.entries(document).map(([keyword, value]: readonly [string, unknown]) =>
    ["$defs", "properties"].includes(keyword) && typeof value === "object" && value !== null
      ? `${JSON.stringify(keyword)}:{\n${entries(value)}\n}`
      : `${JSON.stringify(keyword)}:${JSON.stringify(value)}`,
  );
  return `{\n${lines.join(",\n")}\n}\n`;
}

function entries(value: object): string {
  return Object.entries(value)
    .map(
      ([name, child]: readonly [string, unknown]) =>
        `${JSON.stringify(name)}:${JSON.stringify(child)}`,
    )
    .join(",\n");
}
