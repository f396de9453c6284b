import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { digestValue } from "../../src/cache/digest.ts";

const mark = Symbol("mark");
const shared = { name: "x" };

/** No two of these are the same. */
const different: readonly (readonly [name: string, value: unknown])[] = [
  ["undefined", undefined],
  ["null", null],
  ["the text null", "null"],
  ["the text undefined", "undefined"],
  ["zero", 0],
  ["minus zero", -0],
  ["the text 0", "0"],
  ["no number", Number.NaN],
  ["an empty list", []],
  ["an empty object", {}],
  ["a list with nothing in it", [undefined]],
  ["a property that is undefined", { a: undefined }],
  ["two items", ["a", "b"]],
  ["one item with both texts", ["a b"]],
  ["one item with quotes", ['a" "b']],
  ["lists side by side", [[], []]],
  ["lists in each other", [[[]]]],
  ["a property", { a: { b: 1 } }],
  ["two properties", { a: {}, b: 1 }],
  ["the other order", { b: 1, a: {} }],
  ["a pattern", /a/],
  ["a pattern with a flag", /a/i],
  ["the pattern as a text", "/a/"],
  ["a mark", { a: 1, [mark]: true }],
  ["no mark", { a: 1 }],
  ["one object twice", [shared, shared]],
  ["two that are equal", [{ name: "x" }, { name: "x" }]],
];

test("values that differ have different digests", () => {
  const digests = different.map(([, value]) => digestValue(value));
  expect(digests).not.toContain(undefined);
  expect(new Set(digests).size).toBe(different.length);
});

test("methods are no part of a value, but what a class may keep in private could be", () => {
  const methods = { method: () => 1 };
  const value = Object.assign(Object.create(methods) as object, { a: 1 });
  expect(digestValue(value)).toBe(digestValue({ a: 1 }));
  expect(digestValue(new Map([["a", 1]]))).toBeUndefined();
  expect(digestValue(new (class extends Date {})())).toBeUndefined();
});

test.each(different)("the same value has the same digest: %s", (_, value) => {
  expect(digestValue(structuredCloneOf(value))).toBe(digestValue(value));
});

/** With the same marks, which `structuredClone` leaves out. */
function structuredCloneOf(value: unknown): unknown {
  const isMarked = typeof value === "object" && value !== null && mark in value;
  return isMarked ? { ...value } : structuredClone(value);
}

test("what JSON tells apart has different digests, and nothing else of it", () => {
  const value = fc.jsonValue({ maxDepth: 3 }).map((each) => JSON.stringify(each));
  fc.assert(
    fc.property(value, value, (left, right) => {
      const [one, other] = [left, right].map((text) => digestValue(JSON.parse(text)));
      expect(one === other).toBe(left === right);
    }),
  );
});

describe("what cannot be compared has none", () => {
  test.each([
    ["a function", () => 1],
    ["a function inside", { a: [() => 1] }],
    ["a date", new Date(0)],
    ["a map", new Map([["a", 1]])],
    ["a symbol", { a: Symbol("a") }],
    ["an integer without bounds", 1n],
  ])("%s", (_, value) => {
    expect(digestValue(value)).toBeUndefined();
  });
});
