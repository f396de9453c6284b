// Whether two trees are the same code.

import type { NixExpr } from "./ast.ts";

const keys = new WeakMap<object, string>();
const numbers = new Map<string, number>();

/** A key for comparisons: nodes with the same code have the same key. */
export function keyOf(node: NixExpr): string {
  return keyOfValue(node);
}

/** Each distinct node has a number, so the length of a key depends on the node's direct parts only. */
function keyOfValue(value: unknown): string {
  if (typeof value === "bigint") return `${String(value)}n`;
  if (Array.isArray(value)) return `[${value.map(keyOfValue).join()}]`;
  if (value === undefined) return "none";
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const known = keys.get(value);
  if (known !== undefined) return known;
  const text = Object.entries(value)
    // A blank line does not belong to the code itself.
    .filter(([name]) => name !== "blankLine")
    .map(([name, part]) => `${name}:${keyOfValue(part)}`)
    .sort()
    .join();
  const number = numbers.get(text) ?? numbers.size;
  numbers.set(text, number);
  const key = `#${String(number)}`;
  keys.set(value, key);
  return key;
}
