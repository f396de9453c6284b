// Factories of strings, numbers, names and paths.

import { BugError } from "../errors.ts";
import type {
  FloatNode,
  IdentifierNode,
  IndentedStringNode,
  IntegerNode,
  PathNode,
  SearchPathNode,
  StringNode,
  StringPart,
} from "./ast.ts";
import { escapeIdentifier, escapePathText } from "./escape.ts";
import { type PartsInput, make, toParts } from "./node.ts";

/** `"…"`, also when the text has newlines (they are written `\n`). */
export function quoted(parts: PartsInput): StringNode {
  return make({ kind: "string", parts: toParts(parts) });
}

/** `''…''`. Without a newline it is the plain string of the same text. */
export function indented(input: PartsInput): StringNode | IndentedStringNode {
  const parts = toParts(input);
  return parts.some((part) => part.kind === "text" && part.text.includes("\n"))
    ? make({ kind: "indentedString", parts })
    : quoted(parts);
}

/** A string as a Nix developer would write it: indented when it has lines to show. */
export function str(input: PartsInput): StringNode | IndentedStringNode {
  const parts = toParts(input);
  return isReadableAsLines(parts) ? indented(parts) : quoted(parts);
}

// If indentation or escapes would obscure the lines, one double-quoted line is easier to read.
function isReadableAsLines(parts: readonly StringPart[]): boolean {
  const whole = parts.map((part) => (part.kind === "text" ? part.text : "x")).join("");
  const lines = whole.split("\n");
  return (
    lines.length > 1 &&
    !/[\u0000-\u0009\u000b-\u001f\u007f]/.test(whole) &&
    /^[^\s]/.test(whole) &&
    lines.every((line) => line === line.trimEnd())
  );
}

export const MAX_INTEGER = 2n ** 63n - 1n;

/** A non-negative integer literal; for others see `value`. */
export function int(value: number | bigint): IntegerNode {
  if (typeof value === "number" && !Number.isInteger(value)) {
    throw new BugError(`${value} is not an integer`);
  }
  const integer = BigInt(value);
  if (integer < 0n || integer > MAX_INTEGER) {
    throw new BugError(`${integer} is not between 0 and ${MAX_INTEGER}`);
  }
  return make({ kind: "integer", value: integer });
}

/** The smallest number that Nix reads: it refuses literals that lose precision near zero. */
export const MIN_FLOAT = 2 ** -1022;

/** A non-negative floating-point literal; for others see `value`. */
export function float(value: number): FloatNode {
  if (!Number.isFinite(value) || value < 0 || Object.is(value, -0)) {
    throw new BugError(`${value} is not a non-negative finite number`);
  }
  if (value !== 0 && value < MIN_FLOAT) {
    throw new BugError(`${value} is too small for a Nix literal`);
  }
  return make({ kind: "float", value });
}

/** A variable. */
export function id(name: string): IdentifierNode {
  return make({ kind: "identifier", name: escapeIdentifier(name) });
}

export function bool(value: boolean): IdentifierNode {
  return id(value ? "true" : "false");
}

export function null_(): IdentifierNode {
  return id("null");
}

/** A path literal, for example `./module.nix` or `["./", name, "/x"]`. */
export function path(input: PartsInput): PathNode {
  const parts = toParts(input);
  const shape = parts
    .map((part) => (part.kind === "text" ? escapePathText(part.text) : "x"))
    .join("");
  const first = parts[0];
  if (
    first?.kind !== "text" ||
    !/^(~|[A-Za-z0-9._+-]*)(\/[A-Za-z0-9._+-]+)+$/.test(shape) ||
    !first.text.includes("/")
  ) {
    throw new BugError(`${JSON.stringify(shape)} is not a Nix path`);
  }
  return make({ kind: "path", parts });
}

/** `<name>` */
export function searchPath(name: string): SearchPathNode {
  if (!/^[A-Za-z0-9._+-]+(\/[A-Za-z0-9._+-]+)*$/.test(name)) {
    throw new BugError(`${JSON.stringify(name)} is not a Nix search path`);
  }
  return make({ kind: "searchPath", name });
}
