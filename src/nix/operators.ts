// The one table of Nix's operators: how strongly each binds and how it associates. The parser, the
// printer's parentheses and the factories all read it.
//
// https://nix.dev/manual/nix/stable/language/operators

import type {
  BinaryNode,
  BinaryOperator,
  NixExpr,
  NixKind,
  UnaryNode,
  UnaryOperator,
} from "./ast.ts";

export interface OperatorRule {
  /** Greater binds more strongly. */
  readonly precedence: number;
  readonly associativity: "left" | "right" | "none";
}

export const BINARY_RULES: Readonly<Record<BinaryOperator, OperatorRule>> = {
  "++": { precedence: 11, associativity: "right" },
  "*": { precedence: 10, associativity: "left" },
  "/": { precedence: 10, associativity: "left" },
  "+": { precedence: 9, associativity: "left" },
  "-": { precedence: 9, associativity: "left" },
  "//": { precedence: 7, associativity: "right" },
  "<": { precedence: 6, associativity: "none" },
  "<=": { precedence: 6, associativity: "none" },
  ">": { precedence: 6, associativity: "none" },
  ">=": { precedence: 6, associativity: "none" },
  "==": { precedence: 5, associativity: "none" },
  "!=": { precedence: 5, associativity: "none" },
  "&&": { precedence: 4, associativity: "left" },
  "||": { precedence: 3, associativity: "left" },
  "->": { precedence: 2, associativity: "right" },
};

export const UNARY_PRECEDENCE: Readonly<Record<UnaryOperator, number>> = {
  "-": 13,
  "!": 8,
};

/** The precedence of other constructs than operators with two operands. */
export const PRECEDENCE = {
  /** `let`, `if`, `with`, `assert` and functions reach as far right as they can. */
  open: 0,
  /** Operands of the weakest operator. */
  operation: 1,
  hasAttr: 12,
  call: 14,
  select: 15,
  atom: 16,
} as const;

const KIND_PRECEDENCE: Readonly<
  Record<Exclude<NixKind, UnaryNode["kind"] | BinaryNode["kind"]>, number>
> = {
  lambda: PRECEDENCE.open,
  let: PRECEDENCE.open,
  if: PRECEDENCE.open,
  with: PRECEDENCE.open,
  assert: PRECEDENCE.open,
  hasAttr: PRECEDENCE.hasAttr,
  call: PRECEDENCE.call,
  select: PRECEDENCE.select,
  string: PRECEDENCE.atom,
  indentedString: PRECEDENCE.atom,
  integer: PRECEDENCE.atom,
  float: PRECEDENCE.atom,
  path: PRECEDENCE.atom,
  searchPath: PRECEDENCE.atom,
  identifier: PRECEDENCE.atom,
  list: PRECEDENCE.atom,
  set: PRECEDENCE.atom,
};

/** How strongly the outermost construct of an expression binds. */
export function precedenceOf(node: NixExpr): number {
  if (node.kind === "unary") {
    return UNARY_PRECEDENCE[node.operator];
  }
  return node.kind === "binary"
    ? BINARY_RULES[node.operator].precedence
    : KIND_PRECEDENCE[node.kind];
}
