// Digests of values: values with the same structure have equal digests. Two occurrences of one object differ from
// two equal objects, because a variable of an expression is known by its identity.

import { createHash } from "node:crypto";

export function digestText(text: string | Uint8Array): string {
  return createHash("sha256").update(text).digest("hex");
}

/** The digest of a value; undefined if it has parts that cannot be compared, such as functions. */
export function digestValue(value: unknown): string | undefined {
  const parts: string[] = [];
  return write(value, parts, new Map()) ? digestText(parts.join(" ")) : undefined;
}

/**
 * Writes a value without loss. It keeps the order of keys, on which a result may depend. JSON would leave
 * `undefined` out, and V8's own format tells equal strings apart.
 *
 * @returns whether it could be written
 */
function write(value: unknown, parts: string[], seen: Map<object, number>): boolean {
  if (value === undefined) parts.push("undefined");
  else if (value === null || typeof value === "boolean" || typeof value === "string") {
    parts.push(JSON.stringify(value));
  } else if (typeof value === "number") parts.push(Object.is(value, -0) ? "-0" : String(value));
  else if (typeof value === "object" && seen.has(value)) parts.push(`#${String(seen.get(value))}`);
  else if (value instanceof RegExp) parts.push("/", JSON.stringify([value.source, value.flags]));
  else if (Array.isArray(value)) {
    seen.set(value, seen.size);
    parts.push("[");
    for (const item of value as readonly unknown[]) if (!write(item, parts, seen)) return false;
    parts.push("]");
  } else if (typeof value === "object" && isPlain(value)) {
    seen.set(value, seen.size);
    parts.push("{");
    for (const [key, child] of Object.entries(value)) {
      parts.push(JSON.stringify(key));
      if (!write(child, parts, seen)) return false;
    }
    // The library's marks; no two of them have the same description.
    for (const mark of Object.getOwnPropertySymbols(value)) {
      parts.push(mark.toString());
      if (!write(Reflect.get(value, mark), parts, seen)) return false;
    }
    parts.push("}");
  } else return false;
  return true;
}

/** Whether an object consists of its properties: an instance of a class could also have private state. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === null || prototype === Object.prototype) return true;
  return !Object.hasOwn(prototype, "constructor") && isPlain(prototype);
}
