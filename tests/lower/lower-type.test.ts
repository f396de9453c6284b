import { describe, expect, it } from "vitest";
import { lowerType } from "../../src/lower/lower-type.ts";
import type { Field, OptionType } from "../../src/model/option-type.ts";
import { option } from "../../src/schema/define-option.ts";
import {
  absolutePath,
  jsonObject,
  jsonValue,
  packageType,
  port,
  seconds,
  secretFile,
  sourcePath,
  submodule,
} from "../../src/schema/value-types.ts";
import { z } from "../../src/zod.ts";
import { mistakeIn, place } from "./support.ts";

const text: OptionType = { kind: "string", nonEmpty: false };

function matching(pattern: string): OptionType {
  return { kind: "string", nonEmpty: false, pattern };
}

function field(path: string, type: OptionType, facets: Partial<Field> = {}): Field {
  return {
    name: path.split(".").at(-1) ?? "",
    type,
    description: `About group.it.${path}.`,
    location: { file: "schema/test.ts", line: 7 },
    default: undefined,
    example: undefined,
    ...facets,
  };
}

function literal(value: string | number | boolean | null): Field["default"] {
  return { kind: "literal", value };
}

enum Level {
  Low,
  High,
}

enum Color {
  Red = "red",
  Blue = "blue",
}

