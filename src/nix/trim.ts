// Removes unused parameters.

import type { NixExpr } from "./ast.ts";
import * as create from "./create.ts";
import { freeVariables } from "./free-variables.ts";
import { transform } from "./transform.ts";

/**
 * Removes unused names from set patterns with an ellipsis: `{ a, b, ... }: a` becomes `{ a, ... }: a`. The
 * function still accepts every argument that it accepted before.
 */
export function withoutUnusedParameters(node: NixExpr): NixExpr {
  return transform(node, (part) => {
    if (part.kind !== "lambda" || part.parameter.kind !== "patternParameter") return part;
    const { fields, ellipsis, alias } = part.parameter;
    if (!ellipsis) return part;
    const used = freeVariables(part.body);
    const isAsked = (name: string): boolean =>
      used.has(name) ||
      fields.some(({ fallback }) => fallback !== undefined && freeVariables(fallback).has(name));
    const pattern = create.pattern(
      fields.filter(({ name }) => isAsked(name)),
      { ellipsis, alias: alias !== undefined && isAsked(alias) ? alias : undefined },
    );
    return create.lambda(pattern, part.body);
  });
}
