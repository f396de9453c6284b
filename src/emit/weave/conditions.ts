// Conditional code in the style of nixpkgs.

import { keyOf, negate, nix, type NixExpr } from "../../nix/index.ts";

/** `if condition then yes else no`, or `lib.optionals` and the like if one of them is empty. */
export function either(condition: NixExpr, yes: NixExpr, no: NixExpr): NixExpr {
  const nothing: readonly (readonly [isNothing: (node: NixExpr) => boolean, name: string])[] = [
    [(node) => node.kind === "list" && node.items.length === 0, "optionals"],
    [(node) => node.kind === "set" && node.bindings.length === 0, "optionalAttrs"],
    [(node) => node.kind === "string" && node.parts.length === 0, "optionalString"],
  ];
  for (const [isNothing, name] of nothing) {
    const fn = nix.select(nix`lib`, [name]);
    if (isNothing(no)) return withCondition(fn, condition, yes);
    if (isNothing(yes)) return nix.call(fn, negate(condition), no);
  }
  // `if a then (if b then x else y) else y`
  if (yes.kind === "if" && keyOf(yes.alternative) === keyOf(no)) {
    return either(nix.op("&&", condition, yes.condition), yes.consequent, no);
  }
  // `if a then (if b then y else x) else y`
  if (yes.kind === "if" && keyOf(yes.consequent) === keyOf(no)) {
    return either(nix.op("&&", condition, negate(yes.condition)), yes.alternative, no);
  }
  // A positive condition is easier to read.
  return isNegative(condition) ? nix.if_(negate(condition), no, yes) : nix.if_(condition, yes, no);
}

/** `lib.optionals condition code`; conditions around conditions become one. */
function withCondition(optionals: NixExpr, condition: NixExpr, code: NixExpr): NixExpr {
  for (const fn of [optionals, nix`lib.optional`]) {
    const [inner, more] = argumentsOf(code, fn);
    if (inner !== undefined && more !== undefined) {
      return nix.call(fn, nix.op("&&", condition, inner), more);
    }
  }
  return nix.call(optionals, condition, code);
}

/** The arguments, if the code calls this function with two of them. */
function argumentsOf(code: NixExpr, fn: NixExpr): readonly NixExpr[] {
  const isCall = code.kind === "call" && keyOf(code.callee) === keyOf(fn);
  return isCall && code.args.length === 2 ? code.args : [];
}

function isNegative(condition: NixExpr): boolean {
  return (
    (condition.kind === "unary" && condition.operator === "!") ||
    (condition.kind === "binary" && condition.operator === "!=")
  );
}
