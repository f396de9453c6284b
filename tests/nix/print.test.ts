import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { nix, parseNix, printNix, type NixExpr } from "../../src/nix/index.ts";
import { layouts } from "./layouts.ts";

describe("layout", () => {
  test.each(layouts)("$name", ({ want }) => {
    expect(printNix(parseNix(want))).toBe(want);
  });
});

test("a module written by hand in the official style comes back byte for byte", () => {
  const source = readFileSync(new URL("fixtures/service-module.nix", import.meta.url), "utf8");
  expect(printNix(parseNix(source))).toBe(source);
});

describe("parentheses stand where Nix needs them", () => {
  const [a, b, c] = [nix.id("a"), nix.id("b"), nix.id("c")];
  const lambda = nix.lambda("x", a);
  const cases: readonly (readonly [want: string, given: NixExpr])[] = [
    ["a + b * c", nix.op("+", a, nix.op("*", b, c))],
    ["(a + b) * c", nix.op("*", nix.op("+", a, b), c)],
    ["a - b - c", nix.op("-", nix.op("-", a, b), c)],
    ["a - (b - c)", nix.op("-", a, nix.op("-", b, c))],
    ["a - b + c", nix.op("+", nix.op("-", a, b), c)],
    ["a ++ b ++ c", nix.op("++", a, nix.op("++", b, c))],
    ["(a ++ b) ++ c", nix.op("++", nix.op("++", a, b), c)],
    ["(a // b) // c", nix.op("//", nix.op("//", a, b), c)],
    ["(a == b) == c", nix.op("==", nix.op("==", a, b), c)],
    ["a < b == c", nix.op("==", nix.op("<", a, b), c)],
    ["a -> b -> c", nix.op("->", a, nix.op("->", b, c))],
    ["(a -> b) -> c", nix.op("->", nix.op("->", a, b), c)],
    ["a || b && c", nix.op("||", a, nix.op("&&", b, c))],
    ["(a || b) && c", nix.op("&&", nix.op("||", a, b), c)],
    ["!a && b", nix.op("&&", nix.unary("!", a), b)],
    ["!(a && b)", nix.unary("!", nix.op("&&", a, b))],
    ["!a + b", nix.unary("!", nix.op("+", a, b))],
    ["(!a) + b", nix.op("+", nix.unary("!", a), b)],
    ["!(a ? b)", nix.unary("!", nix.has(a, "b"))],
    ["(!a) ? b", nix.has(nix.unary("!", a), "b")],
    ["-a ? b", nix.has(nix.unary("-", a), "b")],
    ["-(a ? b)", nix.unary("-", nix.has(a, "b"))],
    ["-f a", nix.unary("-", nix.call(nix.id("f"), a))],
    ["f (-a)", nix.call(nix.id("f"), nix.unary("-", a))],
    ["a - -b", nix.op("-", a, nix.unary("-", b))],
    ["--a", nix.unary("-", nix.unary("-", a))],
    ["(x: a) b", nix.call(lambda, b)],
    ["f (x: a)", nix.call(nix.id("f"), lambda)],
    ["a // (x: a)", nix.op("//", a, lambda)],
    ["[ (f a) ]", nix.list([nix.call(nix.id("f"), a)])],
    ["[ (-1) ]", nix.value([-1])],
    ["[ a.b ]", nix.list([nix.select(a, "b")])],
    ["(f a).b", nix.select(nix.call(nix.id("f"), a), "b")],
    ["(./a).b", nix.select(nix.path("./a"), "b")],
    ["(1).b", nix.select(nix.int(1), "b")],
    ["a.b or c", nix.select(a, "b", c)],
    ["a.b or (f c)", nix.select(a, "b", nix.call(nix.id("f"), c))],
    ["(a.b or c).d", nix.select(nix.select(a, "b", c), "d")],
    ["a.b or c.d or a", nix.select(a, "b", nix.select(c, "d", a))],
    ["f a.b or c", nix.call(nix.id("f"), nix.select(a, "b", c))],
    ["(if a then b else c) + a", nix.op("+", nix.if_(a, b, c), a)],
    ["a: b: c", nix.lambda("a", nix.lambda("b", c))],
    ["with a; b", nix.with_(a, b)],
  ];
  test.each(cases)("%s", (want, given) => {
    expect(printNix(given)).toBe(`${want}\n`);
    expect(parseNix(printNix(given))).toEqual(given);
  });
});

describe("numbers", () => {
  const cases: readonly (readonly [given: number, want: string])[] = [
    [0, "0"],
    [-0, "0"],
    [-1, "-1"],
    [2 ** 53, "9007199254740992"],
    [-(2 ** 63), "-9223372036854775807 - 1"],
    [2 ** 63, "9223372036854776000.0"],
    [1e308, "1.0e+308"],
    [-1.5, "-1.5"],
  ];
  test.each(cases)("%d", (given, want) => {
    expect(printNix(nix.value(given))).toBe(`${want}\n`);
  });
});

test("a long string is never broken", () => {
  const long = "word ".repeat(60).trim();
  expect(printNix(nix.attrs({ a: nix.str(long) }))).toBe(`{\n  a = "${long}";\n}\n`);
});

test("width is counted in characters, as Nix developers' editors do", () => {
  const wide = "漢".repeat(87);
  expect(printNix(nix.call(nix.id("f"), nix.str(wide), nix.id("a")))).toBe(`f "${wide}" a\n`);
});
