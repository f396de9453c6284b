// Every construct of JSON Schema: values that fit, and the messages for values that do not.

import { describe, expect, it } from "vitest";

import type { JsonValue } from "../../src/json.ts";
import type { JsonSchema } from "../../src/settings/json-schema.ts";
import { annotatePatterns } from "../../src/settings/annotate-patterns.ts";
import { evaluate, missingTools, nixJson, rejection, unlessMissing } from "./support.ts";

interface Case {
  readonly name: string;
  readonly schema: JsonSchema | Readonly<Record<string, JsonValue>>;
  readonly fit: readonly JsonValue[];
  /** Values that do not fit, with all their messages. */
  readonly unfit: readonly (readonly [value: JsonValue, ...messages: string[]])[];
}

const reference = (source: string): JsonSchema => ({
  type: "object",
  properties: { source: { type: "string", const: source }, id: { type: "string" } },
  required: ["id", "source"],
  additionalProperties: false,
});

const cases: readonly Case[] = [
  {
    name: "type",
    schema: { type: "string" },
    fit: ["", "a"],
    unfit: [
      [1, "x: expected a string, received the number 1."],
      [null, "x: expected a string, received null."],
      [[], "x: expected a string, received a list with 0 items."],
      [{ a: 1 }, "x: expected a string, received an attribute set."],
    ],
  },
  {
    name: "several types",
    schema: { type: ["number", "null"] },
    fit: [1, 1.5, null],
    unfit: [
      ["1", 'x: expected a number or null, received the string "1". Write it without the quotes.'],
      [false, "x: expected a number or null, received false."],
    ],
  },
  {
    name: "integer",
    schema: { type: "integer" },
    fit: [1, -1, 0, 2.0, 1e300],
    unfit: [
      [1.5, "x: expected an integer, received the number 1.5."],
      [true, "x: expected an integer, received true."],
    ],
  },
  {
    name: "bounds",
    schema: { type: "integer", minimum: 1, maximum: 65535 },
    fit: [1, 65535],
    unfit: [
      [0, "x: expected an integer from 1 to 65535, received the number 0."],
      [65536, "x: expected an integer from 1 to 65535, received the number 65536."],
      [
        "80",
        'x: expected an integer from 1 to 65535, received the string "80". Write it without the quotes.',
      ],
      ["99999999", 'x: expected an integer from 1 to 65535, received the string "99999999".'],
    ],
  },
  {
    name: "exclusive bounds",
    schema: { type: "number", exclusiveMinimum: 0, exclusiveMaximum: 1 },
    fit: [0.5],
    unfit: [
      [0, "x: expected a number greater than 0 and less than 1, received the number 0."],
      [1, "x: expected a number greater than 0 and less than 1, received the number 1."],
    ],
  },
  {
    name: "multipleOf",
    schema: { type: "number", multipleOf: 5 },
    fit: [0, 10, -5, 15.0],
    unfit: [[7, "x: expected a number that is a multiple of 5, received the number 7."]],
  },
  {
    name: "boolean",
    schema: { type: "boolean" },
    fit: [true, false],
    unfit: [
      [
        "true",
        'x: expected true or false, received the string "true". Write it without the quotes.',
      ],
      [0, "x: expected true or false, received the number 0."],
    ],
  },
  {
    name: "enum",
    schema: { type: "string", enum: ["loopback", "lan"] },
    fit: ["lan"],
    unfit: [
      [
        "loopbck",
        'x: expected "loopback" or "lan", received the string "loopbck". Did you mean "loopback"?',
      ],
      ["zzz", 'x: expected "loopback" or "lan", received the string "zzz".'],
      [3, 'x: expected "loopback" or "lan", received the number 3.'],
    ],
  },
  {
    name: "enum of different types",
    schema: { enum: [1, "auto", null, [1], { a: 1 }] },
    fit: [1, 1.0, "auto", null, [1], { a: 1 }],
    unfit: [[2, 'x: expected 1, "auto", null, [1] or {"a":1}, received the number 2.']],
  },
  {
    name: "const",
    schema: { const: true },
    fit: [true],
    unfit: [[false, "x: expected true, received false."]],
  },
  {
    name: "lengths count characters, not bytes",
    schema: { type: "string", minLength: 2, maxLength: 3 },
    fit: ["ab", "abc", "äöü", "日本語", "😀😀", "a😀ü"],
    unfit: [
      ["a", 'x: expected a string with 2 to 3 characters, received the string "a".'],
      ["ä", 'x: expected a string with 2 to 3 characters, received the string "ä".'],
      ["😀", 'x: expected a string with 2 to 3 characters, received the string "😀".'],
      ["äöüß", 'x: expected a string with 2 to 3 characters, received the string "äöüß".'],
    ],
  },
  {
    name: "pattern",
    schema: { type: "string", pattern: "^[a-z][a-z0-9_-]{0,3}$" },
    fit: ["a", "a_-0"],
    unfit: [
      ["A", 'x: expected a string that matches ^[a-z][a-z0-9_-]{0,3}$, received the string "A".'],
      [
        "a\n",
        'x: expected a string that matches ^[a-z][a-z0-9_-]{0,3}$, received the string "a\\n".',
      ],
      ["ä", 'x: expected a string that matches ^[a-z][a-z0-9_-]{0,3}$, received the string "ä".'],
    ],
  },
  {
    name: "pattern that counts characters outside ASCII",
    schema: { type: "string", pattern: "^[^/]{2}$" },
    fit: ["ab", "äö", "日本", "aä"],
    unfit: [
      ["ä", 'x: expected a string that matches ^[^/]{2}$, received the string "ä".'],
      ["ä/", 'x: expected a string that matches ^[^/]{2}$, received the string "ä/".'],
    ],
  },
  {
    name: "pattern without a translation is not checked",
    schema: { type: "string", pattern: "^(?!a)" },
    fit: ["b", "a"],
    unfit: [[1, "x: expected a string that matches ^(?!a), received the number 1."]],
  },
  {
    name: "format is an annotation",
    schema: { type: "string", format: "uri" },
    fit: ["https://example.org", "no uri"],
    unfit: [],
  },
  {
    name: "items",
    schema: { type: "array", items: { type: "string" } },
    fit: [[], ["a", "b"]],
    unfit: [
      [
        ["a", 1, true],
        "x[1]: expected a string, received the number 1.",
        "x[2]: expected a string, received true.",
      ],
      ["a", 'x: expected a list of items that are each a string, received the string "a".'],
    ],
  },
  {
    name: "number of items",
    schema: { type: "array", minItems: 1, maxItems: 2 },
    fit: [[1], [1, "a"]],
    unfit: [
      [[], "x: expected a list with 1 to 2 items, received a list with 0 items."],
      [[1, 2, 3], "x: expected a list with 1 to 2 items, received a list with 3 items."],
    ],
  },
  {
    name: "uniqueItems",
    schema: { type: "array", uniqueItems: true },
    fit: [
      [1, 2],
      [{ a: 1 }, { a: 2 }],
    ],
    unfit: [
      [[1, 1], "x: expected a list without repetitions, received a list with 2 items."],
      [
        [{ a: 1 }, { a: 1 }],
        "x: expected a list without repetitions, received a list with 2 items.",
      ],
    ],
  },
  {
    name: "contains",
    schema: { contains: { const: 1 } },
    fit: [[2, 1], "not a list"],
    unfit: [[[2], "x: expected a value with an item that is 1, received a list with 1 item."]],
  },
  {
    name: "tuple of draft 7",
    schema: {
      type: "array",
      items: [{ type: "number" }, { type: "string" }],
      additionalItems: false,
    },
    fit: [[], [1], [1, "a"]],
    unfit: [
      [["a"], 'x[0]: expected a number, received the string "a".'],
      [[1, "a", 2], "x[2]: expected nothing, received the number 2."],
    ],
  },
  {
    name: "tuple of 2020-12",
    schema: { type: "array", prefixItems: [{ type: "number" }], items: { type: "string" } },
    fit: [[], [1], [1, "a", "b"]],
    unfit: [
      [["a"], 'x[0]: expected a number, received the string "a".'],
      [[1, 2], "x[1]: expected a string, received the number 2."],
    ],
  },
  {
    name: "unknown key",
    schema: {
      type: "object",
      properties: {
        port: { type: "integer" },
        bind: { type: "string" },
        channels: { type: "object", properties: { telegram: { type: "object" } } },
      },
      additionalProperties: false,
    },
    fit: [{}, { port: 1, bind: "a", channels: { any: 1 } }],
    unfit: [
      [{ prot: 1 }, "x.prot: unknown key. Did you mean `port`?"],
      [{ telegram: {} }, "x.telegram: unknown key. Did you mean `channels.telegram`?"],
      [{ zzzzzz: 1 }, "x.zzzzzz: unknown key. Known keys: bind, channels, port."],
      [
        { "a.b": 1, bind: 1, port: "x" },
        'x."a.b": unknown key. Known keys: bind, channels, port.',
        "x.bind: expected a string, received the number 1.",
        'x.port: expected an integer, received the string "x".',
      ],
    ],
  },
  {
    name: "no key is known",
    schema: { type: "object", additionalProperties: false },
    fit: [{}],
    unfit: [[{ a: 1 }, "x.a: unknown key. No keys are known here."]],
  },
  {
    name: "schema of other keys",
    schema: {
      type: "object",
      properties: { a: { type: "string" } },
      additionalProperties: { type: "integer" },
    },
    fit: [{ a: "1", b: 1 }],
    unfit: [
      [
        { a: 1, b: "b" },
        "x.a: expected a string, received the number 1.",
        'x.b: expected an integer, received the string "b".',
      ],
    ],
  },
  {
    name: "required",
    schema: {
      type: "object",
      properties: { id: { type: "string" }, inner: { type: "object", required: ["deep"] } },
      required: ["id"],
    },
    fit: [{ id: "a" }, { id: "a", inner: { deep: 1 } }],
    unfit: [
      [{ other: 1 }, "x: the key `id` is required (a string)."],
      [
        { inner: { a: 1 } },
        "x: the key `id` is required (a string).",
        "x.inner: the key `deep` is required (anything).",
      ],
    ],
  },
  {
    name: "patternProperties",
    schema: {
      type: "object",
      patternProperties: { "^x-": { type: "string" }, "^n": { type: "number" } },
      additionalProperties: false,
    },
    fit: [{ "x-a": "1", n: 1 }],
    unfit: [
      [{ "x-a": 1 }, "x.x-a: expected a string, received the number 1."],
      [{ other: 1 }, "x.other: unknown key. No keys are known here."],
    ],
  },
  {
    name: "patternProperties without a translation: any key may be meant",
    schema: {
      type: "object",
      patternProperties: { "^(?!x)": { type: "string" } },
      additionalProperties: false,
    },
    fit: [{ a: "1", x: 1 }],
    unfit: [],
  },
  {
    name: "propertyNames",
    schema: { type: "object", propertyNames: { type: "string", pattern: "^[a-z]+$" } },
    fit: [{ a: 1 }],
    unfit: [
      [
        { A: 1 },
        'x.A: expected a key that is a string that matches ^[a-z]+$, received the string "A".',
      ],
    ],
  },
  {
    name: "number of keys",
    schema: { type: "object", minProperties: 1, maxProperties: 1 },
    fit: [{ a: 1 }],
    unfit: [
      [{ a: 1, b: 1 }, "x: expected an attribute set with 1 key, received an attribute set."],
    ],
  },
  {
    name: "anyOf of constants",
    schema: { anyOf: [{ const: "off" }, { const: "on" }, { type: "boolean" }] },
    fit: ["off", true],
    unfit: [
      [
        "of",
        'x: expected "off", "on" or true or false, received the string "of". Did you mean "off"?',
      ],
    ],
  },
  {
    name: "discriminated union: the alternative with the same tag is reported",
    schema: { anyOf: [{ type: "string" }, { oneOf: [reference("env"), reference("file")] }] },
    fit: ["a", { source: "env", id: "a" }, { source: "file", id: "a" }],
    unfit: [
      [{ source: "file" }, "x: the key `id` is required (a string)."],
      [{ source: "env", id: 1 }, "x.id: expected a string, received the number 1."],
      [
        { source: "fil", id: "a" },
        'x.source: expected "env" or "file", received the string "fil". Did you mean "file"?',
      ],
      [{ source: "env", id: "a", idd: 1 }, "x.idd: unknown key. Did you mean `id`?"],
      [1, "x: expected a string or an attribute set, received the number 1."],
    ],
  },
  {
    name: "oneOf: exactly one",
    schema: {
      oneOf: [
        { type: "number", minimum: 5 },
        { type: "number", maximum: 10 },
      ],
    },
    fit: [1, 11],
    unfit: [
      [
        7,
        "x: expected a number of at least 5 or a number of at most 10, received the number 7 (more than one of the alternatives fits).",
      ],
    ],
  },
  {
    name: "allOf",
    schema: { allOf: [{ type: "string", minLength: 2 }, { pattern: "^a" }] },
    fit: ["ab"],
    unfit: [
      [
        "b",
        'x: expected a string with at least 2 characters, received the string "b".',
        'x: expected a string that matches ^a, received the string "b".',
      ],
    ],
  },
  {
    name: "not",
    schema: { not: { required: ["a", "b"] } },
    fit: [{ a: 1 }, { b: 1 }],
    unfit: [
      [
        { a: 1, b: 1 },
        "x: expected a value that is not a value with the keys a, b, received an attribute set (this combination is not allowed).",
      ],
    ],
  },
  {
    name: "if, then, else",
    schema: {
      if: { required: ["vault"] },
      then: { required: ["items"] },
      else: { required: ["other"] },
    },
    fit: [{ vault: 1, items: 1 }, { other: 1 }],
    unfit: [
      [{ vault: 1 }, "x: the key `items` is required (anything)."],
      [{ a: 1 }, "x: the key `other` is required (anything)."],
    ],
  },
  {
    name: "references, to itself too",
    schema: {
      $defs: {
        "a/b": { type: "string" },
        tree: {
          type: "object",
          properties: { name: { $ref: "#/$defs/a~1b" }, child: { $ref: "#/$defs/tree" } },
          additionalProperties: false,
        },
      },
      $ref: "#/$defs/tree",
    },
    fit: [{ name: "a", child: { child: { name: "b" } } }],
    unfit: [
      [{ child: { child: { nam: 1 } } }, "x.child.child.nam: unknown key. Did you mean `name`?"],
      [{ child: { name: 1 } }, "x.child.name: expected a string, received the number 1."],
    ],
  },
  {
    name: "keywords beside a reference",
    schema: {
      $defs: { object: { type: "object", properties: { a: { type: "string" } } } },
      properties: { inner: { $ref: "#/$defs/object", required: ["a"] } },
      type: "object",
    },
    fit: [{ inner: { a: "b" } }],
    unfit: [
      [{ inner: { b: 1 } }, "x.inner: the key `a` is required (anything)."],
      [{ inner: { a: 1 } }, "x.inner.a: expected a string, received the number 1."],
    ],
  },
  {
    name: "anything, nothing",
    schema: { type: "object", properties: { a: true, b: false } },
    fit: [{ a: { b: [1] } }],
    unfit: [[{ b: 1 }, "x.b: expected nothing, received the number 1."]],
  },
  {
    name: "annotations restrict nothing",
    schema: { title: "a", description: "b", default: 1, deprecated: true, $comment: "c" },
    fit: ["any"],
    unfit: [],
  },
];

