// Common code for the checks of zod's strings and numbers.

import { mistake, type Place } from "./place.ts";

interface Check {
  readonly kind: string;
  readonly message?: string | undefined;
}

export function refuseMessages(checks: readonly Check[], place: Place): void {
  const own = checks.find((check) => check.message !== undefined);
  if (own === undefined) return;
  throw mistake(place, "a message of one's own has no place in a Nix type", {
    received: JSON.stringify(own.message),
    next: "remove it; the module system's own message says what it expected",
  });
}

export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** The intersection of several bounds: zod checks all of them. */
export function narrowest(bounds: readonly Bounds[]): Bounds {
  const minima = bounds.flatMap(({ min }) => (min === undefined ? [] : [min]));
  const maxima = bounds.flatMap(({ max }) => (max === undefined ? [] : [max]));
  return {
    ...(minima.length > 0 && { min: Math.max(...minima) }),
    ...(maxima.length > 0 && { max: Math.min(...maxima) }),
  };
}
