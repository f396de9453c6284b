// Walks through expressions, and finds all expressions in a service model.

import { type ExpNode, isExp, type Variable } from "./expression.ts";

/** The direct parts of an expression. */
export function partsOf(node: ExpNode): readonly ExpNode[] {
  switch (node.kind) {
    case "literal":
    case "option":
    case "setting":
    case "configFile":
    case "variant":
    case "variable":
      return [];
    case "field":
    case "named":
      return [node.of];
    case "text":
      return node.parts.filter((part) => typeof part !== "string");
    case "list":
      return node.items;
    case "record":
      return node.entries.map(([, value]) => value);
    case "if":
      return [node.condition, node.then, node.else];
    case "function":
      return [node.body];
    case "call":
      return node.arguments;
  }
}

/** Calls `visit` with every node of an expression and the variables bound there. */
export function walkExpression(
  node: ExpNode,
  visit: (node: ExpNode, bound: ReadonlySet<Variable>) => void,
  bound: ReadonlySet<Variable> = new Set(),
): void {
  visit(node, bound);
  const inner = node.kind === "function" ? new Set([...bound, node.variable]) : bound;
  for (const part of partsOf(node)) walkExpression(part, visit, inner);
}

export interface LocatedExpression {
  /** Its place in the model: `assertions.3.holds`. */
  readonly where: string;
  readonly node: ExpNode;
}

/** Every expression in a value made of objects and lists; it skips plain values. */
export function expressionsIn(value: unknown, where: string): readonly LocatedExpression[] {
  if (isExp(value)) return [{ where, node: value.node }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]: readonly [string, unknown]) =>
    expressionsIn(part, where === "" ? key : `${where}.${key}`),
  );
}