/** The schema that the TypeScript side writes; it keeps keywords that it does not know. */
function forNix(schema: Case["schema"]): JsonValue | JsonSchema {
  return annotatePatterns(schema).schema;
}

describe.skipIf(missingTools.length > 0)(`constructs${unlessMissing}`, () => {
  it.each(cases)("$name", ({ schema, fit, unfit }) => {
    const values = [...fit, ...unfit.map(([value]) => value)];
    const result = evaluate(`
      let
        schema = ${nixJson(forNix(schema))};
        values = ${nixJson(values)};
      in {
        mistakes = map (value: lib.jsonSchemaMistakes { inherit schema value; loc = [ "x" ]; }) values;
        accepted = map (value:
          !((attempt (evaluate (lib.jsonSchemaType { inherit schema; }) [ value ])) ? failed)
        ) values;
      }`);
    expect(result).toEqual({
      mistakes: [...fit.map(() => []), ...unfit.map(([, ...messages]) => messages)],
      // Without settings there is no mistake.
      accepted: [...fit.map(() => true), ...unfit.map(() => false)],
    });
  });

  it("refuses a keyword it does not know, wherever it is", () => {
    const schemas: readonly JsonValue[] = [
      { dependencies: {} },
      { properties: { unused: { items: { unevaluatedItems: false } } } },
      { $defs: { a: { anyOf: [{ propertyDependencies: {} }] } } },
      { "x-keywords": ["dependentRequired"] },
    ];
    const messages = schemas.map((schema) =>
      rejection(`evaluate (lib.jsonSchemaType { schema = ${nixJson(schema)}; }) [ { a = 1; } ]`),
    );
    expect(messages).toEqual(
      ["dependencies", "unevaluatedItems", "propertyDependencies", "dependentRequired"].map(
        (name) =>
          expect.stringContaining(
            `keywords that lib.jsonSchemaType does not support: ${name}`,
          ) as unknown,
      ),
    );
  });

  it("refuses a keyword that was not listed when it meets it", () => {
    const schema = { "x-keywords": ["properties"], properties: { a: { minContains: 1 } } };
    expect(
      rejection(`evaluate (lib.jsonSchemaType { schema = ${nixJson(schema)}; }) [ { a = 1; } ]`),
    ).toContain("the keyword `minContains` is not supported");
  });

  it("refuses a reference that leads nowhere", () => {
    const at = (reference: string): string =>
      rejection(
        `evaluate (lib.jsonSchemaType { schema = ${nixJson({ $ref: reference })}; }) [ { a = 1; } ]`,
      );
    expect(at("#/$defs/none")).toContain("the reference #/$defs/none leads nowhere");
    expect(at("other.json")).toContain("the reference other.json does not point to a definition");
  });
});
