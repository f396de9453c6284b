import { describe, expect, test } from "vitest";
import type { Field, OptionType } from "../../src/model/option-type.ts";
import { mismatches } from "../../src/settings/accepts.ts";
import type { JsonSchema } from "../../src/settings/json-schema.ts";

const string: OptionType = { kind: "string", nonEmpty: false };
const field = (name: string, type: OptionType): Field => ({
  name,
  type,
  description: "",
  location: { file: "schema/field.ts", line: 3 },
  default: undefined,
  example: undefined,
});
const nullable = (of: OptionType): OptionType => ({ kind: "nullable", of });
const list = (element: OptionType, nonEmpty = false): OptionType => ({
  kind: "list",
  element,
  nonEmpty,
});

const oneOfTwo: JsonSchema = {
  anyOf: [
    { type: "string", const: "a" },
    { type: "string", const: "b" },
  ],
};
const stringOrObject: JsonSchema = {
  anyOf: [
    { type: "string" },
    { type: "object", properties: { x: { type: "integer" } }, additionalProperties: false },
  ],
};
const closed: JsonSchema = {
  type: "object",
  properties: { x: { type: "integer", minimum: 1 }, y: { type: "string" } },
  required: ["y"],
  additionalProperties: false,
};

const accepted: readonly { name: string; schema: JsonSchema; type: OptionType }[] = [
  { name: "anything", schema: true, type: { kind: "json" } },
  { name: "a boolean", schema: { type: "boolean" }, type: { kind: "bool" } },
  {
    name: "both booleans, one by one",
    schema: { enum: [true, false, "auto"] },
    type: { kind: "bool" },
  },
  { name: "a string", schema: { type: "string" }, type: string },
  { name: "a path", schema: { type: "string", minLength: 1 }, type: { kind: "absolutePath" } },
  {
    name: "a string that is never empty",
    schema: { type: "string", minLength: 1 },
    type: { kind: "string", nonEmpty: true },
  },
  {
    name: "a pattern without the empty string",
    schema: { type: "string", minLength: 1 },
    type: { kind: "string", nonEmpty: false, pattern: "[a-z]+" },
  },
  {
    name: "a string with a pattern of the program",
    schema: { type: "string", pattern: "^a" },
    type: string,
  },
  { name: "some of the values", schema: oneOfTwo, type: { kind: "enum", values: ["a"] } },
  {
    name: "values of several kinds",
    schema: { enum: [1, "a", true] },
    type: { kind: "enum", values: ["a", 1] },
  },
  {
    name: "a narrower range",
    schema: { type: "integer", minimum: 0, maximum: 10 },
    type: { kind: "int", min: 1, max: 10 },
  },
  {
    name: "integers above an open bound",
    schema: { type: "integer", exclusiveMinimum: 0 },
    type: { kind: "int", min: 1 },
  },
  {
    name: "no bound but the largest integer",
    schema: {
      type: "integer",
      maximum: Number.MAX_SAFE_INTEGER,
      minimum: -Number.MAX_SAFE_INTEGER,
    },
    type: { kind: "int" },
  },
  { name: "an integer where a number may be", schema: { type: "number" }, type: { kind: "int" } },
  {
    name: "a port",
    schema: { type: "integer", minimum: 1, maximum: 65535 },
    type: { kind: "port" },
  },
  { name: "null, which is left out", schema: { type: "string" }, type: nullable(string) },
  {
    name: "null in an object, which is left out",
    schema: { type: "object", additionalProperties: { type: "string" } },
    type: { kind: "attrs", value: nullable(string) },
  },
  {
    name: "null in a list, where it may be",
    schema: { type: "array", items: { type: ["string", "null"] } },
    type: list(nullable(string)),
  },
  {
    name: "a union, member by member",
    schema: { anyOf: [{ type: "string" }, { type: "integer" }] },
    type: { kind: "union", members: [{ kind: "int" }, string] },
  },
  { name: "a list", schema: { type: "array", items: { type: "string" } }, type: list(string) },
  {
    name: "a list that is never empty",
    schema: { type: "array", minItems: 1 },
    type: list(string, true),
  },
  {
    name: "an open set",
    schema: { type: "object", additionalProperties: { type: "string" } },
    type: { kind: "attrs", value: string },
  },
  {
    name: "listed names of a closed set",
    schema: {
      type: "object",
      properties: { x: { type: "string" }, y: { type: "string" } },
      additionalProperties: false,
    },
    type: { kind: "attrs", value: string, keyPattern: "(x|y)" },
  },
  { name: "an object", schema: closed, type: { kind: "submodule", fields: [field("y", string)] } },
  {
    name: "an object of a union",
    schema: stringOrObject,
    type: { kind: "submodule", fields: [field("x", { kind: "int" })] },
  },
  {
    name: "any object",
    schema: { type: "object", additionalProperties: {} },
    type: { kind: "jsonObject" },
  },
  {
    name: "objects told apart by a tag",
    schema: {
      oneOf: [
        {
          type: "object",
          properties: { kind: { const: "a" }, x: { type: "string" } },
          required: ["kind"],
          additionalProperties: false,
        },
        {
          type: "object",
          properties: { kind: { const: "b" } },
          required: ["kind"],
          additionalProperties: false,
        },
      ],
    },
    type: {
      kind: "taggedUnion",
      tag: "kind",
      members: [
        { value: "a", fields: [field("x", string)] },
        { value: "b", fields: [] },
      ],
    },
  },
  {
    name: "all parts of an intersection",
    schema: { allOf: [{ type: "string" }, { minLength: 1 }] },
    type: { kind: "string", nonEmpty: true },
  },
];

