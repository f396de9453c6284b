import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson } from "../../src/settings/canonical.ts";
import { compactSchema, expandSchema } from "../../src/settings/compact.ts";
import type { JsonSchema, SchemaObject } from "../../src/settings/json-schema.ts";
import { printStored } from "../../tools/sync/schema-files.ts";
import { stored } from "./support.ts";

const long: SchemaObject = {
  enum: ["one value of several", "another value of them", "and yet another one"],
  type: "string",
};

describe("compactSchema", () => {
  test("what occurs twice is written once", () => {
    const compact = compactSchema({ properties: { b: long, a: { items: long } } });
    const [name = ""] = Object.keys(compact.$defs ?? {});
    expect(name).toMatch(/^enum-[0-9a-f]{8}$/);
    expect(compact).toEqual({
      $schema: "http://json-schema.org/draft-07/schema#",
      $defs: { [name]: long },
      properties: { a: { items: { $ref: `#/$defs/${name}` } }, b: { $ref: `#/$defs/${name}` } },
    });
  });

  test("what occurs once, or is short, stays where it is", () => {
    const short = { type: "boolean" } as const;
    const schema = { properties: { a: long, b: short, c: short } };
    expect(compactSchema(schema)).toEqual({
      $schema: "http://json-schema.org/draft-07/schema#",
      $defs: {},
      ...schema,
    });
  });

  test("a definition's name depends on its content alone", () => {
    const names = (schema: JsonSchema): readonly string[] =>
      Object.keys(compactSchema(schema).$defs ?? {});
    expect(names({ properties: { a: long, b: long } })).toEqual(
      names({ anyOf: [{ items: { type: "string", enum: long.enum } }, { not: long }] }),
    );
  });
});

const leaves: readonly JsonSchema[] = [
  true,
  {},
  { type: "boolean" },
  { minimum: 1, type: "integer" },
  long,
];
const leaf = fc.constantFrom(...leaves);
const { schema } = fc.letrec<{ schema: JsonSchema }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.record({
      properties: fc.dictionary(fc.constantFrom("a", "b", "$ref", "items"), tie("schema")),
    }),
    fc.record({ anyOf: fc.array(tie("schema"), { minLength: 1, maxLength: 3 }) }),
    fc.record({ items: fc.array(tie("schema"), { minLength: 1, maxLength: 3 }) }),
    fc.record({ additionalProperties: tie("schema"), type: fc.constant("object" as const) }),
  ),
}));

test("any schema expands to what it was", () => {
  fc.assert(
    fc.property(schema, schema, (one, other) => {
      // Beside a copy of itself, so that something is shared.
      const given = { properties: { one, other, again: one } };
      expect(canonicalJson(expandSchema(compactSchema(given)))).toBe(canonicalJson(given));
    }),
    { numRuns: 500 },
  );
});

test("the order of keys makes no difference to the stored text", async () => {
  const one = { type: "object", properties: { a: long, b: { not: long } } } as const;
  const other = { properties: { b: { not: long }, a: long }, type: "object" } as const;
  expect(await printStored(one)).toBe(await printStored(other));
});

test.each(["2026.6.5", "2026.9.6"])("the stored schema of %s has no prose", (version) => {
  const text = canonicalJson(stored(version));
  expect(text).not.toMatch(/"(title|description|\$comment)":"/);
});
