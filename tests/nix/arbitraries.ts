// Random JSON values and random Nix expressions, with many texts that could break escaping.

import fc from "fast-check";
import { nix, type Binding, type JsonValue, type NixExpr } from "../../src/nix/index.ts";

/** Pieces of text with a meaning for Nix's lexer, and neighbours that change the meaning. */
export const NASTY_PIECES = [
  ...["${", "$", "$$", "$${", "''", "'", "'''", "''${", "''$", "''\\", "\\", '"', "}", "{", "a"],
  ...["\n", "\r", "\r\n", "\t", " ", "  ", "\n  ", "\n\n", "\n\t", "  \n", "#", "/*", "*/", ";"],
  ...["\u0001", "\u001b", "\u007f", "\u0085", "\u00a0", "\u2028", "\ufeff", "é", "e\u0301"],
  ...["漢字", "👩‍👩‍👧", "\u{10ffff}", "\u{f0041}", "\ue000", "\uffff", "\\n", "\\${", "<nixpkgs>"],
] as const;

export const KEYWORDS = [
  ...["if", "then", "else", "assert", "with", "let", "in", "rec", "inherit", "or"],
  ...["true", "null", "import"],
] as const;

/** Text that Nix can hold: no NUL. */
const plainText = fc
  .string({ unit: "binary", maxLength: 8 })
  .map((text) => text.replaceAll("\0", ""));

const nastyText = fc
  .array(fc.oneof(fc.constantFrom(...NASTY_PIECES), fc.constantFrom("x", " ", "\n"), plainText), {
    maxLength: 8,
  })
  .map((pieces) => pieces.join(""));

export const text: fc.Arbitrary<string> = fc.oneof(nastyText, plainText);

// `builtins.toJSON` gives these names a meaning of their own.
const isPlainName = (name: string): boolean => !["outPath", "__toString"].includes(name);

const name = fc
  .oneof(fc.constantFrom(...KEYWORDS), fc.constantFrom("a-b", "a.b", "a'", "", "1a", "-a"), text)
  .filter(isPlainName);

const number = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  fc.constantFrom(
    2 ** 53,
    -(2 ** 63),
    2 ** 63,
    2 ** 63 - 1024,
    1e308,
    5e-324,
    -2.5e-310,
    0.1,
    1e21,
  ),
);

