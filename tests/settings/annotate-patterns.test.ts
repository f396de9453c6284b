import { describe, expect, it } from "vitest";

import { annotatePatterns } from "../../src/settings/annotate-patterns.ts";
import type { JsonSchema } from "../../src/settings/json-schema.ts";

interface Case {
  readonly name: string;
  readonly given: JsonSchema;
  readonly want: unknown;
}

const cases: readonly Case[] = [
  { name: "no pattern", given: { type: "string" }, want: { type: "string" } },
  { name: "a boolean", given: true, want: true },
  {
    name: "a pattern keeps its source, for messages",
    given: { pattern: "^\\d+$" },
    want: { pattern: "^\\d+$", "x-posixPattern": "[0-9]+" },
  },
  {
    name: "a pattern that is not anchored",
    given: { pattern: "a" },
    want: { pattern: "a", "x-posixPattern": ".*a.*" },
  },
  { name: "lookahead", given: { pattern: "^(?!a)" }, want: { pattern: "^(?!a)" } },
  { name: "outside ASCII", given: { pattern: "^ä$" }, want: { pattern: "^ä$" } },
  { name: "property of a character", given: { pattern: "\\p{L}" }, want: { pattern: "\\p{L}" } },
  { name: "no regular expression", given: { pattern: "(" }, want: { pattern: "(" } },
  {
    name: "everywhere",
    given: {
      $defs: { a: { pattern: "^a$" } },
      properties: { pattern: { items: { anyOf: [{ pattern: "^b$" }] } } },
      propertyNames: { pattern: "^c$" },
    },
    want: {
      $defs: { a: { pattern: "^a$", "x-posixPattern": "a" } },
      properties: {
        pattern: { items: { anyOf: [{ pattern: "^b$", "x-posixPattern": "b" }] } },
      },
      propertyNames: { pattern: "^c$", "x-posixPattern": "c" },
    },
  },
  {
    name: "keys that are patterns",
    given: { patternProperties: { "^x-": { pattern: "^a$" }, "(?!b)": true } },
    want: {
      patternProperties: { "^x-": { pattern: "^a$", "x-posixPattern": "a" }, "(?!b)": true },
      "x-posixPatternProperties": { "^x-": "x-.*" },
    },
  },
];

describe("annotatePatterns", () => {
  it.each(cases)("$name", ({ given, want }) => {
    expect(annotatePatterns(given).schema).toEqual(want);
  });

  it("counts what it translates, and names what it cannot", () => {
    const { translated, untranslatable } = annotatePatterns({
      anyOf: [
        { pattern: "^a$" },
        { pattern: "^a$" },
        { pattern: "^(?=a)" },
        { pattern: "^(?=a)" },
        { pattern: "ä" },
      ],
    });
    expect(translated).toBe(2);
    expect(untranslatable).toEqual([
      { pattern: "^(?=a)", reason: "lookahead", uses: 2 },
      { pattern: "ä", reason: "characters outside ASCII", uses: 1 },
    ]);
  });
});
