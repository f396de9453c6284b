// Lowers numbers. Nix types have inclusive bounds only.

import type { OptionType } from "../model/option-type.ts";
import type { z } from "../zod.ts";
import { mistake, type Place } from "./place.ts";
import { type Bounds, narrowest, refuseMessages } from "./zod-checks.ts";

export function lowerNumber({ checks }: z.ZodNumberDef, place: Place): OptionType {
  refuseMessages(checks, place);
  const isInteger = checks.some((check) => check.kind === "int");
  const bounds = narrowest(checks.map((check) => boundsOf(check, isInteger, place)));
  const { min, max } = bounds;
  if (min !== undefined && max !== undefined && min > max) {
    throw mistake(place, `no number is at least ${min} and at most ${max}`);
  }
  return { kind: isInteger ? "int" : "number", ...bounds };
}

function boundsOf(check: z.ZodNumberCheck, isInteger: boolean, place: Place): Bounds {
  switch (check.kind) {
    case "int":
    // JSON and Nix have no infinite numbers.
    case "finite":
      return {};
    case "min":
    case "max":
      return boundOf(check, isInteger, place);
    case "multipleOf":
      throw mistake(place, "a number with .multipleOf() has no equivalent in Nix", {
        expected: "z.number() with .int(), .min() and .max()",
        next: "check it with an assertion of the service's model",
      });
  }
}

type Bound = Extract<z.ZodNumberCheck, { readonly kind: "min" | "max" }>;

/** Every bound of a whole number becomes an inclusive one. */
function boundOf({ kind, value, inclusive }: Bound, isInteger: boolean, place: Place): Bounds {
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
  return { [kind]: value };
}