const accepted: readonly (readonly [string, z.ZodTypeAny, OptionType])[] = [
  ["boolean", z.boolean(), { kind: "bool" }],

  ["string", z.string(), text],
  ["string with at least one character", z.string().min(1), { kind: "string", nonEmpty: true }],
  ["string with any length", z.string().min(0), text],
  ["string with a length", z.string().length(3), matching(".{3}")],
  ["string with lengths", z.string().min(2).max(5), matching(".{2,5}")],
  ["string with a least length", z.string().min(2), matching(".{2,}")],
  ["string with a greatest length", z.string().max(5), matching(".{0,5}")],
  ["the narrowest of several lengths", z.string().max(9).max(5).max(7), matching(".{0,5}")],
  ["string with a pattern", z.string().regex(/^\d+$/), matching("[0-9]+")],
  ["a pattern that implies .min(1)", z.string().min(1).regex(/^\d+$/), matching("[0-9]+")],
  ["the beginning of a string", z.string().startsWith("www."), matching("www\\..*")],
  ["the end of a string", z.string().endsWith(".js"), matching(".*\\.js")],
  ["a part of a string", z.string().includes("$w"), matching(".*\\$w.*")],

  ["number", z.number(), { kind: "number" }],
  ["number with bounds", z.number().min(0.5).max(2), { kind: "number", min: 0.5, max: 2 }],
  ["finite number", z.number().finite().nonnegative(), { kind: "number", min: 0 }],
  ["integer", z.number().int(), { kind: "int" }],
  ["integer with bounds", z.number().int().min(-1).max(9), { kind: "int", min: -1, max: 9 }],
  ["positive integer", z.number().int().positive(), { kind: "int", min: 1 }],
  [
    "integer with exclusive bounds",
    z.number().int().gt(0.5).lt(3),
    { kind: "int", min: 1, max: 2 },
  ],
  [
    "integer with broken bounds",
    z.number().int().min(0.5).max(2.5),
    { kind: "int", min: 1, max: 2 },
  ],
  ["the narrowest of several bounds", z.number().min(5).min(3), { kind: "number", min: 5 }],
  ["seconds", seconds(1), { kind: "int", min: 1 }],
  ["port", port(), { kind: "port" }],
  ["restricted port", port().min(1024), { kind: "int", min: 1024, max: 65535 }],
  ["port that is not restricted", port().min(-5), { kind: "int", min: 0, max: 65535 }],

  ["enum", z.enum(["a", "b"]), { kind: "enum", values: ["a", "b"] }],
  ["native enum", z.nativeEnum(Color), { kind: "enum", values: ["red", "blue"] }],
  ["native enum of numbers", z.nativeEnum(Level), { kind: "enum", values: [0, 1] }],
  ["literal", z.literal("a"), { kind: "enum", values: ["a"] }],
  [
    "union of literals",
    z.union([z.literal("a"), z.literal(1), z.literal(true)]),
    { kind: "enum", values: ["a", 1, true] },
  ],
  [
    "enums and literals merge, each value once",
    z.union([z.enum(["a", "b"]), z.number().int(), z.union([z.literal("b"), z.literal("c")])]),
    { kind: "union", members: [{ kind: "enum", values: ["a", "b", "c"] }, { kind: "int" }] },
  ],

  ["array", z.array(z.string()), { kind: "list", element: text, nonEmpty: false }],
  [
    "array with an element",
    z.array(z.string()).nonempty(),
    { kind: "list", element: text, nonEmpty: true },
  ],
  [
    "array of at least one",
    z.array(z.string()).min(1),
    { kind: "list", element: text, nonEmpty: true },
  ],
  [
    "array of secrets",
    z.array(secretFile()),
    { kind: "list", element: { kind: "secretFile" }, nonEmpty: false },
  ],

  ["record", z.record(z.number()), { kind: "attrs", value: { kind: "number" } }],
  [
    "record with a pattern for names",
    z.record(z.string().regex(/^[a-z]+$/), z.boolean()),
    { kind: "attrs", value: { kind: "bool" }, keyPattern: "[a-z]+" },
  ],
  [
    "record with names that are not empty",
    z.record(z.string().min(1), z.boolean()),
    { kind: "attrs", value: { kind: "bool" }, keyPattern: ".+" },
  ],
  [
    "record with known names",
    z.record(z.enum(["a", "b.c"]), z.boolean()),
    { kind: "attrs", value: { kind: "bool" }, keyPattern: "(a|b\\.c)" },
  ],

  ["nullable", z.string().nullable(), { kind: "nullable", of: text }],
  ["twice nullable", z.string().nullable().nullable(), { kind: "nullable", of: text }],
  ["nullable secret", secretFile().nullable(), { kind: "nullable", of: { kind: "secretFile" } }],
  [
    "nullable enum",
    z.enum(["a"]).nullable(),
    { kind: "nullable", of: { kind: "enum", values: ["a"] } },
  ],
  ["union with null", z.union([z.string(), z.null()]), { kind: "nullable", of: text }],
  [
    "union with a nullable member",
    z.union([z.string().nullable(), z.boolean()]),
    { kind: "nullable", of: { kind: "union", members: [text, { kind: "bool" }] } },
  ],
  [
    "union with the literal null",
    z.union([z.literal("a"), z.literal(null)]),
    { kind: "nullable", of: { kind: "enum", values: ["a"] } },
  ],
  ["union of the same type", z.union([z.string(), z.string()]), text],
  [
    "union with a secret",
    z.union([secretFile(), z.number()]),
    { kind: "union", members: [{ kind: "secretFile" }, { kind: "number" }] },
  ],
  [
    "union of string and list",
    z.union([z.string(), z.array(z.string())]),
    { kind: "union", members: [text, { kind: "list", element: text, nonEmpty: false }] },
  ],

  [
    "object",
    z.object({ a: z.string(), b: z.array(z.object({ c: z.boolean() })) }),
    {
      kind: "submodule",
      fields: [
        field("a", text),
        field("b", {
          kind: "list",
          nonEmpty: false,
          element: { kind: "submodule", fields: [field("b.*.c", { kind: "bool" })] },
        }),
      ],
    },
  ],
  [
    "object with optional fields and defaults",
    z.object({ a: z.string().optional(), b: z.number().default(3), c: z.string().nullable() }),
    {
      kind: "submodule",
      fields: [
        field("a", { kind: "nullable", of: text }, { default: literal(null) }),
        field("b", { kind: "number" }, { default: literal(3) }),
        field("c", { kind: "nullable", of: text }),
      ],
    },
  ],
  [
    "fields that are wrapped, or hold any JSON",
    z.object({ a: z.string().optional().readonly(), b: jsonValue(), c: jsonValue().optional() }),
    {
      kind: "submodule",
      fields: [
        field("a", { kind: "nullable", of: text }, { default: literal(null) }),
        field("b", { kind: "json" }),
        field("c", { kind: "nullable", of: { kind: "json" } }, { default: literal(null) }),
      ],
    },
  ],
  [
    "submodule",
    submodule({
      a: option(z.string()),
      b: option(z.boolean(), { default: true, example: false }),
      c: option(sourcePath().nullable(), { default: null }),
    }),
    {
      kind: "submodule",
      fields: [
        field("a", text),
        field("b", { kind: "bool" }, { default: literal(true), example: false }),
        field("c", { kind: "nullable", of: { kind: "sourcePath" } }, { default: literal(null) }),
      ],
    },
  ],
  [
    "record of nullable submodules",
    z.record(submodule({ a: option(z.string()) }).nullable()),
    {
      kind: "attrs",
      value: { kind: "nullable", of: { kind: "submodule", fields: [field("*.a", text)] } },
    },
  ],
  [
    "field of a union's member",
    z.union([z.boolean(), z.object({ a: z.string() })]),
    {
      kind: "union",
      members: [{ kind: "bool" }, { kind: "submodule", fields: [field("|1.a", text)] }],
    },
  ],
  [
    "discriminated union",
    z.discriminatedUnion("mode", [
      z.object({ mode: z.literal("copy"), source: sourcePath() }),
      z.object({ mode: z.literal("inline"), body: z.string() }),
    ]),
    {
      kind: "taggedUnion",
      tag: "mode",
      members: [
        { value: "copy", fields: [field("|0.source", { kind: "sourcePath" })] },
        { value: "inline", fields: [field("|1.body", text)] },
      ],
    },
  ],

  ["any JSON", jsonValue(), { kind: "json" }],
  ["JSON object", jsonObject(), { kind: "jsonObject" }],
  ["absolute path", absolutePath(), { kind: "absolutePath" }],
  ["source path", sourcePath(), { kind: "sourcePath" }],
  ["secret file", secretFile(), { kind: "secretFile" }],
  ["package", packageType(), { kind: "package" }],

  ["readonly", z.array(z.string()).readonly(), { kind: "list", element: text, nonEmpty: false }],
  ["branded", z.string().brand<"Name">(), text],
  ["branded secret", secretFile().brand<"Token">(), { kind: "secretFile" }],
];

