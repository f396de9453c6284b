// Lowers strings. A Nix type has one pattern and no lengths: a length becomes a pattern, and a pattern together
// with a length is an error.

import type { OptionType } from "../model/option-type.ts";
import { escapeRegExp, translatePattern } from "../pattern/posix.ts";
import type { z } from "../zod.ts";
import { mistake, type Place } from "./place.ts";
import { type Bounds, narrowest, refuseMessages } from "./zod-checks.ts";

const supported = ".min(), .max(), .length(), .regex(), .startsWith(), .endsWith(), .includes()";

export function lowerString({ checks }: z.ZodStringDef, place: Place): OptionType {
  refuseMessages(checks, place);
  const lengths = narrowest(checks.map(lengthsOf));
  const [regex, ...others] = checks.flatMap((check) => regexOf(check, place));
  if (regex === undefined) return lowerLengths(lengths, place);
  if (others.length > 0) {
    throw mistake(place, "several patterns for one string have no equivalent in Nix", {
      received: [regex, ...others].map(String).join(", "),
      next: "say it with one .regex()",
    });
  }
  const { min = 0, max } = lengths;
  // `.min(1)` adds nothing if the pattern refuses the empty string anyway.
  if (max !== undefined || min > 1 || (min === 1 && regex.test(""))) {
    throw mistake(place, "a pattern and a length together have no equivalent in Nix", {
      received: `${String(regex)} and a length`,
      next: "say the length in the pattern, for example with {1,64}",
    });
  }
  return matching(regex, place);
}

function lowerLengths({ min = 0, max }: Bounds, place: Place): OptionType {
  if (max === undefined && min <= 1) return { kind: "string", nonEmpty: min === 1 };
  if (max !== undefined && min > max) {
    throw mistake(place, `no string has between ${min} and ${max} characters`);
  }
  const length = new RegExp(`^[\\s\\S]{${min},${max ?? ""}}$`);
  return matching(length, place, (reason) => `this string needs ${reason}`);
}

function lengthsOf(check: z.ZodStringCheck): Bounds {
  if (check.kind === "min") return { min: Math.max(check.value, 0) };
  if (check.kind === "max") return { max: check.value };
  return check.kind === "length" ? { min: check.value, max: check.value } : {};
}

function regexOf(check: z.ZodStringCheck, place: Place): readonly RegExp[] {
  switch (check.kind) {
    case "min":
    case "max":
    case "length":
      return [];
    case "startsWith":
      return [new RegExp(`^${escapeRegExp(check.value)}`)];
    case "endsWith":
      return [new RegExp(`${escapeRegExp(check.value)}$`)];
    case "includes":
      if (check.position === undefined) return [new RegExp(escapeRegExp(check.value))];
      throw mistake(place, ".includes() with a position has no equivalent in Nix", {
        next: "say it with .regex()",
      });
    case "regex":
      return [check.regex];
    case "trim":
    case "toLowerCase":
    case "toUpperCase":
      throw mistake(place, `.${check.kind}() changes the value; Nix types only check it`, {
        expected: supported,
        next: `remove .${check.kind}()`,
      });
    case "base64":
    case "base64url":
    case "cidr":
    case "cuid":
    case "cuid2":
    case "date":
    case "datetime":
    case "duration":
    case "email":
    case "emoji":
    case "ip":
    case "jwt":
    case "nanoid":
    case "time":
    case "ulid":
    case "url":
    case "uuid":
      throw mistake(place, `a string with .${check.kind}() has no equivalent in Nix`, {
        expected: supported,
        next: "write the restriction that matters as a .regex()",
      });
  }
}

function matching(regex: RegExp, place: Place, problem?: Problem): OptionType {
  return { kind: "string", nonEmpty: false, pattern: translate(regex, place, problem) };
}

type Problem = (reason: string) => string;

function translate(
  regex: RegExp,
  place: Place,
  problem: Problem = (reason) => `the pattern uses ${reason}, which Nix patterns cannot say`,
): string {
  const result = translatePattern(regex);
  if (result.ok) return result.pattern;
  throw mistake(place, problem(result.reason), {
    received: String(regex),
    expected: "what a POSIX extended regular expression can say",
  });
}

/** The pattern for the names in a record, from the type of the names; undefined if any will do. */
export function keyPatternOf(type: OptionType | "null", place: Place): string | undefined {
  if (type !== "null" && type.kind === "string") {
    return type.pattern ?? (type.nonEmpty ? ".+" : undefined);
  }
  // The names of a record are always strings, so numbers in an enum cannot match them.
  if (type !== "null" && type.kind === "enum" && type.values.every(isString)) {
    return translate(new RegExp(`^(${type.values.map(escapeRegExp).join("|")})$`), place);
  }
  throw mistake(place, "these names of a record have no equivalent in Nix", {
    expected: "z.string(), or z.enum()",
    received: JSON.stringify(type),
  });
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}
