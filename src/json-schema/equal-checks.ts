// The checks of strings and numbers, in a form that zod-to-json-schema converts correctly.

import { escapeRegExp } from "../pattern/posix.ts";
import type { z } from "../zod.ts";

type LiteralText = Extract<
  z.ZodStringCheck,
  { readonly kind: "startsWith" | "endsWith" | "includes" }
>;

export function isLiteralText(check: z.ZodStringCheck): check is LiteralText {
  return ["startsWith", "endsWith", "includes"].includes(check.kind);
}

/** A check for a literal text becomes a pattern; other checks stay. */
export function asPattern(check: z.ZodStringCheck): z.ZodStringCheck {
  if (!isLiteralText(check)) return check;
  const text = escapeRegExp(check.value);
  const start = check.kind === "startsWith" ? "^" : "";
  const end = check.kind === "endsWith" ? "$" : "";
  return { kind: "regex", regex: new RegExp(start + text + end) };
}

export function hasSeveralBounds(checks: readonly z.ZodNumberCheck[]): boolean {
  return new Set(checks.map(({ kind }) => kind)).size < checks.length;
}

/** The narrowest check of each kind. */
export function narrowestBounds(checks: readonly z.ZodNumberCheck[]): z.ZodNumberCheck[] {
  const byKind = new Map<string, z.ZodNumberCheck>();
  for (const check of checks) {
    const other = byKind.get(check.kind);
    if (other === undefined || isNarrower(check, other)) byKind.set(check.kind, check);
  }
  return [...byKind.values()];
}

function isNarrower(check: z.ZodNumberCheck, other: z.ZodNumberCheck): boolean {
  if (check.kind === "min" && other.kind === "min") {
    return check.value > other.value || (check.value === other.value && !check.inclusive);
  }
  if (check.kind === "max" && other.kind === "max") {
    return check.value < other.value || (check.value === other.value && !check.inclusive);
  }
  return false;
}
