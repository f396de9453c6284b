import { describe, expect, test } from "vitest";
import { BugError, UserError } from "../../src/errors.ts";
import { nix, printNix, type JsonValue, type NixExpr } from "../../src/nix/index.ts";

describe("normal form", () => {
  const a = nix.id("a");
  const cases: readonly (readonly [name: string, given: NixExpr, same: NixExpr])[] = [
    ["neighbouring text is one piece", nix.quoted(["a", "", "b"]), nix.quoted("ab")],
    ["an indented string without lines is plain", nix.indented("a"), nix.quoted("a")],
    ["a call of a call", nix.call(nix.call(a, a), a), nix.call(a, a, a)],
    [
      "a selection from a selection",
      nix.select(nix.select(a, "b"), "c"),
      nix.select(a, ["b", "c"]),
    ],
    ["a computed name that is known", nix.select(a, nix.str("b")), nix.select(a, "b")],
    ["a blank line before the first", nix.list([nix.item(a, { blankLine: true })]), nix.list([a])],
    ["a record of bindings", nix.attrs({ b: a }), nix.attrs([nix.binding("b", a)])],
    [
      "attributes under their own names",
      nix.attrs({ x: nix.select(a, ["b", "x"]), y: nix.select(a, ["b", "y"]) }),
      nix.attrs([nix.inherit(["x", "y"], nix.select(a, "b"))]),
    ],
    [
      "attributes of two sets",
      nix.attrs({ x: nix.select(a, "x"), y: nix.select(nix.id("b"), "y") }),
      nix.attrs([nix.inherit(["x"], a), nix.inherit(["y"], nix.id("b"))]),
    ],
    [
      "an attribute with a comment of its own",
      nix.attrs([
        nix.inherit(["x"], a),
        nix.binding("y", nix.select(a, "y"), { comment: "why" }),
        nix.binding("z", nix.select(a, "z")),
      ]),
      nix.attrs([
        nix.inherit(["x"], a),
        nix.inherit(["y"], a, { comment: "why" }),
        nix.inherit(["z"], a),
      ]),
    ],
    ["a chain to the left", nix.op("-", a, a, a), nix.op("-", nix.op("-", a, a), a)],
    ["a chain to the right", nix.op("++", a, a, a), nix.op("++", a, nix.op("++", a, a))],
  ];
  test.each(cases)("%s", (_, given, same) => {
    expect(given).toEqual(same);
  });

  test.each<readonly [name: string, value: NixExpr]>([
    ["another name", nix.select(a, "y")],
    ["a fallback", nix.select(a, "x", a)],
    ["of what is computed", nix.select(nix.call(a, a), "x")],
    ["by a computed name", nix.select(a, [a, "x"])],
    ["a variable", nix.id("x")],
  ])("stays a binding: %s", (_, value) => {
    expect(nix.attrs({ x: value }).bindings).toEqual([nix.binding("x", value)]);
  });

  test("nodes are frozen", () => {
    const node = nix.list([nix.int(1)]);
    expect(Object.isFrozen(node)).toBe(true);
    expect(Object.isFrozen(node.items)).toBe(true);
  });
});

describe("str", () => {
  const cases: readonly (readonly [given: string, kind: "string" | "indentedString"])[] = [
    ["one line", "string"],
    ["one\ntwo", "indentedString"],
    ["one\n", "indentedString"],
    ["one\n  two\n\nthree\n", "indentedString"],
    ["  one\n  two", "string"],
    ["\none", "string"],
    ["one\rtwo\n", "string"],
    ["one\n\u001b[0m", "string"],
    ["one  \ntwo", "string"],
  ];
  test.each(cases)("%j is a %s", (given, kind) => {
    expect(nix.str(given).kind).toBe(kind);
  });
});

describe("what cannot become valid Nix is refused", () => {
  const a = nix.id("a");
  const one = nix.binding("a", a);
  // Data of the right shape that no factory made.
  const forged: NixExpr = { kind: "identifier", name: "x; evil" };
  const cases: readonly (readonly [name: string, attempt: () => unknown])[] = [
    ["a keyword as a variable", () => nix.id("let")],
    ["a forged node", () => nix.list([forged])],
    ["a forged node among data", () => nix.value([nix.id("a")] as unknown as JsonValue)],
    ["a name defined twice", () => nix.attrs([one, one])],
    ["a name defined and inherited", () => nix.attrs([one, nix.inherit(["a"])])],
    ["a name below a value", () => nix.attrs([one, nix.binding(["a", "b"], a)])],
    [
      "a value over names below",
      () => nix.attrs([nix.binding(["a", "b"], a), nix.binding("a", a)]),
    ],
    [
      "a name in a set and below it",
      () => nix.attrs([nix.binding("a", nix.attrs([one])), nix.binding(["a", "a"], a)]),
    ],
    ["a parameter twice", () => nix.pattern(["a", "a"])],
    ["an alias like a parameter", () => nix.pattern(["a"], { alias: "a" })],
    ["a computed name in let", () => nix.let_([nix.binding(nix.id("x"), a)], a)],
    ["an empty let", () => nix.let_([], a)],
    ["an empty path", () => nix.select(a, [])],
    ["an empty inherit", () => nix.inherit([])],
    ["inheriting what is no variable", () => nix.inherit(["a.b"])],
    ["a call without arguments", () => nix.call(a)],
    ["a negative literal", () => nix.int(-1)],
    ["a fraction as integer", () => nix.int(0.5)],
    ["an integer of 64 bits", () => nix.int(2n ** 63n)],
    ["an infinite number", () => nix.float(Infinity)],
    ["minus zero", () => nix.float(-0)],
    ["a path without a slash", () => nix.path("a")],
    ["a path with a blank", () => nix.path("./a b")],
    ["a path that ends in a slash", () => nix.path("./a/")],
    ["a comparison of three", () => nix.op("<", a, a, a)],
    ["NaN", () => nix.value(NaN)],
    ["a function", () => nix.value((() => 1) as unknown as JsonValue)],
    ["a date", () => nix.value(new Date(0) as unknown as JsonValue)],
    ["undefined in a list", () => nix.value([undefined] as unknown as JsonValue)],
  ];
  test.each(cases)("%s", (_, attempt) => {
    expect(attempt).toThrow(BugError);
  });

  test("text that no Nix file holds, and data too deep for Nix, are the user's mistake", () => {
    let deep: JsonValue = 1;
    for (let depth = 0; depth < 1001; depth++) {
      deep = [deep];
    }
    expect(() => nix.value(deep)).toThrow(UserError);
    expect(() => nix.value({ "a\0": 1 })).toThrow(UserError);
    expect(() => nix.binding("a", nix.int(1), { comment: "\0" })).toThrow(UserError);
  });

  test("what Nix merges is accepted", () => {
    const set = nix.attrs([
      nix.binding(["a", "b"], nix.int(1)),
      nix.binding(["a", "c"], nix.int(2)),
      nix.binding("d", nix.attrs({ e: nix.int(3) })),
      nix.binding(["d", "f"], nix.int(4)),
    ]);
    expect(printNix(set)).toContain("d.f = 4;");
  });
});
