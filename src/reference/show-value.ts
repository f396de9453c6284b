// Values as Nix code, as nixpkgs writes them in manuals: the text of `lib.generators.toPretty`, which differs from
// the formatter's.

import { isJsonArray, isJsonObject, type JsonValue } from "../json.ts";
import { isIdentifier } from "../nix/index.ts";

export function showValue(value: JsonValue, indent = ""): string {
  const inner = `\n${indent}  `;
  const outer = `\n${indent}`;
  if (typeof value === "string") return showString(value, inner, outer);
  if (isJsonArray(value)) {
    if (value.length === 0) return "[ ]";
    const items = value.map((item) => `${inner}${showValue(item, `${indent}  `)}`);
    return `[${items.join("")}${outer}]`;
  }
  if (isJsonObject(value)) {
    // Nix sorts the names of attributes.
    const names = Object.keys(value).sort();
    if (names.length === 0) return "{ }";
    const entries = names.map(
      (name) => `${inner}${showName(name)} = ${showValue(value[name] ?? null, `${indent}  `)};`,
    );
    return `{${entries.join("")}${outer}}`;
  }
  return String(value);
}

function showString(value: string, inner: string, outer: string): string {
  const lines = value.split("\n");
  if (lines.length === 1) return quoted(value);
  const escaped = lines.map((line) => line.replaceAll(/\$\{|''/g, escapeIndented));
  const last = escaped.pop() ?? "";
  return `''${inner}${escaped.join(inner)}${last === "" ? outer : `${inner}${last}`}''`;
}

function escapeIndented(found: string): string {
  return found === "''" ? "'''" : "''${";
}

/** A part of an option's path or the name of an attribute, in quotes if it needs them. */
export function showName(name: string): string {
  return isIdentifier(name) ? name : JSON.stringify(name).replaceAll("$", "\\$");
}

function quoted(line: string): string {
  return `"${line.replaceAll(/\\|"|\$\{/g, (found) => `\\${found}`)}"`;
}
