// The negation of a condition.

import type { NixExpr } from "./ast.ts";
import * as create from "./create.ts";

/** `!condition`, or a shorter form: `!!a` becomes `a`, and `a == b` becomes `a != b`. */
export function negate(condition: NixExpr): NixExpr {
  if (condition.kind === "unary" && condition.operator === "!") return condition.operand;
  if (condition.kind === "binary" && condition.operator === "==") {
    return create.op("!=", condition.left, condition.right);
  }
  if (condition.kind === "binary" && condition.operator === "!=") {
    return create.op("==", condition.left, condition.right);
  }
  return create.unary("!", condition);
}
