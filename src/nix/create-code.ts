// Factories of functions, conditions and operations.

import { BugError } from "../errors.ts";
import {
  type AssertNode,
  BINARY_OPERATORS,
  type BinaryNode,
  type BinaryOperator,
  type Binding,
  type CallNode,
  type IfNode,
  type LambdaNode,
  type LetNode,
  type NameParameter,
  type NixExpr,
  type Parameter,
  type PatternField,
  type PatternParameter,
  UNARY_OPERATORS,
  type UnaryNode,
  type UnaryOperator,
  type WithNode,
} from "./ast.ts";
import { attrs, checkBindings, list, toBindings } from "./create-set.ts";
import { escapeIdentifier } from "./escape.ts";
import { type LeadingOptions, expectExpr, leading, make, withoutFirstBlank } from "./node.ts";
import { BINARY_RULES } from "./operators.ts";

/** `callee a b c` */
export function call(callee: NixExpr, ...args: readonly NixExpr[]): CallNode {
  expectExpr(callee, "what is called");
  if (args.length === 0) {
    throw new BugError("a call needs at least one argument");
  }
  args.forEach((arg) => expectExpr(arg, "an argument"));
  return callee.kind === "call"
    ? make({
        kind: "call",
        callee: callee.callee,
        args: Object.freeze([...callee.args, ...args]),
      })
    : make({ kind: "call", callee, args: Object.freeze([...args]) });
}

/** The parameter of `name: body`. */
export function nameParameter(name: string): NameParameter {
  return make({ kind: "nameParameter", name: escapeIdentifier(name) });
}

/** `parameter: body`; a string is the name of a simple parameter. */
export function lambda(parameter: string | Parameter, body: NixExpr): LambdaNode {
  return make({
    kind: "lambda",
    parameter: typeof parameter === "string" ? nameParameter(parameter) : parameter,
    body: expectExpr(body, "the body of a function"),
  });
}

/** One name in a set pattern. */
export function field(
  name: string,
  fallback?: NixExpr,
  options: LeadingOptions = {},
): PatternField {
  return make({
    kind: "field",
    name: escapeIdentifier(name),
    fallback:
      fallback === undefined ? undefined : expectExpr(fallback, "the default of a parameter"),
    ...leading(options),
  });
}

export interface PatternOptions {
  /** Whether the function accepts further attributes (`...`). */
  readonly ellipsis?: boolean | undefined;
  /** The name of the whole argument (`@args`). */
  readonly alias?: string | undefined;
}

/** `{ a, b, ... }@alias` as the parameter of a function. */
export function pattern(
  fields: readonly (string | PatternField)[],
  options: PatternOptions = {},
): PatternParameter {
  const made = fields.map((entry) => (typeof entry === "string" ? field(entry) : entry));
  const names = [...made.map((entry) => entry.name), ...(options.alias ? [options.alias] : [])];
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new BugError(`the parameter ${JSON.stringify(twice)} is declared twice`);
  }
  return make({
    kind: "patternParameter",
    fields: withoutFirstBlank(made),
    ellipsis: options.ellipsis ?? false,
    alias: options.alias === undefined ? undefined : escapeIdentifier(options.alias),
  });
}

/** `let bindings in body` */
export function let_(
  input: readonly Binding[] | Readonly<Record<string, NixExpr>>,
  body: NixExpr,
): LetNode {
  const bindings = checkBindings(toBindings(input));
  if (bindings.length === 0) {
    throw new BugError("let needs at least one binding");
  }
  if (bindings.some((entry) => entry.kind === "assign" && entry.path[0]?.kind === "dynamic")) {
    throw new BugError("a name bound by let cannot be computed");
  }
  return make({ kind: "let", bindings, body: expectExpr(body, "the body of let") });
}

/** `if condition then consequent else alternative` */
export function if_(condition: NixExpr, consequent: NixExpr, alternative: NixExpr): IfNode {
  return make({
    kind: "if",
    condition: expectExpr(condition, "the condition of if"),
    consequent: expectExpr(consequent, "the value after then"),
    alternative: expectExpr(alternative, "the value after else"),
  });
}

/** `with scope; body` */
export function with_(scope: NixExpr, body: NixExpr): WithNode {
  return make({
    kind: "with",
    scope: expectExpr(scope, "the scope of with"),
    body: expectExpr(body, "the body of with"),
  });
}

/** `assert condition; body` */
export function assert_(condition: NixExpr, body: NixExpr): AssertNode {
  return make({
    kind: "assert",
    condition: expectExpr(condition, "the condition of assert"),
    body: expectExpr(body, "the body of assert"),
  });
}

/** `!operand` or `-operand` */
export function unary(operator: UnaryOperator, operand: NixExpr): UnaryNode {
  if (!UNARY_OPERATORS.includes(operator)) {
    throw new BugError(`${JSON.stringify(operator)} is not an operator with one operand`);
  }
  return make({ kind: "unary", operator, operand: expectExpr(operand, "an operand") });
}

/** Operands with an operator between them. One operand is returned itself; none give the empty list or set. */
export function joined(operator: "++" | "//", operands: readonly NixExpr[]): NixExpr {
  const [first, second, ...rest] = operands;
  if (first === undefined) return operator === "++" ? list([]) : attrs([]);
  return second === undefined ? first : op(operator, first, second, ...rest);
}

/** `left operator right`; more operands make a chain in the operator's own direction. */
export function op(
  operator: BinaryOperator,
  left: NixExpr,
  right: NixExpr,
  ...more: readonly NixExpr[]
): BinaryNode {
  if (!BINARY_OPERATORS.includes(operator)) {
    throw new BugError(`${JSON.stringify(operator)} is not an operator with two operands`);
  }
  const [next, ...rest] = more;
  if (next === undefined) {
    return make({
      kind: "binary",
      operator,
      left: expectExpr(left, "an operand"),
      right: expectExpr(right, "an operand"),
    });
  }
  switch (BINARY_RULES[operator].associativity) {
    case "left":
      return op(operator, op(operator, left, right), next, ...rest);
    case "right":
      return op(operator, left, op(operator, right, next, ...rest));
    case "none":
      throw new BugError(`${operator} cannot be chained`);
  }
}
