// Replaces parts of a syntax tree.

import type { AttrKey, Binding, NixExpr, Parameter, StringPart } from "./ast.ts";
import * as create from "./create.ts";

/** Replaces nodes from the leaves up: `change` sees each node with its parts already replaced. */
export function transform(node: NixExpr, change: (node: NixExpr) => NixExpr): NixExpr {
  return change(withParts(node, (part) => transform(part, change)));
}

/** The node, with `each` applied to its direct parts. */
function withParts(node: NixExpr, each: (part: NixExpr) => NixExpr): NixExpr {
  switch (node.kind) {
    case "integer":
    case "float":
    case "searchPath":
    case "identifier":
      return node;
    case "string":
      return create.quoted(parts(node.parts, each));
    case "indentedString":
      return create.indented(parts(node.parts, each));
    case "path":
      return create.path(parts(node.parts, each));
    case "list":
      return create.list(node.items.map((item) => create.item(each(item.value), item)));
    case "set": {
      const bindings = node.bindings.map((binding) => withValue(binding, each));
      return node.recursive ? create.rec(bindings) : create.attrs(bindings);
    }
    case "select":
      return create.select(
        each(node.subject),
        attrPath(node.path, each),
        node.fallback === undefined ? undefined : each(node.fallback),
      );
    case "hasAttr":
      return create.has(each(node.subject), attrPath(node.path, each));
    case "call":
      return create.call(each(node.callee), ...node.args.map(each));
    case "lambda":
      return create.lambda(parameter(node.parameter, each), each(node.body));
    case "let":
      return create.let_(
        node.bindings.map((binding) => withValue(binding, each)),
        each(node.body),
      );
    case "if":
      return create.if_(each(node.condition), each(node.consequent), each(node.alternative));
    case "with":
      return create.with_(each(node.scope), each(node.body));
    case "assert":
      return create.assert_(each(node.condition), each(node.body));
    case "unary":
      return create.unary(node.operator, each(node.operand));
    case "binary":
      return create.op(node.operator, each(node.left), each(node.right));
  }
}

/** The binding, with `each` applied to its expressions. */
function withValue(binding: Binding, each: (part: NixExpr) => NixExpr): Binding {
  return binding.kind === "assign"
    ? create.binding(attrPath(binding.path, each), each(binding.value), binding)
    : create.inherit(
        binding.names,
        binding.from === undefined ? undefined : each(binding.from),
        binding,
      );
}

function parts(
  all: readonly StringPart[],
  each: (part: NixExpr) => NixExpr,
): readonly (string | NixExpr)[] {
  return all.map((part) => (part.kind === "text" ? part.text : each(part.expression)));
}

function attrPath(
  path: readonly AttrKey[],
  each: (part: NixExpr) => NixExpr,
): readonly (string | NixExpr)[] {
  return path.map((key) => (key.kind === "name" ? key.name : each(key.expression)));
}

function parameter(node: Parameter, each: (part: NixExpr) => NixExpr): Parameter {
  if (node.kind === "nameParameter") return node;
  return create.pattern(
    node.fields.map((field) =>
      field.fallback === undefined ? field : create.field(field.name, each(field.fallback), field),
    ),
    { ellipsis: node.ellipsis, alias: node.alias },
  );
}
