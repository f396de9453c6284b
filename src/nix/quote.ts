// The `nix` tag: Nix written as Nix, with holes.
//
// Contract: the content of a hole never becomes code by accident. It is a node, or data that becomes a
// literal. The parser decides which of the two a place accepts, and refuses other content with the place in
// the template.

import type { Binding, ListItem, NixExpr } from "./ast.ts";
import type { JsonValue } from "./create.ts";
import { parseSource } from "./parse.ts";
import { HOLE } from "./source.ts";

/** The possible contents of a hole; its place decides its meaning. */
export type Hole = NixExpr | Binding | ListItem | JsonValue | readonly Hole[];

/**
 * Parses a template. The text is taken raw, so that Nix's own backslashes stay; only `` \` `` and
 * `\${` are JavaScript's and become `` ` `` and `${`.
 */
export function quote(template: TemplateStringsArray, ...holes: readonly Hole[]): NixExpr {
  const source = template.raw.map((piece) => piece.replace(/\\(`|\$\{)/g, "$1")).join(HOLE);
  return parseSource(source, holes);
}
