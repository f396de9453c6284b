// The names that code takes from its surroundings.

import type { AttrKey, Binding, NixExpr, StringPart } from "./ast.ts";

const nothing: ReadonlySet<string> = new Set();
const found = new WeakMap<NixExpr, ReadonlySet<string>>();

/** The names that code does not define itself. Names that `with` may bring into scope are among them. */
export function freeVariables(node: NixExpr): ReadonlySet<string> {
  const known = found.get(node);
  if (known !== undefined) return known;
  const names = variablesOf(node);
  found.set(node, names);
  return names;
}

/** The names that bindings of a plain set take from their surroundings. */
export function freeVariablesOfBindings(bindings: readonly Binding[]): ReadonlySet<string> {
  return all(bindings.map(ofBinding));
}

function variablesOf(node: NixExpr): ReadonlySet<string> {
  switch (node.kind) {
    case "integer":
    case "float":
    case "searchPath":
      return nothing;
    case "identifier":
      return new Set([node.name]);
    case "string":
    case "indentedString":
    case "path":
      return ofParts(node.parts);
    case "list":
      return all(node.items.map(({ value }) => freeVariables(value)));
    case "set":
      return node.recursive
        ? without(freeVariablesOfBindings(node.bindings), defined(node.bindings), node.bindings)
        : freeVariablesOfBindings(node.bindings);
    case "let":
      return without(
        all([freeVariablesOfBindings(node.bindings), freeVariables(node.body)]),
        defined(node.bindings),
        node.bindings,
      );
    case "select":
      return all([
        freeVariables(node.subject),
        ofPath(node.path),
        node.fallback === undefined ? nothing : freeVariables(node.fallback),
      ]);
    case "hasAttr":
      return all([freeVariables(node.subject), ofPath(node.path)]);
    case "call":
      return all([node.callee, ...node.args].map(freeVariables));
    case "lambda": {
      const { parameter, body } = node;
      if (parameter.kind === "nameParameter") return without(freeVariables(body), [parameter.name]);
      const fallbacks = parameter.fields.flatMap(({ fallback }) => fallback ?? []);
      const names = parameter.fields.map(({ name }) => name);
      const alias = parameter.alias === undefined ? [] : [parameter.alias];
      return without(all([body, ...fallbacks].map(freeVariables)), [...names, ...alias]);
    }
    case "if":
      return all([node.condition, node.consequent, node.alternative].map(freeVariables));
    case "with":
      return all([node.scope, node.body].map(freeVariables));
    case "assert":
      return all([node.condition, node.body].map(freeVariables));
    case "unary":
      return freeVariables(node.operand);
    case "binary":
      return all([node.left, node.right].map(freeVariables));
  }
}

function ofBinding(binding: Binding): ReadonlySet<string> {
  if (binding.kind === "assign") return all([ofPath(binding.path), freeVariables(binding.value)]);
  return binding.from === undefined ? new Set(binding.names) : freeVariables(binding.from);
}

/** The names that bindings of `let` or `rec` define. */
function defined(bindings: readonly Binding[]): readonly string[] {
  return bindings.flatMap((binding) => {
    if (binding.kind === "inherit") return binding.names;
    const [key] = binding.path;
    return key?.kind === "name" ? [key.name] : [];
  });
}

function ofParts(parts: readonly StringPart[]): ReadonlySet<string> {
  return all(
    parts.map((part) => (part.kind === "text" ? nothing : freeVariables(part.expression))),
  );
}

function ofPath(path: readonly AttrKey[]): ReadonlySet<string> {
  return all(path.map((key) => (key.kind === "name" ? nothing : freeVariables(key.expression))));
}

function all(sets: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  return new Set(sets.flatMap((set) => [...set]));
}

/** `inherit x;` in a `let` takes x from outside of it. */
function without(
  names: ReadonlySet<string>,
  taken: readonly string[],
  bindings: readonly Binding[] = [],
): ReadonlySet<string> {
  const fromOutside = bindings.flatMap((binding) =>
    binding.kind === "inherit" && binding.from === undefined ? binding.names : [],
  );
  return new Set([...[...names].filter((name) => !taken.includes(name)), ...fromOutside]);
}
