// A configuration schema as the modules read it, made once for each schema.

import type { JsonSchema } from "./json-schema.ts";
import { nixSchema } from "./nix-schema.ts";
import { serializeSchema } from "./serialize.ts";

const made = new Map<JsonSchema, string>();

export function nixSchemaText(schema: JsonSchema): string {
  const known = made.get(schema);
  if (known !== undefined) return known;
  const text = serializeSchema(nixSchema(schema).document);
  made.set(schema, text);
  return text;
}
