// Whether two trees are the same code.

import type { NixExpr } from "./ast.ts";

const keys = new WeakMap<object, string>();
const numbers = new Map<string, number>();

/** A text that two nodes have in common when they, and all their parts, are written alike. */
export function keyOf(node: NixExpr): string {
  return keyOfValue(node);
}

/** Each distinct node has a number, so that a key is as long as the node is wide, not deep. */
function keyOfValue(value: unknown): string {
  if (typeof value === "bigint") return `${String(value)}n`;
  if (Array.isArray(value)) return `[${value.map(keyOfValue).join()}]`;
  if (value === undefined) return "none";
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const known = keys.get(value);
  if (known !== undefined) return known;
  const text = Object.entries(value)
    // Where a blank line is, is a matter of what stands before.
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