const typeOfLazy: z.ZodTypeAny = z.lazy(() => z.array(typeOfLazy));

/** The type, the message, and the path if it is not the option's own. */
const refused: readonly (readonly [z.ZodTypeAny, string, string?])[] = [
  [z.any(), "z.any() has no equivalent in Nix"],
  [z.unknown(), "z.unknown() has no equivalent in Nix"],
  [z.never(), "z.never() has no equivalent in Nix"],
  [z.void(), "z.void() has no equivalent in Nix"],
  [z.undefined(), "z.undefined() has no equivalent in Nix"],
  [z.nan(), "z.nan() has no equivalent in Nix"],
  [z.bigint(), "z.bigint() has no equivalent in Nix"],
  [z.date(), "z.date() has no equivalent in Nix"],
  [z.symbol(), "z.symbol() has no equivalent in Nix"],
  [z.tuple([z.string()]), "z.tuple() has no equivalent in Nix"],
  [z.set(z.string()), "z.set() has no equivalent in Nix"],
  [z.map(z.string(), z.string()), "z.map() has no equivalent in Nix"],
  [z.function(), "z.function() has no equivalent in Nix"],
  [z.promise(z.string()), "z.promise() has no equivalent in Nix"],
  [typeOfLazy, "z.lazy() has no equivalent in Nix"],
  [z.intersection(z.object({}), z.object({})), "z.intersection() has no equivalent in Nix"],
  [
    z.string().refine(Boolean),
    ".refine(), .transform() or z.preprocess() has no equivalent in Nix",
  ],
  [
    z.string().transform(Number),
    ".refine(), .transform() or z.preprocess() has no equivalent in Nix",
  ],
  [
    z.preprocess(String, z.string()),
    ".refine(), .transform() or z.preprocess() has no equivalent in Nix",
  ],
  [z.custom<string>(Boolean), ".refine(), .transform() or z.preprocess() has no equivalent in Nix"],
  [z.string().pipe(z.string()), ".pipe() has no equivalent in Nix"],
  [z.string().catch(""), ".catch() has no equivalent in Nix"],
  [z.coerce.number(), "z.coerce has no equivalent in Nix"],
  [z.string().describe("x"), "a description given with .describe() is not read"],

  [z.string().email(), "a string with .email() has no equivalent in Nix"],
  [z.string().url(), "a string with .url() has no equivalent in Nix"],
  [z.string().uuid(), "a string with .uuid() has no equivalent in Nix"],
  [z.string().datetime(), "a string with .datetime() has no equivalent in Nix"],
  [z.string().date(), "a string with .date() has no equivalent in Nix"],
  [z.string().time(), "a string with .time() has no equivalent in Nix"],
  [z.string().duration(), "a string with .duration() has no equivalent in Nix"],
  [z.string().ip(), "a string with .ip() has no equivalent in Nix"],
  [z.string().cidr(), "a string with .cidr() has no equivalent in Nix"],
  [z.string().emoji(), "a string with .emoji() has no equivalent in Nix"],
  [z.string().cuid(), "a string with .cuid() has no equivalent in Nix"],
  [z.string().cuid2(), "a string with .cuid2() has no equivalent in Nix"],
  [z.string().ulid(), "a string with .ulid() has no equivalent in Nix"],
  [z.string().nanoid(), "a string with .nanoid() has no equivalent in Nix"],
  [z.string().jwt(), "a string with .jwt() has no equivalent in Nix"],
  [z.string().base64(), "a string with .base64() has no equivalent in Nix"],
  [z.string().base64url(), "a string with .base64url() has no equivalent in Nix"],
  [z.string().trim(), ".trim() changes the value; Nix types only check it"],
  [z.string().toLowerCase(), ".toLowerCase() changes the value; Nix types only check it"],
  [z.string().toUpperCase(), ".toUpperCase() changes the value; Nix types only check it"],
  [z.string().min(1, "Oh"), "a message of one's own has no place in a Nix type"],
  [
    z.string().includes("a", { position: 3 }),
    ".includes() with a position has no equivalent in Nix",
  ],
  [z.string().regex(/a(?=b)/), "the pattern uses lookahead, which Nix patterns cannot say"],
  [z.string().regex(/a/i), "the pattern uses the flag i, which Nix patterns cannot say"],
  [
    z.string().startsWith("a").endsWith("b"),
    "several patterns for one string have no equivalent in Nix",
  ],
  [z.string().regex(/^a*$/).min(1), "a pattern and a length together have no equivalent in Nix"],
  [z.string().regex(/^a*$/).max(9), "a pattern and a length together have no equivalent in Nix"],
  [z.string().min(3).max(2), "no string has between 3 and 2 characters"],
  [z.string().max(100_000), "this string needs repetitions that are too large for Nix"],

  [z.number().multipleOf(5), "a number with .multipleOf() has no equivalent in Nix"],
  [z.number().positive(), "a number that has to be greater than 0 has no equivalent in Nix"],
  [z.number().lt(3), "a number that has to be less than 3 has no equivalent in Nix"],
  [z.number().min(3).max(2), "no number is at least 3 and at most 2"],
  [z.number().int().gt(0).lt(1), "no number is at least 1 and at most 0"],
  [z.number().min(Infinity), "Infinity is not a bound"],
  [z.number().int("Oh"), "a message of one's own has no place in a Nix type"],
  [absolutePath().min(3), "absolutePath() cannot be restricted further"],
  [secretFile().regex(/a/), "secretFile() cannot be restricted further"],

  [z.string().optional(), ".optional() is only for fields of objects"],
  [z.array(z.string().optional()), ".optional() is only for fields of objects", "group.it.*"],
  [z.string().optional().nullable(), ".optional() is only for fields of objects"],
  [z.string().nullish(), "optional and nullable are the same in Nix"],
  [
    z.object({ a: z.string().nullish() }),
    "optional and nullable are the same in Nix",
    "group.it.a",
  ],
  [z.string().default("a"), ".default() is only for fields of objects"],
  [z.record(z.string().default("a")), ".default() is only for fields of objects", "group.it.*"],
  [
    z.object({ a: z.string().optional().default("a") }),
    "a field with a default is not optional as well",
    "group.it.a",
  ],
  [
    z.object({ a: z.number().int().default(1.5) }),
    "the default is not a value of the option's type",
    "group.it.a",
  ],

  [z.array(z.any()), "z.any() has no equivalent in Nix", "group.it.*"],
  [z.array(z.string()).max(3), "an array with this length has no equivalent in Nix"],
  [z.array(z.string()).min(2), "an array with this length has no equivalent in Nix"],
  [z.array(z.string()).length(1), "an array with this length has no equivalent in Nix"],

  [z.object({}).strict(), "an object with .strict() has no equivalent in Nix"],
  [z.object({}).passthrough(), "an object with .passthrough() has no equivalent in Nix"],
  [z.object({}).catchall(z.string()), "an object with .catchall() has no equivalent in Nix"],
  [z.object({ a: z.object({ b: z.date() }) }), "z.date() has no equivalent in Nix", "group.it.a.b"],
  [z.object({ "a b": z.string() }), '"a b" cannot be the name of an option', "group.it.a b"],
  [z.object({ rec: z.string() }), 'the name "rec" is reserved', "group.it.rec"],
  [
    z.object({ constructor: z.string() }),
    'the name "constructor" is reserved',
    "group.it.constructor",
  ],
  [z.record(z.number(), z.string()), "these names of a record have no equivalent in Nix"],
  [z.record(z.nativeEnum(Level), z.string()), "these names of a record have no equivalent in Nix"],
  [z.record(z.string().uuid(), z.string()), "a string with .uuid() has no equivalent in Nix"],
  [
    z.record(z.string().min(1).regex(/^a*$/), z.string()),
    "a pattern and a length together have no equivalent in Nix",
  ],

  [z.null(), "null alone is no type"],
  [z.literal(undefined), "this literal has no equivalent in Nix"],
  [z.literal(NaN), "this literal has no equivalent in Nix"],
  [z.literal(3n), "this literal has no equivalent in Nix"],
  [z.union([z.literal("a"), z.literal(undefined)]), "this literal has no equivalent in Nix"],
  [z.union([z.string(), z.undefined()]), "z.undefined() has no equivalent in Nix"],
  [
    z.union([z.array(z.string()), z.array(z.number())]),
    "Nix cannot tell the members list and list apart",
  ],
  [
    z.union([z.object({ a: z.string() }), z.record(z.string())]),
    "Nix cannot tell the members submodule and attrs apart",
  ],
  [z.union([z.string(), secretFile()]), "Nix cannot tell the members string and secretFile apart"],
  [
    z.union([packageType(), absolutePath()]),
    "Nix cannot tell the members package and absolutePath apart",
  ],
  [z.union([z.string(), jsonValue()]), "Nix cannot tell the members string and json apart"],
  [
    z.discriminatedUnion("mode", [
      z.object({ mode: z.enum(["a", "b"]) }),
      z.object({ mode: z.literal("c") }),
    ]),
    "the field mode tells the members apart",
    "group.it.mode",
  ],
  [
    z.discriminatedUnion("mode", [z.object({ mode: z.literal("c").default("c") })]),
    "the field mode tells the members apart",
    "group.it.mode",
  ],

  [
    submodule({ a: option(z.string()) }).extend({ b: z.string() }),
    "a submodule cannot be changed after it is made",
  ],
  [
    submodule({ a: option(z.string()) }).partial(),
    "a submodule cannot be changed after it is made",
  ],
  [
    submodule({ a: option(z.string(), { setting: "a" }) }),
    'the facet "setting" is not for fields of a submodule',
    "group.it.a",
  ],
  [
    submodule({ a: option(z.string().default("a"), { default: "b" }) }),
    "this field has two defaults",
    "group.it.a",
  ],
  [
    submodule({ a: option(absolutePath(), { default: "relative" }) }),
    "the default is not a value of the option's type",
    "group.it.a",
  ],
  [
    submodule({ a: option(z.string().min(1), { example: "" }) }),
    "the example is not a value of the option's type",
    "group.it.a",
  ],
];

describe("a zod type becomes the narrowest option type", () => {
  it.each(accepted)("%s", (_, given, want) => {
    expect(lowerType(place, given)).toEqual(want);
  });
});

describe("a zod type without an equivalent is refused, with option and line", () => {
  it.each(refused.map(([type, message, option = "group.it"]) => [message, option, type] as const))(
    "%s (%s)",
    (message, option, type) => {
      expect(mistakeIn(() => lowerType(place, type))).toMatchObject({
        message,
        option,
        location: { file: "schema/test.ts", line: 7 },
      });
    },
  );
});

it("says what is supported and what to do instead", () => {
  const mistake = mistakeIn(() => lowerType(place, z.tuple([z.string()])));
  expect(mistake.expected).toMatch(/^a string, number, boolean, /);
  expect(mistake.next).toBe("use z.object() with a name for each element");
});
