import { describe, expect, it } from "vitest";
import { convertType } from "../../src/json-schema/convert-type.ts";
import { leafSchemas } from "../../src/json-schema/leaf-schemas.ts";
import { lowerType } from "../../src/lower/lower-type.ts";
import { option } from "../../src/schema/define-option.ts";
import {
  jsonObject,
  jsonValue,
  packageType,
  port,
  secretFile,
  sourcePath,
  submodule,
} from "../../src/schema/value-types.ts";
import { z } from "../../src/zod.ts";
import { docs, place } from "../lower/support.ts";

const { secretFile: secret, sourcePath: source, package: storePath } = leafSchemas;
const text = { type: "string" };
const nothing = { type: "null" };

function about(field: string): string {
  return `About group.it.${field}.`;
}

enum Level {
  Low,
  High,
}

/** Types that the converter reads correctly by itself, and types for which it needs help. */
const converted: readonly (readonly [string, z.ZodTypeAny, object])[] = [
  ["boolean", z.boolean(), { type: "boolean" }],
  [
    "string with a length",
    z.string().min(2).max(5),
    { type: "string", minLength: 2, maxLength: 5 },
  ],
  ["string with a pattern", z.string().regex(/^\d+$/), { type: "string", pattern: "^\\d+$" }],
  ["beginning with a w", z.string().startsWith("w."), { type: "string", pattern: "^w\\." }],
  ["the end of a string", z.string().endsWith("/w"), { type: "string", pattern: "\\/w$" }],
  ["a part of a string", z.string().includes("w$"), { type: "string", pattern: "w\\$" }],
  ["integer", z.number().int().min(1), { type: "integer", minimum: 1 }],
  ["the narrowest bound", z.number().min(5).min(3), { type: "number", minimum: 5 }],
  [
    "the narrower of two that are equal",
    z.number().int().max(5).lt(5).max(9),
    { type: "integer", exclusiveMaximum: 5 },
  ],
  ["port", port(), { type: "integer", minimum: 0, maximum: 65535 }],
  ["restricted port", port().min(1024), { type: "integer", minimum: 1024, maximum: 65535 }],
  ["native enum of numbers", z.nativeEnum(Level), { type: "number", enum: [0, 1] }],
  ["literal", z.literal("a"), { type: "string", const: "a" }],
  [
    "union with null",
    z.union([z.literal(null), z.number().int()]),
    { anyOf: [nothing, { type: "integer" }] },
  ],
  ["nullable secret", secretFile().nullable(), { anyOf: [secret, nothing] }],
  ["array of secrets", z.array(secretFile()), { type: "array", items: secret }],
  [
    "array of objects",
    z.array(jsonObject()).nonempty(),
    { type: "array", minItems: 1, items: { type: "object", additionalProperties: {} } },
  ],
  [
    "union with a secret",
    z.union([secretFile(), z.number()]),
    { anyOf: [secret, { type: "number" }] },
  ],
  ["branded package", packageType().brand<"Tool">(), storePath],
  ["any JSON", jsonValue(), {}],
  ["record of secrets", z.record(secretFile()), { type: "object", additionalProperties: secret }],
  [
    "record with other names",
    z.record(z.union([z.literal("a"), z.literal("b")]), z.boolean()),
    {
      type: "object",
      propertyNames: { type: "string", enum: ["a", "b"] },
      additionalProperties: { type: "boolean" },
    },
  ],
  [
    "fields: left out, with a default, of any JSON",
    z.object({ a: z.string().optional(), b: z.number().default(3), c: jsonValue() }),
    {
      type: "object",
      properties: {
        a: { description: about("a"), anyOf: [text, nothing] },
        b: { description: about("b"), type: "number", default: 3 },
        c: { description: about("c") },
      },
      required: ["c"],
      additionalProperties: false,
    },
  ],
  [
    "submodules that may be null, in a record",
    z.record(
      submodule({
        a: option(z.string(), { example: "x" }),
        b: option(sourcePath().nullable(), { default: null }),
      }).nullable(),
    ),
    {
      type: "object",
      additionalProperties: {
        anyOf: [
          {
            type: "object",
            properties: {
              a: { description: about("*.a"), type: "string", examples: ["x"] },
              b: { description: about("*.b"), anyOf: [source, nothing], default: null },
            },
            required: ["a"],
            additionalProperties: false,
          },
          nothing,
        ],
      },
    },
  ],
  [
    "discriminated union",
    z.discriminatedUnion("mode", [z.object({ mode: z.literal("copy"), from: sourcePath() })]),
    {
      anyOf: [
        {
          type: "object",
          properties: {
            mode: { description: about("|0.mode"), type: "string", const: "copy" },
            from: { description: about("|0.from"), ...source },
          },
          required: ["mode", "from"],
          additionalProperties: false,
        },
      ],
    },
  ],
];

describe("the type of an option becomes JSON Schema", () => {
  it.each(converted)("%s", (_, type, want) => {
    expect(() => lowerType(place, type)).not.toThrow();
    expect(convertType(type, place.path, docs)).toEqual(want);
  });
});
