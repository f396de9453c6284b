// What sets, chains and strings are made of.

import { type Binding, type NixExpr, type StringPart, keyOf, nix } from "../../nix/index.ts";

export function bindingsOf(node: NixExpr): readonly Binding[] {
  const all = node.kind === "set" || node.kind === "let" ? node.bindings : [];
  // Each name by itself: others may inherit fewer.
  return all.flatMap((binding): readonly Binding[] =>
    binding.kind === "assign"
      ? [binding]
      : binding.names.map((name, index) =>
          nix.inherit([name], binding.from, index === 0 ? binding : {}),
        ),
  );
}

export function nameOf(binding: Binding): string {
  return binding.kind === "inherit"
    ? binding.names.join(".")
    : binding.path.map((key) => (key.kind === "name" ? key.name : keyOf(key.expression))).join(".");
}

/** The first name of its path. */
export function headOf(binding: Binding): string {
  return nameOf(binding).split(".")[0] ?? "";
}

export function keyOfFrom(binding: Binding): string {
  return binding.kind === "inherit" && binding.from !== undefined ? keyOf(binding.from) : "";
}

export function valueOf(binding: Binding): NixExpr {
  if (binding.kind === "assign") return binding.value;
  const [name = ""] = binding.names;
  return binding.from === undefined ? nix.id(name) : nix.select(binding.from, [name]);
}

/** Neighbours that inherit from one place do so together. */
export function together(bindings: readonly Binding[]): readonly Binding[] {
  return bindings.reduce<readonly Binding[]>((all, binding) => {
    const last = all.at(-1);
    const isNext =
      last?.kind === "inherit" &&
      binding.kind === "inherit" &&
      keyOfFrom(last) === keyOfFrom(binding) &&
      binding.comment === undefined &&
      !binding.blankLine;
    return isNext
      ? [...all.slice(0, -1), nix.inherit([...last.names, ...binding.names], last.from, last)]
      : [...all, binding];
  }, []);
}

export function linksOf(node: NixExpr, operator: "++" | "//"): readonly NixExpr[] {
  return node.kind === "binary" && node.operator === operator
    ? [...linksOf(node.left, operator), ...linksOf(node.right, operator)]
    : [node];
}

/** The lines and the interpolations of a string. */
export function unitsOf(node: NixExpr): readonly StringPart[] {
  const parts = node.kind === "string" || node.kind === "indentedString" ? node.parts : [];
  return parts.flatMap((part) =>
    part.kind === "text"
      ? part.text.split(/(?<=\n)/).map((text): StringPart => ({ kind: "text", text }))
      : [part],
  );
}

/** Code for a piece of a string. */
export function pieceOf(parts: readonly StringPart[]): NixExpr {
  const [only, ...more] = parts;
  return only?.kind === "interpolation" && more.length === 0
    ? only.expression
    : nix.str(parts.map((part) => (part.kind === "text" ? part.text : part.expression)));
}

export function isSameText(left: StringPart, right: StringPart): boolean {
  return left.kind === "text" && right.kind === "text" && left.text === right.text;
}
