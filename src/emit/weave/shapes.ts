// The shape and the size of syntax nodes.

import { type NixExpr, type NixKind, type NodeOf, keyOf, nix } from "../../nix/index.ts";

export function isKind<K extends NixKind>(node: NixExpr, kind: K): node is NodeOf<K> {
  return node.kind === kind;
}

/** Nodes with the same shape differ in their parts only, so weaving can descend into them. */
export function shapeOf(node: NixExpr): string {
  switch (node.kind) {
    case "set":
      return node.recursive ? keyOf(node) : "set";
    case "list":
      return "list";
    case "string":
    case "indentedString":
      return "string";
    case "call":
      return `call ${keyOf(node.callee)} ${String(node.args.length)}`;
    case "lambda":
      return node.parameter.kind === "nameParameter"
        ? `lambda ${node.parameter.name}`
        : `lambda @${node.parameter.alias ?? ""}`;
    case "let":
      return "let";
    case "if":
      return `if ${keyOf(node.condition)}`;
    case "unary":
      return node.operator;
    case "binary":
      return node.operator;
    case "select":
      return node.fallback === undefined
        ? keyOf(node)
        : `or ${keyOf(nix.select(node.subject, node.path))}`;
    case "integer":
    case "float":
    case "path":
    case "searchPath":
    case "identifier":
    case "hasAttr":
    case "with":
    case "assert":
      return keyOf(node);
  }
}

/** A measure of how much a reader has to read: nodes, and the length of texts. */
export function sizeOf(node: NixExpr): number {
  const known = sizes.get(node);
  if (known !== undefined) return known;
  const size = 1 + sizeOfValues(Object.values(node));
  sizes.set(node, size);
  return size;
}

const sizes = new WeakMap<NixExpr, number>();

function sizeOfValues(values: readonly unknown[]): number {
  return values.reduce<number>((sum, value) => {
    if (Array.isArray(value)) return sum + sizeOfValues(value);
    if (typeof value === "string") return sum + value.length / 40;
    return typeof value === "object" && value !== null ? sum + sizeOf(value as NixExpr) : sum;
  }, 0);
}