describe("accepted", () => {
  test.each(accepted)("$name", ({ schema, type }) => {
    expect(mismatches(schema, type)).toEqual([]);
  });
});

const refused: readonly { name: string; schema: JsonSchema; type: OptionType; want: unknown }[] = [
  {
    name: "nothing",
    schema: false,
    type: string,
    want: { expected: "nothing", received: "string" },
  },
  {
    name: "a boolean for a string",
    schema: { type: "string" },
    type: { kind: "bool" },
    want: { expected: "a string", received: "true or false" },
  },
  {
    name: "one of the booleans",
    schema: { const: true },
    type: { kind: "bool" },
    want: { expected: "true", received: "false" },
  },
  {
    name: "a string for a boolean",
    schema: { type: "boolean" },
    type: string,
    want: { expected: "true or false", received: "string" },
  },
  {
    name: "any string for some",
    schema: oneOfTwo,
    type: string,
    want: { expected: '"a" or "b"', received: "string" },
  },
  {
    name: "the empty string",
    schema: { type: "string", minLength: 1 },
    type: string,
    want: { expected: "a string that is not empty", received: "string" },
  },
  {
    name: "a pattern with the empty string",
    schema: { type: "string", minLength: 1 },
    type: { kind: "string", nonEmpty: false, pattern: "[a-z]*" },
    want: {
      expected: "a string that is not empty",
      received: "string matching the pattern [a-z]*",
    },
  },
  {
    name: "one value too many",
    schema: oneOfTwo,
    type: { kind: "enum", values: ["a", "b", "c"] },
    want: { expected: '"a" or "b"', received: '"c"' },
  },
  {
    name: "no lower bound",
    schema: { type: "integer", minimum: 0 },
    type: { kind: "int" },
    want: { expected: "an integer from 0", received: "signed integer" },
  },
  {
    name: "the bound itself, if it is open",
    schema: { type: "number", exclusiveMinimum: 0 },
    type: { kind: "number", min: 0 },
    want: {
      expected: "a number above 0",
      received: "nonnegative integer or floating point number, meaning >=0",
    },
  },
  {
    name: "an upper bound that is too high",
    schema: { type: "integer", maximum: 9 },
    type: { kind: "int", max: 10 },
    want: {
      expected: "an integer to 9",
      received: "integer between -9223372036854775807 and 10 (both inclusive)",
    },
  },
  {
    name: "a port in a smaller range",
    schema: { type: "integer", minimum: 1024, maximum: 65535 },
    type: { kind: "port" },
    want: {
      expected: "an integer from 1024 to 65535",
      received: "16 bit unsigned integer; between 0 and 65535 (both inclusive)",
    },
  },
  {
    name: "a number for an integer",
    schema: { type: "integer" },
    type: { kind: "number" },
    want: { expected: "an integer", received: "signed integer or floating point number" },
  },
  {
    name: "null in a list",
    schema: { type: "array", items: { type: "string" } },
    type: list(nullable(string)),
    want: { path: ["<name>"], expected: "a string", received: "null" },
  },
  {
    name: "an empty list",
    schema: { type: "array", minItems: 1, items: { type: "string" } },
    type: list(string),
    want: {
      expected: "a list that is not empty, each element a string",
      received: "list of string",
    },
  },
  {
    name: "elements of another type",
    schema: { type: "array", items: { type: "string" } },
    type: list({ kind: "int" }),
    want: { path: ["<name>"], expected: "a string", received: "signed integer" },
  },
  {
    name: "any names for listed ones",
    schema: { type: "object", properties: { x: { type: "string" } }, additionalProperties: false },
    type: { kind: "attrs", value: string },
    want: { expected: "an object with the keys x", received: "an object with any keys" },
  },
  {
    name: "a name that is not listed",
    schema: { type: "object", properties: { x: { type: "string" } }, additionalProperties: false },
    type: { kind: "attrs", value: string, keyPattern: "(x|z)" },
    want: { received: "the key z", unknownKey: { key: "z", siblings: ["x"] } },
  },
  {
    name: "values of another type",
    schema: { type: "object", additionalProperties: { type: "integer" } },
    type: { kind: "attrs", value: string },
    want: { path: ["<name>"], expected: "an integer", received: "string" },
  },
  {
    name: "a field that is not known",
    schema: closed,
    type: { kind: "submodule", fields: [field("y", string), field("z", string)] },
    want: { received: "the key z", location: { file: "schema/field.ts", line: 3 } },
  },
  {
    name: "a field of another type",
    schema: closed,
    type: { kind: "submodule", fields: [field("x", { kind: "int" }), field("y", string)] },
    want: {
      path: ["x"],
      expected: "an integer from 1",
      received: "signed integer",
      location: { file: "schema/field.ts", line: 3 },
    },
  },
  {
    name: "a field that may be missing",
    schema: closed,
    type: { kind: "submodule", fields: [field("y", nullable(string))] },
    want: { expected: "the key y", received: "an object that may lack it" },
  },
  {
    name: "the reason inside the one alternative that is an object",
    schema: stringOrObject,
    type: { kind: "submodule", fields: [field("x", string)] },
    want: { path: ["x"], expected: "an integer", received: "string" },
  },
  {
    name: "a member of a union",
    schema: { type: "string" },
    type: { kind: "union", members: [string, { kind: "int" }] },
    want: { expected: "a string", received: "signed integer" },
  },
  {
    name: "any value",
    schema: { type: "string" },
    type: { kind: "json" },
    want: { expected: "a string", received: "JSON value" },
  },
  {
    name: "any object for one with keys",
    schema: closed,
    type: { kind: "jsonObject" },
    want: { received: "attribute set of (JSON value)" },
  },
  {
    name: "a tag's value that is not known",
    schema: {
      oneOf: [
        { type: "object", properties: { kind: { const: "a" } }, additionalProperties: false },
      ],
    },
    type: { kind: "taggedUnion", tag: "kind", members: [{ value: "b", fields: [] }] },
    want: { path: ["kind"], expected: '"a"', received: '"b"' },
  },
];

describe("refused", () => {
  test.each(refused)("$name", ({ schema, type, want }) => {
    const [first, ...rest] = mismatches(schema, type);
    expect(first).toMatchObject({ path: [], ...(want as object) });
    expect(rest).toEqual([]);
  });
});
