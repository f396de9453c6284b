// Simplifies code with conditions whose value is known.

import type { BinaryNode, BinaryOperator, NixExpr, StringPart } from "./ast.ts";
import * as create from "./create.ts";
import { negate } from "./negate.ts";
import { transform } from "./transform.ts";

/** Functions of nixpkgs' library that take a condition and a value, and their results if it does not hold. */
const optional: ReadonlyMap<string, NixExpr> = new Map<string, NixExpr>([
  ["optional", create.list([])],
  ["optionals", create.list([])],
  ["optionalAttrs", create.attrs([])],
  ["optionalString", create.quoted("")],
]);

/**
 * Replaces variables by their known truth values, and removes code that is then never reached or has no effect.
 * The value of the code stays the same.
 */
export function simplify(node: NixExpr, known: ReadonlyMap<string, boolean> = new Map()): NixExpr {
  return transform(node, (part) => {
    const held = part.kind === "identifier" ? known.get(part.name) : undefined;
    return held === undefined ? reduce(part) : create.bool(held);
  });
}

/** The value of a node that is `true` or `false`; undefined for other nodes. */
export function truth(node: NixExpr): boolean | undefined {
  if (node.kind !== "identifier") return undefined;
  return node.name === "true" ? true : node.name === "false" ? false : undefined;
}

function reduce(node: NixExpr): NixExpr {
  if (node.kind === "string") return create.quoted(flat(node.parts));
  if (node.kind === "indentedString") return create.indented(flat(node.parts));
  if (node.kind === "call") return reduceOptional(node) ?? node;
  if (node.kind === "binary") {
    return reduceCondition(node) ?? reduceChain(node.operator, node.left, node.right) ?? node;
  }
  if (node.kind === "unary") {
    if (node.operator !== "!") return node;
    const holds = truth(node.operand);
    return holds === undefined ? negate(node.operand) : create.bool(!holds);
  }
  if (node.kind === "if") {
    const holds = truth(node.condition);
    return holds === undefined ? node : holds ? node.consequent : node.alternative;
  }
  return node;
}

function reduceCondition({ operator, left, right }: BinaryNode): NixExpr | undefined {
  if (operator === "->") {
    if (truth(left) === true) return right;
    return truth(left) === false || truth(right) === true ? create.bool(true) : undefined;
  }
  if (operator !== "&&" && operator !== "||") return undefined;
  // The operand that does not change the result.
  const neutral = operator === "&&";
  if (truth(left) === neutral) return right;
  if (truth(left) === !neutral) return left;
  return truth(right) === neutral ? left : undefined;
}

function reduceChain(operator: BinaryOperator, left: NixExpr, right: NixExpr): NixExpr | undefined {
  if (operator !== "++" && operator !== "//") return undefined;
  if (isEmpty(left)) return right;
  if (isEmpty(right)) return left;
  // The operators are associative, and this way the chain needs no parentheses.
  if (left.kind === "binary" && left.operator === operator) {
    const rest = reduceChain(operator, left.right, right);
    return create.op(operator, left.left, rest ?? create.op(operator, left.right, right));
  }
  return operator === "++" ? joined(left, right) : undefined;
}

/** Merges adjacent list literals. */
function joined(left: NixExpr, right: NixExpr): NixExpr | undefined {
  if (left.kind !== "list") return undefined;
  if (right.kind === "list") return create.list([...left.items, ...right.items]);
  return right.kind === "binary" && right.operator === "++" && right.left.kind === "list"
    ? create.op("++", create.list([...left.items, ...right.left.items]), right.right)
    : undefined;
}

function isEmpty(node: NixExpr): boolean {
  return (
    (node.kind === "list" && node.items.length === 0) ||
    (node.kind === "set" && node.bindings.length === 0)
  );
}

function reduceOptional(node: NixExpr & { readonly kind: "call" }): NixExpr | undefined {
  const { callee, args } = node;
  const [condition, value, ...more] = args;
  if (callee.kind !== "select" || callee.subject.kind !== "identifier") return undefined;
  if (callee.subject.name !== "lib" || more.length > 0) return undefined;
  const [key] = callee.path;
  const name = key?.kind === "name" && callee.path.length === 1 ? key.name : undefined;
  const otherwise = name === undefined ? undefined : optional.get(name);
  const holds = condition === undefined ? undefined : truth(condition);
  if (otherwise === undefined || condition === undefined || value === undefined) return undefined;
  if (holds === undefined) {
    const [item, ...others] = name === "optionals" && value.kind === "list" ? value.items : [];
    return item === undefined || others.length > 0
      ? undefined
      : create.call(create.select(callee.subject, ["optional"]), condition, item.value);
  }
  if (!holds) return otherwise;
  return name === "optional" ? create.list([value]) : value;
}

/** Merges string literals inside a string into it. */
function flat(parts: readonly StringPart[]): readonly (string | NixExpr)[] {
  return parts.flatMap((part): readonly (string | NixExpr)[] => {
    if (part.kind === "text") return [part.text];
    const { expression } = part;
    return expression.kind === "string" || expression.kind === "indentedString"
      ? flat(expression.parts)
      : [expression];
  });
}
