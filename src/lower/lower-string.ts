// Strings. Nix has one pattern per string and no lengths: a length is a pattern, and both together
// are refused.

import type { OptionType } from "../model/option-type.ts";
import { escapeRegExp, translatePattern } from "../pattern/posix.ts";
import { mistake, type Place } from "./place.ts";
import type { SchemaForm, StringForm } from "./schema-forms.ts";

export function lowerString(form: StringForm, place: Place): OptionType {
  const { minLength = 0, maxLength, pattern } = form;
  if (pattern !== undefined) {
    const regex = new RegExp(pattern);
    // `.min(1)` says nothing new where the pattern refuses the empty string anyway.
    if (maxLength !== undefined || minLength > 1 || (minLength === 1 && regex.test(""))) {
      throw mistake(place, "a pattern and a length together have no equivalent in Nix", {
        received: `${String(regex)} and a length`,
        next: "say the length in the pattern, for example with {1,64}",
      });
    }
    return { kind: "string", nonEmpty: false, pattern: translate(regex, place) };
  }
  if (maxLength === undefined && minLength <= 1)
    return { kind: "string", nonEmpty: minLength === 1 };
  if (maxLength !== undefined && minLength > maxLength) {
    throw mistake(place, `no string has between ${minLength} and ${maxLength} characters`);
  }
  const length = new RegExp(`^[\\s\\S]{${minLength},${maxLength ?? ""}}$`);
  return { kind: "string", nonEmpty: false, pattern: translate(length, place) };
}

function translate(regex: RegExp, place: Place): string {
  const result = translatePattern(regex);
  if (result.ok) return result.pattern;
  throw mistake(place, `this string needs ${result.reason}`, { received: String(regex) });
}

/** The pattern for the names in a record; undefined if any name will do. */
export function lowerKeys(keys: SchemaForm, place: Place): string | undefined {
  if ("enum" in keys) {
    const names = keys.enum.map((name) => escapeRegExp(String(name)));
    return translate(new RegExp(`^(${names.join("|")})$`), place);
  }
  if ("type" in keys && keys.type === "string" && !("const" in keys)) {
    const type = lowerString(keys, place);
    if (type.kind === "string") return type.pattern ?? (type.nonEmpty ? ".+" : undefined);
  }
  throw mistake(place, "these names of a record have no equivalent in Nix", {
    expected: "z.string(), or z.enum()",
    received: JSON.stringify(keys),
  });
}
