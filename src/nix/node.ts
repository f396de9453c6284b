// The common parts of all factories, which are the only way to make nodes. There is one factory per kind of
// node, with the name that Nix developers use.
//
// Contract: the result of a factory is frozen, prints as valid Nix, and is in normal form, so that
// two ways to write the same code give equal nodes:
//   - neighbouring pieces of text in a string are one piece, and there are no empty ones;
//   - an indented string without a newline is a plain string;
//   - `${"name"}` as an attribute name is the plain name;
//   - a call of a call is one call with more arguments, and `(a.b).c` is `a.b.c`;
//   - `{ x = a.x; y = a.y; }` is `{ inherit (a) x y; }`.
// Input that cannot become valid Nix throws: `BugError` for misuse by the program, `UserError` for
// text that no Nix file can hold.

import { BugError } from "../errors.ts";
import type {
  AttrKey,
  Binding,
  InterpolationPart,
  ListItem,
  NixExpr,
  Parameter,
  PatternField,
  StringPart,
} from "./ast.ts";
import { checkText } from "./escape.ts";

/** A comment and a blank line before a binding, a list element or a parameter. */
export interface LeadingOptions {
  readonly comment?: string | undefined;
  readonly blankLine?: boolean | undefined;
}

/** An attribute path in the form of callers: a string is one name, even with dots in it. */
export type PathInput = string | NixExpr | readonly (string | NixExpr | AttrKey)[];

/** The pieces of a string in the form of callers: text, or an expression to interpolate. */
export type PartsInput = string | readonly (string | NixExpr | StringPart)[];

type Made = NixExpr | StringPart | AttrKey | Binding | ListItem | Parameter | PatternField;

// Marks the results of factories: data from outside cannot pass for a node, whatever its shape.
// The mark is a private field, because a table would have hundreds of thousands of nodes.
const Itself = function (value: object): object {
  return value;
} as unknown as new (value: object) => object;

/** Makes no object, but adds its private field to the given one. */
class Stamp extends Itself {
  readonly #made = true;

  static isOn(value: object): boolean {
    return #made in value;
  }
}

export function make<Node extends Made>(node: Node): Node {
  new Stamp(node);
  return Object.freeze(node);
}

export function isMade(value: unknown): value is Made {
  return typeof value === "object" && value !== null && Stamp.isOn(value);
}

type MadeKind = Made["kind"];

const EXPRESSION_KINDS: { readonly [K in MadeKind]: K extends NixExpr["kind"] ? true : false } = {
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
  hasAttr: true,
  call: true,
  lambda: true,
  let: true,
  if: true,
  with: true,
  assert: true,
  unary: true,
  binary: true,
  text: false,
  interpolation: false,
  name: false,
  dynamic: false,
  assign: false,
  inherit: false,
  item: false,
  nameParameter: false,
  patternParameter: false,
  field: false,
};

/** Whether a value is an expression made here. */
export function isExpr(value: unknown): value is NixExpr {
  return isMade(value) && EXPRESSION_KINDS[value.kind];
}

/** Whether a value is a binding made here. */
export function isBinding(value: unknown): value is Binding {
  return isMade(value) && (value.kind === "assign" || value.kind === "inherit");
}

/** Whether a value is a list element made here. */
export function isItem(value: unknown): value is ListItem {
  return isMade(value) && value.kind === "item";
}

export function isKey(value: unknown): value is AttrKey {
  return isMade(value) && (value.kind === "name" || value.kind === "dynamic");
}

function isPart(value: unknown): value is StringPart {
  return isMade(value) && (value.kind === "text" || value.kind === "interpolation");
}

export function expectExpr(value: NixExpr, where: string): NixExpr {
  if (!isExpr(value)) {
    throw new BugError(`${where} must be a Nix expression, not ${describe(value)}`);
  }
  return value;
}

/** Names a value in an error message. */
export function describe(value: unknown): string {
  if (isMade(value)) {
    return `a Nix ${value.kind}`;
  }
  // `stringify` returns undefined for some values, although its type does not say so.
  const json: unknown = JSON.stringify(value);
  const shown = typeof json === "string" ? json : String(value);
  return shown.length > 60 ? `${shown.slice(0, 60)}…` : shown;
}

export function leading(options: LeadingOptions): {
  readonly comment: string | undefined;
  readonly blankLine: boolean;
} {
  return {
    comment: options.comment === undefined ? undefined : toComment(options.comment),
    blankLine: options.blankLine ?? false,
  };
}

function toComment(comment: string): string {
  return checkText(comment)
    .split(/\r\n|\r|\n/)
    .map((line) => line.trimEnd())
    .join("\n");
}

/** The same binding, element or parameter with another comment or blank line before it. */
export function withLeading<Node extends Binding | ListItem | PatternField>(
  node: Node,
  options: LeadingOptions,
): Node {
  return make({ ...node, ...leading(options) });
}

// No blank line before the first: there is nothing to separate it from.
export function withoutFirstBlank<Node extends Binding | ListItem | PatternField>(
  nodes: readonly Node[],
): readonly Node[] {
  return Object.freeze(
    nodes.map((node, index) =>
      index === 0 && node.blankLine ? withLeading(node, { comment: node.comment }) : node,
    ),
  );
}

/** Text inside a string. */
export function text(value: string): StringPart {
  return make({ kind: "text", text: checkText(value) });
}

/** `${expression}` inside a string. */
export function interpolation(expression: NixExpr): InterpolationPart {
  return make({ kind: "interpolation", expression: expectExpr(expression, "an interpolation") });
}

export function toParts(input: PartsInput): readonly StringPart[] {
  const parts = (typeof input === "string" ? [input] : input).map((part) =>
    typeof part === "string" ? text(part) : isPart(part) ? part : interpolation(asExpr(part)),
  );
  const merged: StringPart[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (part.kind === "interpolation") {
      merged.push(part);
    } else if (last?.kind === "text") {
      merged[merged.length - 1] = text(last.text + part.text);
    } else if (part.text !== "") {
      merged.push(part);
    }
  }
  return Object.freeze(merged);
}

function asExpr(value: NixExpr | StringPart): NixExpr {
  if (!isExpr(value)) {
    throw new BugError(
      `a piece of a string must be text or a Nix expression, not ${describe(value)}`,
    );
  }
  return value;
}
