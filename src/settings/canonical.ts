// JSON with the keys of every object sorted: equal values have equal texts.

import { type JsonSchema } from "./json-schema.ts";
import type { JsonValue } from "../json.ts";

export function canonicalJson(value: JsonValue | JsonSchema): string {
  return JSON.stringify(value, (_key, child: unknown) =>
    typeof child === "object" && child !== null && !Array.isArray(child)
      ? Object.fromEntries(Object.entries(child).sort(([a], [b]) => (a < b ? -1 : 1)))
      : child,
  );
}
