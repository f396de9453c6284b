import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../src/json.ts";
import { structureOf } from "../../tools/sync/structure.ts";
import { mistakeOf } from "../settings/support.ts";

const cases: readonly { name: string; given: JsonValue; want: JsonValue }[] = [
  {
    name: "prose is left out",
    given: { $schema: "x", title: "T", description: "D", type: "string", default: "a" },
    want: { type: "string", default: "a" },
  },
  {
    name: "prose is left out everywhere",
    given: {
      anyOf: [
        { title: "T", const: 1 },
        { items: [{ title: "T" }], additionalItems: { title: "T" } },
      ],
      not: { description: "D", required: ["a"] },
      propertyNames: { description: "D", pattern: "^a" },
    },
    want: {
      anyOf: [{ const: 1 }, { items: [{}], additionalItems: {} }],
      not: { required: ["a"] },
      propertyNames: { pattern: "^a" },
    },
  },
  {
    name: "keys called like prose stay",
    given: { properties: { title: { type: "string", title: "T" }, description: true } },
    want: { properties: { title: { type: "string" }, description: true } },
  },
  {
    name: "values that look like prose stay",
    given: { default: { title: "x" }, enum: [{ description: "x" }], const: { $ref: "x" } },
    want: { default: { title: "x" }, enum: [{ description: "x" }], const: { $ref: "x" } },
  },
  {
    name: "the order of required keys says nothing",
    given: { required: ["b", "a"] },
    want: { required: ["a", "b"] },
  },
  {
    name: "definitions are put in their place, the nearest of a name",
    given: {
      $defs: { a: { const: 1 } },
      properties: {
        x: { $ref: "#/$defs/a" },
        y: {
          $defs: { a: { items: { $ref: "#/$defs/b" } }, b: { const: 2 } },
          not: { $ref: "#/$defs/a" },
        },
      },
    },
    want: { properties: { x: { const: 1 }, y: { not: { items: { const: 2 } } } } },
  },
];

describe("structureOf", () => {
  test.each(cases)("$name", ({ given, want }) => {
    expect(structureOf(given, "the schema")).toEqual(want);
  });
});

const mistakes: readonly { name: string; given: JsonValue; want: RegExp }[] = [
  {
    name: "an unknown keyword",
    given: { properties: { a: { tpye: "x" } } },
    want: /unknown keyword tpye at \/properties\/a\/tpye/,
  },
  {
    name: "an unknown type",
    given: { type: "text" },
    want: /not the name of a type, or several at \/type/,
  },
  { name: "no schema", given: { anyOf: [3] }, want: /no schema at \/anyOf\/0/ },
  {
    name: "a reference that leads nowhere",
    given: { $ref: "#/$defs/a" },
    want: /#\/\$defs\/a leads nowhere/,
  },
  {
    name: "a reference to another file",
    given: { $ref: "x.json#/a" },
    want: /x\.json#\/a leads nowhere/,
  },
  {
    name: "a definition that contains itself",
    given: { $defs: { a: { items: { $ref: "#/$defs/a" } } }, $ref: "#/$defs/a" },
    want: /definition a contains itself/,
  },
  {
    name: "keywords beside a reference",
    given: { $defs: { a: true }, $ref: "#/$defs/a", type: "string" },
    want: /has other keywords beside it/,
  },
];

describe("structureOf refuses", () => {
  test.each(mistakes)("$name", ({ given, want }) => {
    expect(mistakeOf(() => structureOf(given, "the schema"))).toMatch(want);
  });
});
