// Values that begin on the line of their parent: the right side of `=` and of a parameter's `?`, the
// contents of parentheses, the last argument of a call.
//
// https://github.com/NixOS/nixfmt/blob/master/standard.md#terms

import type { NixExpr } from "./ast.ts";
import {
  group,
  hardline,
  line,
  nest,
  priority,
  softline,
  transparent,
  type Layout,
} from "./layout.ts";
import { BINARY_RULES } from "./operators.ts";
import { printCall } from "./print-call.ts";
import { printLambda } from "./print-lambda.ts";
import { printOperation } from "./print-operation.ts";
import { printItems, printSet } from "./print-set.ts";
import { print } from "./print.ts";
import { isAbsorbable, isAbsorbableTerm, isTerm, operands, type Shown } from "./shape.ts";

/** A term without the group around it. */
export function printTerm(shown: Shown): Layout {
  return shown.kind === "list" ? printItems(shown, hardline) : print(shown);
}

/** A term, spread over lines if it is a set with something in it. */
export function printExpanded(shown: Shown): Layout {
  return shown.kind === "set" ? printSet(shown, { expand: true }) : printTerm(shown);
}

/**
 * An absorbable expression.
 *
 * `spaced`: put a space before it, which becomes a line break if a function or `with` does not
 * fit otherwise. `expand`: spread a set over lines even if it fits on one.
 */
export function absorbed(
  shown: Shown,
  options: { readonly spaced: boolean; readonly expand: boolean },
): Layout {
  const { spaced, expand } = options;
  const lead = spaced ? line : softline;
  if (shown.kind === "with") {
    return group([
      lead,
      "with ",
      nest(group(print(shown.scope))),
      "; ",
      priority(printExpanded(shown.body)),
    ]);
  }
  return shown.kind === "lambda"
    ? printLambda(shown, lead)
    : [spaced ? " " : [], expand ? printExpanded(shown) : printTerm(shown)];
}

/** Parentheses that open on the current line. */
export function absorbedParens(inner: NixExpr): Layout {
  return priority(nest(["(", softline, group(nest(print(inner))), softline, ")"]));
}

/** The value after `=`, with the space or the line break between. */
export function printAssigned(shown: Shown): Layout {
  if (shown.kind === "set" && shown.bindings.length === 1 && isOnlyInherit(shown)) {
    return nest(group(absorbed(shown, { spaced: true, expand: false })));
  }
  if (isAbsorbable(shown)) {
    return nest(group(absorbed(shown, { spaced: true, expand: true })));
  }
  if (shown.kind === "paren") {
    return nest([" ", absorbedParens(shown.inner)]);
  }
  if (shown.kind === "string" || shown.kind === "path") {
    return nest([" ", group(print(shown))]);
  }
  if (shown.kind === "call") {
    return nest(printCall(shown, { lead: line, isParenthesized: false }));
  }
  if (shown.kind === "binary") {
    return printAssignedOperation(shown) ?? nest([line, group(print(shown))]);
  }
  return isTerm(shown) || shown.kind === "with"
    ? nest(group([line, print(shown)]))
    : nest([line, group(print(shown))]);
}

function isOnlyInherit(shown: Shown): boolean {
  return (
    shown.kind === "set" &&
    shown.bindings.every((entry) => entry.kind === "inherit" && entry.comment === undefined)
  );
}

const COMPACT_OPERATORS: ReadonlySet<string> = new Set(["//", "++", "+"]);

/** Chains that join sets, lists or strings are more compact if an operand is a literal one. */
function printAssignedOperation(node: Extract<NixExpr, { kind: "binary" }>): Layout | undefined {
  if (
    !COMPACT_OPERATORS.has(node.operator) ||
    BINARY_RULES[node.operator].associativity === "none"
  ) {
    return undefined;
  }
  const chain = operands(node.operator, node);
  const [first, second] = chain;
  if (first !== undefined && isTerm(first) && isAbsorbableTerm(first)) {
    return [" ", printOperation(node, { expandFirst: true })];
  }
  if (
    first === undefined ||
    second === undefined ||
    chain.length > 2 ||
    !isAbsorbableTerm(second)
  ) {
    return undefined;
  }
  return nest(
    group([
      line,
      print(first),
      line,
      transparent([node.operator, " ", priority(printExpanded(second))]),
    ]),
  );
}