export const json: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    text,
    number,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(name, tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

// ---- expressions ---------------------------------------------------------------------------

const identifier = fc.constantFrom(
  ...["a", "b", "cfg", "lib", "pkgs", "config", "instances", "_", "x'", "some-long-variable-name"],
  "aNameThatIsSoLongThatSeveralOfItDoNotFitOnALine",
);

/** Printable text, because `nixfmt` need not support everything that Nix accepts. */
const words = fc
  .array(fc.constantFrom("a", "word", "${", "''", '"', "\\", "$", "'", "longer-word", " "), {
    maxLength: 6,
  })
  .map((pieces) => pieces.join(" "));

const lines = fc
  .array(
    fc.oneof(
      words,
      words.map((line) => `  ${line}`),
    ),
    { minLength: 2, maxLength: 4 },
  )
  .map((all) => all.map((line) => line.trimEnd()).join("\n"));

const comment = fc.option(
  fc.constantFrom("why", "a comment\nof two lines", "with ${nothing} in it", "  indented"),
  { nil: undefined, freq: 4 },
);

const leading = fc.record({ comment, blankLine: fc.boolean() });

/** Distinct names, so that a set does not define one twice. */
const names = (maxLength: number): fc.Arbitrary<string[]> =>
  fc.uniqueArray(fc.oneof(identifier, fc.constantFrom("enable", "if", "a.b", "services")), {
    maxLength,
  });

const pathOf = (first: string, rest: readonly string[]): readonly string[] => [first, ...rest];

export const expression: fc.Arbitrary<NixExpr> = fc.letrec<{
  expr: NixExpr;
  leaf: NixExpr;
  parts: readonly (string | NixExpr)[];
  bindings: Binding[];
  staticBindings: Binding[];
}>((tie) => ({
  leaf: fc.oneof(
    identifier.map((known) => nix.id(known)),
    words.map((known) => nix.str(known)),
    lines.map((known) => nix.indented(known)),
    fc.nat().map((known) => nix.int(known)),
    fc.double({ min: 1e-300, max: 1e300, noNaN: true }).map((known) => nix.float(known)),
    fc.constantFrom("./a", "./a/b.nix", "/etc/x", "~/x", "../x").map((known) => nix.path(known)),
    fc.constantFrom("nixpkgs", "nixpkgs/lib").map((known) => nix.searchPath(known)),
    fc.constant(nix.list([])),
    fc.constant(nix.attrs([])),
  ),
  parts: fc.array(fc.oneof(words, lines, tie("expr")), { minLength: 1, maxLength: 3 }),
  staticBindings: fc
    .tuple(
      names(4),
      fc.array(fc.record({ value: tie("expr"), rest: names(2), leading, inherits: fc.boolean() }), {
        minLength: 4,
        maxLength: 4,
      }),
    )
    .map(([distinct, values]) =>
      distinct.flatMap((first, index): Binding[] => {
        const entry = values[index];
        if (entry === undefined) {
          return [];
        }
        return entry.inherits
          ? [nix.inherit([first], entry.value, entry.leading)]
          : [nix.binding(pathOf(first, entry.rest), entry.value, entry.leading)];
      }),
    ),
  bindings: fc
    .tuple(tie("staticBindings"), fc.option(fc.tuple(tie("expr"), tie("expr"), leading)))
    .map(([known, extra]) =>
      extra === null ? known : [...known, nix.binding(["dyn", extra[0]], extra[1], extra[2])],
    ),
  expr: fc.oneof(
    { maxDepth: 4, depthIdentifier: "expression" },
    tie("leaf"),
    tie("parts").map((parts) => nix.quoted(parts)),
    tie("parts").map((parts) => nix.indented(parts)),
    fc
      .array(fc.tuple(tie("expr"), leading), { maxLength: 4 })
      .map((items) => nix.list(items.map(([value, options]) => nix.item(value, options)))),
    tie("bindings").map((bindings) => nix.attrs(bindings)),
    tie("bindings").map((bindings) => nix.rec(bindings)),
    fc
      .tuple(tie("expr"), names(3), fc.option(tie("expr"), { nil: undefined }))
      .map(([subject, path, fallback]) => nix.select(subject, ["x", ...path], fallback)),
    fc.tuple(tie("expr"), names(2)).map(([subject, path]) => nix.has(subject, ["x", ...path])),
    fc
      .tuple(tie("expr"), fc.array(tie("expr"), { minLength: 1, maxLength: 3 }))
      .map(([callee, args]) => nix.call(callee, ...args)),
    fc.tuple(identifier, tie("expr")).map(([parameter, body]) => nix.lambda(parameter, body)),
    fc
      .tuple(
        fc.uniqueArray(identifier, { maxLength: 4 }),
        fc.array(fc.option(tie("expr"), { nil: undefined, freq: 3 }), {
          minLength: 4,
          maxLength: 4,
        }),
        fc.array(leading, { minLength: 4, maxLength: 4 }),
        fc.boolean(),
        fc.option(fc.constant("args"), { nil: undefined }),
        tie("expr"),
      )
      .map(([fields, defaults, leadings, ellipsis, alias, body]) =>
        nix.lambda(
          nix.pattern(
            fields.map((field, index) => nix.field(field, defaults[index], leadings[index])),
            { ellipsis, alias },
          ),
          body,
        ),
      ),
    fc
      .tuple(tie("staticBindings"), tie("expr"))
      .map(([bindings, body]) =>
        nix.let_(bindings.length === 0 ? { a: nix.int(1) } : bindings, body),
      ),
    fc.tuple(tie("expr"), tie("expr"), tie("expr")).map(([c, t, e]) => nix.if_(c, t, e)),
    fc.tuple(tie("expr"), tie("expr")).map(([scope, body]) => nix.with_(scope, body)),
    fc.tuple(tie("expr"), tie("expr")).map(([condition, body]) => nix.assert_(condition, body)),
    fc
      .tuple(fc.constantFrom("-" as const, "!" as const), tie("expr"))
      .map(([operator, operand]) => nix.unary(operator, operand)),
    fc
      .tuple(
        fc.constantFrom(
          ...(["++", "*", "/", "+", "-", "//", "<", "<=", ">", ">=", "==", "!="] as const),
          ...(["&&", "||", "->"] as const),
        ),
        tie("expr"),
        tie("expr"),
      )
      .map(([operator, left, right]) => nix.op(operator, left, right)),
  ),
})).expr;
