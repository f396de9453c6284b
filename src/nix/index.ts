// Nix source code as data: write it, combine it, print it. The public face of `src/nix/`.
//
//   const port = nix`
//     lib.mkOption {
//       type = lib.types.port;
//       default = ${18789};
//       description = ${"The port the server listens on."};
//     }
//   `;
//   printNix(nix.attrs([nix.binding(["options", "services", name, "port"], port)]));
//
// `nix` is the tag that parses Nix at once and refuses anything malformed. A hole accepts, depending on its
// place:
//   expression      a node, or a JSON value (a string becomes a string literal, never code)
//   list element    a node, a JSON value, or an array of them, spliced
//   binding         `{ a = 1; ${binding} ${bindings} }`: a binding or an array, spliced
//   attribute name  `{ ${name} = 1; }`, `x.${name}`: a string, an array of strings, or a node
//   inside a string a string (literal text) or a node (an interpolation)
//   parameter       `{ lib, ${names}, ... }:`: a string or an array of strings
//   comment         a string
// Nix's own `${…}` is written `\${…}`. Comments and single blank lines before bindings, list
// elements and parameters are kept.
//
// The factories are properties of the tag: `nix.str`, `nix.id`, `nix.list`, `nix.attrs`, ….

import * as factories from "./create.ts";
import { quote } from "./quote.ts";

export type * from "./ast.ts";
export type { Hole } from "./quote.ts";
export type { JsonValue, LeadingOptions, PartsInput, PathInput, PatternOptions } from "./create.ts";
export { parseNix } from "./parse.ts";
export { freeVariables, freeVariablesOfBindings } from "./free-variables.ts";
export { isIdentifier } from "./escape.ts";
export { keyOf } from "./key.ts";
export { negate } from "./negate.ts";
export { printNix } from "./print.ts";
export { simplify } from "./simplify.ts";
export { transform } from "./transform.ts";
export { withoutUnusedParameters } from "./trim.ts";
export { withLeading } from "./create.ts";

const { id, str, quoted, indented, int, float, bool, null_, path, searchPath } = factories;
const { list, item, attrs, rec, binding, inherit, select, has } = factories;
const { call, lambda, pattern, field, let_, if_, with_, assert_, unary, op, joined, value } =
  factories;

/** The tag, with the factories as its properties. */
export const nix = Object.freeze(
  Object.assign(quote, {
    ...{ id, str, quoted, indented, int, float, bool, null_, path, searchPath },
    ...{ list, item, attrs, rec, binding, inherit, select, has },
    ...{ call, lambda, pattern, field, let_, if_, with_, assert_, unary, op, joined, value },
  }),
);
