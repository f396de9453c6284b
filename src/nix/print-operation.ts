// Operators between two operands. A chain of the same operator is one construct, with the operators
// at the starts of lines.
//
// https://github.com/NixOS/nixfmt/blob/master/standard.md#operators

import type { BinaryNode } from "./ast.ts";
import { fill, group, line, mergedSpace, nest, type Layout } from "./layout.ts";
import { printExpanded } from "./print-absorbed.ts";
import { printCall } from "./print-call.ts";
import { print } from "./print.ts";
import { isAbsorbableTerm, isTerm, operands, type Shown } from "./shape.ts";

/** `a == b`: never a chain, and no group of its own. */
export function printComparison(node: BinaryNode): Layout {
  const [left, right] = operands(node.operator, node);
  return left === undefined || right === undefined
    ? []
    : [print(left), fill(" ", [node.operator, " ", print(right)])];
}

/** `expandFirst`: the first operand, if it is a set, is spread over lines. */
export function printOperation(
  node: BinaryNode,
  { expandFirst }: { readonly expandFirst: boolean },
): Layout {
  return group(
    operands(node.operator, node).map((operand, index) =>
      index > 0
        ? [line, node.operator, nest(printOperand(operand))]
        : expandFirst && isTerm(operand) && isAbsorbableTerm(operand)
          ? printExpanded(operand)
          : print(operand),
    ),
  );
}

function printOperand(shown: Shown): Layout {
  if (shown.kind === "binary") {
    return group([line, print(shown)]);
  }
  return shown.kind === "call"
    ? printCall(shown, { lead: [mergedSpace, line], isParenthesized: false })
    : [" ", print(shown)];
}
