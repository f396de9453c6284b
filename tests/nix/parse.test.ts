import { describe, expect, test } from "vitest";
import { BugError } from "../../src/errors.ts";
import { nix, parseNix, type NixExpr } from "../../src/nix/index.ts";

const [a, b, c] = [nix.id("a"), nix.id("b"), nix.id("c")];

describe("reads as Nix reads", () => {
  const cases: readonly (readonly [given: string, want: NixExpr])[] = [
    ["a b c", nix.call(a, b, c)],
    ["a/b", nix.path("a/b")],
    ["a / b", nix.op("/", a, b)],
    ["a -b", nix.op("-", a, b)],
    ["a-b", nix.id("a-b")],
    ["a.b or c", nix.select(a, "b", c)],
    ["a.or", nix.select(a, "or")],
    ["[ a.b ./c ]", nix.list([nix.select(a, "b"), nix.path("./c")])],
    ["[ a (-1) ]", nix.list([a, nix.unary("-", nix.int(1))])],
    ["1.5", nix.float(1.5)],
    [".5", nix.float(0.5)],
    ["1.5e3", nix.float(1500)],
    ["9223372036854775807", nix.int(9223372036854775807n)],
    ["<nixpkgs/lib>", nix.searchPath("nixpkgs/lib")],
    ["a < b", nix.op("<", a, b)],
    ["./x/${a}/y", nix.path(["./x/", a, "/y"])],
    ["!a ? b", nix.unary("!", nix.has(a, "b"))],
    ["-a ? b", nix.has(nix.unary("-", a), "b")],
    ["!a == b", nix.op("==", nix.unary("!", a), b)],
    ["{ }", nix.attrs([])],
    ["{ }: a", nix.lambda(nix.pattern([]), a)],
    ["{ a }: a", nix.lambda(nix.pattern(["a"]), a)],
    ["{ ... }: a", nix.lambda(nix.pattern([], { ellipsis: true }), a)],
    ["{ a ? b, }: a", nix.lambda(nix.pattern([nix.field("a", b)]), a)],
    ["c@{ a, ... }: a", nix.lambda(nix.pattern(["a"], { ellipsis: true, alias: "c" }), a)],
    ["{ a }@c: a", nix.lambda(nix.pattern(["a"], { alias: "c" }), a)],
    ['{ "a" = b; }', nix.attrs({ a: b })],
    ['{ ${"a"} = b; }', nix.attrs({ a: b })],
    ['{ "${a}" = b; }', nix.attrs([nix.binding(nix.quoted([a]), b)])],
    ["{ inherit (a) b; }", nix.attrs([nix.inherit(["b"], a)])],
    ['"$${a}"', nix.quoted("$${a}")],
    ['"\\${a}\\n\\x"', nix.quoted("${a}\nx")],
    ['"a\r\nb"', nix.quoted("a\nb")],
    ["''a''", nix.quoted("a")],
    ["''\n    a\n      b\n  ''", nix.indented("a\n  b\n")],
    ["''\n    a\n  b''", nix.indented("  a\nb")],
    ["''  a\n  b''", nix.indented("a\nb")],
    ["''\n\n    a\n\n  ''", nix.indented("\na\n\n")],
    ["''\n  ${a}\n    b\n''", nix.indented([a, "\n  b\n"])],
    ["''''${a}'''b''", nix.quoted("${a}''b")],
    ["''$''${a}''", nix.quoted("$${a}")],
    ["''$${a}''", nix.quoted("$${a}")],
    ["''''\\n''\\t''", nix.indented("\n\t")],
    ["''\n  ''\\  a\n  b''", nix.indented("  a\nb")],
    ["''\n  a\n  \tb''", nix.indented("a\n\tb")],
  ];
  test.each(cases)("%j", (given, want) => {
    expect(parseNix(given)).toEqual(want);
  });
});

describe("keeps what a reader wants kept", () => {
  test("comments and blank lines before bindings, elements and parameters", () => {
    const source = `{
      # first
      # comment
      a = 1;

      b = [

        # element
        c

        a
      ];
    }`;
    expect(parseNix(source)).toEqual(
      nix.attrs([
        nix.binding("a", nix.int(1), { comment: "first\ncomment" }),
        nix.binding(
          "b",
          nix.list([nix.item(c, { comment: "element" }), nix.item(a, { blankLine: true })]),
          { blankLine: true },
        ),
      ]),
    );
  });
});

describe("refuses, with the place", () => {
  const cases: readonly (readonly [given: string, message: RegExp])[] = [
    ["{ a = 1 }", /line 1, column 9: expected `;`/],
    ["[ a", /expected an expression/],
    ["{ a = 1;", /expected a binding or `}`/],
    ['"a', /line 1, column 2: this string has no closing `"`/],
    ["''a", /no closing `''`/],
    ["(a", /expected `\)`/],
    ["a b)", /expected the end/],
    ["if a then b", /expected `else`/],
    ["a < b < c", /cannot be chained/],
    ["a == b != c", /cannot be chained/],
    ["let in a", /at least one binding/],
    ["{ a = 1; a = 2; }", /defined twice/],
    ["{ a, a }: a", /declared twice/],
    ["let", /expected a binding/],
    ["/* old */ a", /expected an expression/],
    ["# lost\na", /a comment can only stand/],
    ["{ a = # lost\n1; }", /a comment/],
    ["{\n  a = 1; # lost\n}", /on its own line/],
    ["{\n  a = 1;\n  # lost\n}", /cannot stand before `}`/],
    ["{\n  # far\n\n  a = 1;\n}", /no blank line/],
    ["a |> b", /expected the end/],
    ["http://example.org", /expected/],
    ["", /expected an expression/],
    ["a\0", /NUL/],
  ];
  test.each(cases)("%j", (given, message) => {
    expect(() => parseNix(given)).toThrow(BugError);
    expect(() => parseNix(given)).toThrow(message);
  });
});
