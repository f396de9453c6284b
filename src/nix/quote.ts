// The `nix` tag: Nix written as Nix, with holes.
//
// Contract: what a hole holds never becomes code by accident. It is a node, or data that is lifted
// to a literal where it stands; which of the two a place accepts is the parser's decision, and
// what fits nowhere is refused with the place in the template.

import type { Binding, ListItem, NixExpr } from "./ast.ts";
import type { JsonValue } from "./create.ts";
import { parseSource } from "./parse.ts";
import { HOLE } from "./source.ts";

/** What may stand in a hole of the template; where it stands decides what it becomes. */
export type Hole = NixExpr | Binding | ListItem | JsonValue | readonly Hole[];

/**
 * Parses a template. The text is taken raw, so that Nix's own backslashes stay; only `` \` `` and
 * `\${` are JavaScript's and become `` ` `` and `${`.
 */
export function quote(template: TemplateStringsArray, ...holes: readonly Hole[]): NixExpr {
  const source = template.raw.map((piece) => piece.replace(/\\(`|\$\{)/g, "$1")).join(HOLE);
  return parseSource(source, holes);
}
