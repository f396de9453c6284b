// The restrictions of zod strings and numbers as keywords of JSON Schema: all of them, or none.

import { type JsonSchema7Type, type z } from "../zod.ts";
import { escapeRegExp, translatePattern } from "../pattern/posix.ts";
import { mistake, type Place } from "./place.ts";

const supportedStrings =
  ".min(), .max(), .length(), .regex(), .startsWith(), .endsWith(), .includes()";

interface Check {
  readonly kind: string;
  readonly message?: string | undefined;
}

function checkMessages(checks: readonly Check[], place: Place): void {
  const own = checks.find((check) => check.message !== undefined);
  if (own === undefined) return;
  throw mistake(place, "a message of one's own has no place in a Nix type", {
    received: JSON.stringify(own.message),
    next: "remove it; the module system tells what it expected",
  });
}

export function convertString(definition: z.ZodStringDef, place: Place): JsonSchema7Type {
  const { checks } = definition;
  checkMessages(checks, place);
  const bounds = checks.flatMap((check): readonly Bounds[] => {
    if (check.kind === "min") return [{ min: check.value }];
    if (check.kind === "max") return [{ max: check.value }];
    return check.kind === "length" ? [{ min: check.value, max: check.value }] : [];
  });
  const patterns = checks.flatMap((check) => patternOf(check, place));
  const [pattern] = patterns;
  if (patterns.length > 1) {
    throw mistake(place, "several patterns for one string have no equivalent in Nix", {
      received: patterns.map(String).join(", "),
      next: "say it with one .regex()",
    });
  }
  const { min, max } = combine(bounds);
  return {
    type: "string",
    ...(min !== undefined && min > 0 && { minLength: min }),
    ...(max !== undefined && { maxLength: max }),
    ...(pattern !== undefined && { pattern: pattern.source }),
  };
}

function patternOf(check: z.ZodStringCheck, place: Place): readonly RegExp[] {
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
      if (check.position !== undefined) {
        throw mistake(place, ".includes() with a position has no equivalent in Nix", {
          next: "say it with .regex()",
        });
      }
      return [new RegExp(escapeRegExp(check.value))];
    case "regex": {
      const result = translatePattern(check.regex);
      if (result.ok) return [check.regex];
      throw mistake(place, `the pattern uses ${result.reason}, which Nix patterns cannot say`, {
        received: String(check.regex),
        expected: "what a POSIX extended regular expression can say",
      });
    }
    case "trim":
    case "toLowerCase":
    case "toUpperCase":
      throw mistake(place, `.${check.kind}() changes the value; Nix types only check it`, {
        expected: supportedStrings,
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
        expected: supportedStrings,
        next: "say what matters of it with .regex()",
      });
  }
}

export function convertNumber(definition: z.ZodNumberDef, place: Place): JsonSchema7Type {
  const { checks } = definition;
  checkMessages(checks, place);
  const isInteger = checks.some((check) => check.kind === "int");
  const bounds = checks.flatMap((check): readonly Bounds[] => {
    switch (check.kind) {
      case "int":
      // JSON and Nix have no infinite numbers.
      case "finite":
        return [];
      case "min":
      case "max":
        return [boundOf(check, isInteger, place)];
      case "multipleOf":
        throw mistake(place, "a number with .multipleOf() has no equivalent in Nix", {
          expected: "z.number() with .int(), .min() and .max()",
          next: "check it with an assertion of the service's model",
        });
    }
  });
  const { min, max } = combine(bounds);
  if (min !== undefined && max !== undefined && min > max) {
    throw mistake(place, `no number is at least ${min} and at most ${max}`);
  }
  return {
    type: isInteger ? "integer" : "number",
    ...(min !== undefined && { minimum: min }),
    ...(max !== undefined && { maximum: max }),
  };
}

interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

type Bound = Extract<z.ZodNumberCheck, { readonly kind: "min" | "max" }>;

/** For whole numbers, every bound can be said with a whole number that is allowed itself. */
function boundOf(check: Bound, isInteger: boolean, place: Place): Bounds {
  const { kind, value, inclusive } = check;
  if (!Number.isFinite(value)) throw mistake(place, `${value} is not a bound`);
  if (isInteger) {
    return kind === "min"
      ? { min: inclusive ? Math.ceil(value) : Math.floor(value) + 1 }
      : { max: inclusive ? Math.floor(value) : Math.ceil(value) - 1 };
  }
  if (!inclusive) {
    const sign = kind === "min" ? "greater" : "less";
    throw mistake(place, `a number that has to be ${sign} than ${value} has no equivalent in Nix`, {
      expected: "bounds that are allowed themselves: .min(), .max(), .nonnegative()",
      next: "use .min() or .max(), or .int()",
    });
  }
  return kind === "min" ? { min: value } : { max: value };
}

/** The narrowest of several bounds. */
function combine(bounds: readonly Bounds[]): Bounds {
  const minima = bounds.flatMap(({ min }) => (min === undefined ? [] : [min]));
  const maxima = bounds.flatMap(({ max }) => (max === undefined ? [] : [max]));
  return {
    ...(minima.length > 0 && { min: Math.max(...minima) }),
    ...(maxima.length > 0 && { max: Math.min(...maxima) }),
  };
}
