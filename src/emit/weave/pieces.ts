// The parts of sets, lists, chains and strings, and their keys for comparisons.

import {
  type Binding,
  keyOf,
  type ListItem,
  nix,
  type NixExpr,
  type StringPart,
} from "../../nix/index.ts";
import { shapeOf } from "./shapes.ts";

export function bindingsOf(node: NixExpr): readonly Binding[] {
  const all = node.kind === "set" || node.kind === "let" ? node.bindings : [];
  // Each inherited name by itself: another target may inherit fewer.
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
    ? binding.names.join("\0")
    : binding.path
        .map((key) => (key.kind === "name" ? key.name : keyOf(key.expression)))
        .join("\0");
}

/** The first name of a binding's path. */
export function headOf(binding: Binding): string {
  return nameOf(binding).split("\0")[0] ?? "";
}

export function keyOfFrom(binding: Binding): string {
  return binding.kind === "inherit" && binding.from !== undefined ? keyOf(binding.from) : "";
}

export function valueOf(binding: Binding): NixExpr {
  if (binding.kind === "assign") return binding.value;
  const [name = ""] = binding.names;
  return binding.from === undefined ? nix.id(name) : nix.select(binding.from, [name]);
}

/** Merges adjacent `inherit` bindings from the same place. */
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

export function itemsOf(node: NixExpr): readonly ListItem[] {
  return node.kind === "list" ? node.items : [];
}

export function keyOfItem({ value }: ListItem): string {
  return keyOf(value);
}

/** The operands of a chain of one operator. */
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

/** The text of the units, if all are the same text. */
export function textOf(units: readonly StringPart[]): string | undefined {
  const [first] = units;
  const isSame = units.every(
    (unit) => unit.kind === "text" && keyOfUnit(unit) === keyOfUnit(first),
  );
  return isSame && first?.kind === "text" ? first.text : undefined;
}

/** Equal units have equal keys. */
export function keyOfUnit(unit: StringPart | undefined): string {
  if (unit === undefined) return "";
  return unit.kind === "text" ? JSON.stringify(unit.text) : keyOf(unit.expression);
}

export function shapeOfUnit(unit: StringPart): string {
  return unit.kind === "text" ? keyOfUnit(unit) : shapeOf(unit.expression);
}
