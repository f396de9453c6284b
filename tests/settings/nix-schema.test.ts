import { describe, expect, it } from "vitest";

import type { JsonSchema, SchemaObject } from "../../src/settings/json-schema.ts";
import { markSecrets } from "../../src/settings/mark-secrets.ts";
import { nixSchema } from "../../src/settings/nix-schema.ts";
import { optionalDefaults } from "../../src/settings/optional-defaults.ts";

const text: JsonSchema = { type: "string" };

const reference: JsonSchema = {
  type: "object",
  properties: { source: { const: "env" }, provider: text, id: text },
};

interface SecretCase {
  readonly name: string;
  readonly key: string;
  readonly schema: JsonSchema;
  readonly isSecret: boolean;
}

const secretCases: readonly SecretCase[] = [
  { name: "string or reference", key: "any", schema: { anyOf: [text, reference] }, isSecret: true },
  {
    name: "string or one of several references",
    key: "any",
    schema: { anyOf: [text, { oneOf: [reference, { ...reference }] }] },
    isSecret: true,
  },
  {
    name: "behind $ref",
    key: "any",
    schema: { $ref: "#/$defs/input" },
    isSecret: true,
  },
  { name: "a reference alone", key: "ref", schema: reference, isSecret: false },
  {
    name: "string or another set with a source",
    key: "any",
    schema: {
      anyOf: [text, { type: "object", properties: { source: { enum: ["git"] }, id: text } }],
    },
    isSecret: false,
  },
  { name: "named like a secret", key: "botToken", schema: text, isSecret: true },
  { name: "named like a secret, any case", key: "API_KEY", schema: text, isSecret: true },
  {
    name: "named like a secret, string or set",
    key: "apiKey",
    schema: { type: ["string", "object"] },
    isSecret: true,
  },
  { name: "a mode", key: "tokenMode", schema: text, isSecret: false },
  { name: "a number", key: "token", schema: { type: "integer" }, isSecret: false },
  { name: "a choice", key: "token", schema: { type: "string", enum: ["a"] }, isSecret: false },
  { name: "a pattern", key: "token", schema: { type: "string", pattern: "^A" }, isSecret: false },
  { name: "anything, named like a secret", key: "token", schema: {}, isSecret: true },
  { name: "anything at all, named like a secret", key: "token", schema: true, isSecret: true },
  { name: "any string", key: "name", schema: text, isSecret: false },
];

function propertyOf(schema: JsonSchema, key: string): SchemaObject {
  const property = typeof schema === "object" ? schema.properties?.[key] : undefined;
  return typeof property === "object" ? property : {};
}

describe("markSecrets", () => {
  it.each(secretCases)("$name: $isSecret", ({ key, schema, isSecret }) => {
    const marked = markSecrets({
      $defs: { input: { anyOf: [text, reference] } },
      properties: { [key]: schema },
    });
    expect(marked.secrets).toBe(isSecret ? 1 : 0);
    expect(marked.schema).toMatchObject({
      properties: { [key]: isSecret ? { "x-secret": true } : schema },
    });
  });

  it.each([
    ["strings or references", "any", { anyOf: [text, reference] }, "by-name"],
    ["strings", "env", text, "inside"],
    ["strings that are headers", "requestHeaders", text, "by-name"],
    ["anything", "config", {}, "inside"],
    ["anything at all", "config", true, "inside"],
    ["choices", "env", { type: "string", enum: ["a"] }, undefined],
    ["numbers", "env", { type: "number" }, undefined],
    ["nothing", "env", false, undefined],
  ] satisfies readonly (readonly [string, string, JsonSchema, string | undefined])[])(
    "leaves the values of a map of %s to their names",
    (_name, key, values, want) => {
      const { schema } = markSecrets({ properties: { [key]: { additionalProperties: values } } });
      const { additionalProperties } = propertyOf(schema, key);
      const mark: unknown =
        typeof additionalProperties === "object"
          ? Reflect.get(additionalProperties, "x-secret")
          : undefined;
      expect(mark).toBe(want);
    },
  );

  it("marks the paths of secrets, which do not belong into the store", () => {
    const { schema } = markSecrets({
      properties: {
        tokenFile: text,
        file: text,
        keyPath: { type: "integer" },
        provider: { properties: { source: { const: "file" }, path: text } },
        other: { properties: { source: { const: "exec" }, path: text } },
      },
    });
    const marked = { type: "string", "x-secret": "file" };
    expect(schema).toEqual({
      properties: {
        tokenFile: marked,
        file: text,
        keyPath: { type: "integer" },
        provider: { properties: { source: { const: "file" }, path: marked } },
        other: { properties: { source: { const: "exec" }, path: text } },
      },
    });
  });

  it("looks inside of a place that accepts anything", () => {
    const { schema } = markSecrets({ properties: { config: { default: 1 } } });
    expect(schema).toEqual({ properties: { config: { default: 1, "x-secret": "inside" } } });
  });

  it("finds places inside of others", () => {
    const { schema, secrets } = markSecrets({
      anyOf: [{ items: { properties: { password: text } } }],
    });
    expect(secrets).toBe(1);
    expect(schema).toEqual({
      anyOf: [{ items: { properties: { password: { type: "string", "x-secret": true } } } }],
    });
  });
});

describe("optionalDefaults", () => {
  it("requires only keys without a default", () => {
    expect(
      optionalDefaults({
        properties: { a: { default: 1 }, b: { default: false }, c: {}, d: true },
        required: ["a", "b", "c", "d"],
      }),
    ).toMatchObject({ required: ["c", "d"] });
  });

  it("leaves no empty list", () => {
    const schema = { items: { properties: { a: { default: 1 } }, required: ["a"] } };
    expect(optionalDefaults(schema)).toEqual({ items: { properties: { a: { default: 1 } } } });
  });
});

describe("nixSchema", () => {
  it("lists every keyword, its own too", () => {
    const { document } = nixSchema({
      properties: { token: { type: "string" }, if: { pattern: "^a$" } },
      required: ["token"],
    });
    expect(document["x-keywords"]).toEqual([
      "$defs",
      "$schema",
      "pattern",
      "properties",
      "required",
      "type",
      "x-posixPattern",
      "x-secret",
    ]);
  });

  it("accepts everything, or nothing, for a boolean", () => {
    expect(nixSchema(true).document).not.toHaveProperty("not");
    expect(nixSchema(false).document).toHaveProperty("not", {});
  });
});
