// Answers the questions of the layout rules: does an expression need parentheses here, may it begin on the
// line of its parent, is it simple?
//
// Contract: pure questions about nodes; nothing here makes a layout. The terms are those of the style
// (RFC 166): a value is *absorbable* if its opening delimiter may stay on the line of its parent
// while its contents go below.

import {
  visit,
  type BinaryOperator,
  type NixKind,
  type NixExpr,
  type PatternParameter,
  type UnaryOperator,
} from "./ast.ts";
import { isIdentifier } from "./escape.ts";
import { BINARY_RULES, PRECEDENCE, UNARY_PRECEDENCE, precedenceOf } from "./operators.ts";

/** An expression in its place: in parentheses if the place needs them. */
export type Shown = NixExpr | Paren;

export interface Paren {
  readonly kind: "paren";
  readonly inner: NixExpr;
}

export function paren(inner: NixExpr): Paren {
  return { kind: "paren", inner };
}

/** The expression, in parentheses if its precedence is lower than its place needs. */
export function shownIn(minimum: number, node: NixExpr): Shown {
  return precedenceOf(node) < minimum ? paren(node) : node;
}

/** A list element or an argument. */
export function asArgument(node: NixExpr): Shown {
  return shownIn(PRECEDENCE.select, node);
}

/** The callee of a call. */
export function asCallee(node: NixExpr): Shown {
  return shownIn(PRECEDENCE.select, node);
}

/** The subject of a selection. A path or a number would absorb the dot. */
export function asSubject(node: NixExpr): Shown {
  return node.kind === "path" || node.kind === "integer" || node.kind === "float"
    ? paren(node)
    : shownIn(PRECEDENCE.atom, node);
}

/**
 * The operand of `-` or `!`. `!a ? b` means `!(a ? b)`, but few readers know, so it is written with
 * the parentheses.
 */
export function asUnaryOperand(operator: UnaryOperator, node: NixExpr): Shown {
  return node.kind === "hasAttr" ? paren(node) : shownIn(UNARY_PRECEDENCE[operator], node);
}

/** The operands of a chain of one operator, with the parentheses that they need. */
export function operands(operator: BinaryOperator, node: NixExpr): readonly Shown[] {
  if (node.kind !== "binary" || node.operator !== operator) {
    return [shownIn(BINARY_RULES[operator].precedence + 1, node)];
  }
  const strict = (side: NixExpr): readonly Shown[] => [
    shownIn(BINARY_RULES[operator].precedence + 1, side),
  ];
  switch (BINARY_RULES[operator].associativity) {
    case "left":
      return [...leftSide(operator, node.left), ...strict(node.right)];
    case "right":
      return [...strict(node.left), ...operands(operator, node.right)];
    case "none":
      return [...strict(node.left), ...strict(node.right)];
  }
}

// An operator of the same strength needs no parentheses on the left: `a - b + c`.
function leftSide(operator: BinaryOperator, node: NixExpr): readonly Shown[] {
  return node.kind === "binary" && node.operator === operator
    ? operands(operator, node)
    : [shownIn(BINARY_RULES[operator].precedence, node)];
}

const TERM_KINDS: Readonly<Record<NixKind, boolean>> = {
  string: true,
  indentedString: true,
  integer: true,
  float: true,
  path: true,
  searchPath: true,
  identifier: true,
  list: true,
  set: true,
  select: true,
  hasAttr: false,
  call: false,
  lambda: false,
  let: false,
  if: false,
  with: false,
  assert: false,
  unary: false,
  binary: false,
};

/** Whether it is one syntactic unit, which could be a list element. */
export function isTerm(shown: Shown): boolean {
  return shown.kind === "paren" || TERM_KINDS[shown.kind];
}

/** A set, a list or an indented string with something in it. */
export function isAbsorbableTerm(shown: Shown): boolean {
  return (
    shown.kind === "indentedString" ||
    (shown.kind === "set" && shown.bindings.length > 0) ||
    (shown.kind === "list" && shown.items.length > 0) ||
    (shown.kind === "paren" && isTerm(shown.inner) && isAbsorbableTerm(shown.inner))
  );
}

/** An absorbable term, or a function or `with` whose body is one. */
export function isAbsorbable(shown: Shown): boolean {
  if (shown.kind === "with") {
    return isAbsorbableTerm(shown.body);
  }
  if (shown.kind === "lambda") {
    const { parameter, body } = shown;
    return (
      parameter.kind === "nameParameter" &&
      (body.kind === "lambda" ? isAbsorbable(body) : isAbsorbableTerm(body))
    );
  }
  return isAbsorbableTerm(shown);
}

/** A name, a literal, or a call of few of them. */
export function isSimple(shown: Shown): boolean {
  return shown.kind === "paren" ? isSimple(shown.inner) : isSimpleNode(shown);
}

function isSimpleNode(node: NixExpr): boolean {
  return visit(
    {
      string: () => true,
      indentedString: () => true,
      integer: () => true,
      float: () => true,
      path: () => true,
      searchPath: () => true,
      identifier: () => true,
      list: () => false,
      set: () => false,
      select: ({ subject, path, fallback }) =>
        isSimple(asSubject(subject)) &&
        fallback === undefined &&
        path.every((key) => key.kind === "name" && isIdentifier(key.name)),
      hasAttr: () => false,
      call: ({ callee, args }) => args.length <= 2 && [callee, ...args].every(isSimple),
      lambda: () => false,
      let: () => false,
      if: () => false,
      with: () => false,
      assert: () => false,
      unary: () => false,
      binary: () => false,
    },
    node,
  );
}

/** Whether a set pattern may stand on one line. */
export function isShortPattern({ fields }: PatternParameter): boolean {
  return (
    fields.length <= 2 &&
    fields.every(
      ({ fallback, comment, blankLine }) =>
        fallback === undefined && comment === undefined && !blankLine,
    )
  );
}
