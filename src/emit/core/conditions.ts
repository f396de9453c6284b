// Conditions as nixpkgs writes them.

import { type NixExpr, nix } from "../../nix/index.ts";

/** `if condition then yes else no`, in the words that nixpkgs has where one of them is nothing. */
export function either(condition: NixExpr, yes: NixExpr, no: NixExpr): NixExpr {
  const nothing: readonly (readonly [isNothing: (node: NixExpr) => boolean, name: string])[] = [
    [(node) => node.kind === "list" && node.items.length === 0, "optionals"],
    [(node) => node.kind === "set" && node.bindings.length === 0, "optionalAttrs"],
    [(node) => node.kind === "string" && node.parts.length === 0, "optionalString"],
  ];
  for (const [isNothing, name] of nothing) {
    const fn = nix.select(nix`lib`, [name]);
    if (isNothing(no)) return nix.call(fn, condition, yes);
    if (isNothing(yes)) return nix.call(fn, negated(condition), no);
  }
  // What holds is easier to read than what does not.
  return isNegative(condition) ? nix.if_(negated(condition), no, yes) : nix.if_(condition, yes, no);
}

function isNegative(condition: NixExpr): boolean {
  return (
    (condition.kind === "unary" && condition.operator === "!") ||
    (condition.kind === "binary" && condition.operator === "!=")
  );
}

function negated(condition: NixExpr): NixExpr {
  if (condition.kind === "unary" && condition.operator === "!") return condition.operand;
  if (condition.kind === "binary" && condition.operator === "==")
    return nix.op("!=", condition.left, condition.right);
  if (condition.kind === "binary" && condition.operator === "!=")
    return nix.op("==", condition.left, condition.right);
  return nix.unary("!", condition);
}
