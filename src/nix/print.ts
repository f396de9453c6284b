// Prints Nix nodes as text in Nix's official style: `nixfmt` does not change the output
// (RFC 166, 100 columns).
//
// Contract: the text depends on the node alone. If the style leaves a choice to the author (a
// function's body on the line of its pattern or below, the names of `inherit` on one line or on
// many), the printer always makes the same choice. The rules are those of
// https://github.com/NixOS/nixfmt/blob/master/standard.md
//
// The language is recursive, and so are the modules: the `print-*.ts` files print parts
// and call `print` for expressions.

import { visit, type IfNode, type NixExpr, type SelectNode, type Visitor } from "./ast.ts";
import { escapeFloat, escapeIdentifier } from "./escape.ts";
import {
  fill,
  group,
  hardline,
  line,
  mergedSpace,
  nest,
  render,
  softline,
  text,
  type Layout,
} from "./layout.ts";
import { BINARY_RULES, PRECEDENCE } from "./operators.ts";
import { absorbed } from "./print-absorbed.ts";
import { callLayout, printCall } from "./print-call.ts";
import { printLambda } from "./print-lambda.ts";
import { printComparison, printOperation } from "./print-operation.ts";
import { printBindings, printItems, printPath, printSet } from "./print-set.ts";
import { printIndentedString, printPathLiteral, printString } from "./print-string.ts";
import {
  asArgument,
  asSubject,
  asUnaryOperand,
  isAbsorbable,
  isAbsorbableTerm,
  shownIn,
  type Paren,
  type Shown,
} from "./shape.ts";

/** The text of a Nix file that holds the expression; it ends with one newline. */
export function printNix(node: NixExpr): string {
  return `${render(group(print(node)))}\n`;
}

const VISITOR: Visitor<Layout> = {
  string: printString,
  indentedString: printIndentedString,
  integer: ({ value }) => text(String(value)),
  float: ({ value }) => text(escapeFloat(value)),
  path: printPathLiteral,
  searchPath: ({ name }) => text(`<${name}>`),
  identifier: ({ name }) => text(escapeIdentifier(name)),
  list: (node) => group(printItems(node, hardline)),
  set: (node) => printSet(node, { expand: false }),
  select: printSelect,
  hasAttr: ({ subject, path }) => [
    print(shownIn(PRECEDENCE.hasAttr + 1, subject)),
    fill(" ", ["? ", printPath(path)]),
  ],
  call: (node) => printCall(node, { lead: [], isParenthesized: false }),
  lambda: (node) => printLambda(node, softline),
  let: ({ bindings, body }) => [
    group(["let", hardline, nest(printBindings(bindings))]),
    hardline,
    group(["in", hardline, print(body)]),
  ],
  if: (node) => group(printIf(node, line)),
  with: ({ scope, body }) => [group(["with ", nest(group(print(scope))), ";"]), line, print(body)],
  // The condition is laid out like the arguments of a function called `assert`.
  assert: ({ condition, body }) =>
    group([
      condition.kind === "call"
        ? callLayout("assert", [condition.callee, ...condition.args].map(asArgument))
        : callLayout("assert", [condition]),
      ";",
      hardline,
      print(body),
    ]),
  unary: ({ operator, operand }) => [operator, print(asUnaryOperand(operator, operand))],
  binary: (node) =>
    BINARY_RULES[node.operator].associativity === "none"
      ? printComparison(node)
      : printOperation(node, { expandFirst: false }),
};

/** The layout of an expression in an ordinary place. */
export function print(shown: Shown): Layout {
  return shown.kind === "paren" ? printParen(shown) : visit(VISITOR, shown);
}

function printSelect({ subject, path, fallback }: SelectNode): Layout {
  const shown = asSubject(subject);
  return [
    print(shown),
    printSelectedPath(shown, [".", printPath(path)]),
    fallback === undefined
      ? []
      : fill(" ", nest(["or ", print(shownIn(PRECEDENCE.select, fallback))])),
  ];
}

function printSelectedPath(subject: Shown, path: Layout): Layout {
  if (subject.kind === "identifier" || subject.kind === "searchPath") {
    return path;
  }
  return subject.kind === "paren" ? fill("", path) : [softline, path];
}

function printParen({ inner }: Paren): Layout {
  return group(["(", nest(printParenthesized(inner)), ")"]);
}

/** The contents of parentheses, with the line breaks beside them. */
export function printParenthesized(inner: NixExpr): Layout {
  if (isAbsorbable(inner)) {
    return group(absorbed(inner, { spaced: false, expand: false }));
  }
  if (inner.kind === "call") {
    return printCall(inner, { lead: [], isParenthesized: true });
  }
  const opensBelow = inner.kind !== "select" || isAbsorbableTerm(asSubject(inner.subject));
  return [opensBelow ? softline : [], group(print(inner)), softline];
}

/** A chain of `else if` is one construct; `separator` stands around the value after `then`. */
function printIf(node: IfNode, separator: Layout): Layout {
  const { condition, consequent, alternative } = node;
  return [
    group(["if", line, nest(print(condition)), line, "then"]),
    separator,
    nest(group(print(consequent))),
    separator,
    alternative.kind === "if"
      ? ["else ", printIf(alternative, hardline)]
      : ["else", mergedSpace, line, nest(group(print(alternative)))],
  ];
}
