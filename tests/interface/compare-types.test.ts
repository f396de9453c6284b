import { describe, expect, test } from "vitest";
import { compareTypes } from "../../src/interface/compare-types.ts";
import type { InterfaceType } from "../../src/interface/interface.ts";
import { UserError } from "../../src/errors.ts";
import type { JsonValue } from "../../src/json.ts";
import { mapFields } from "../../src/model/map-fields.ts";
import { checkWithType } from "../../src/lower/check-value.ts";
import { lowerType } from "../../src/lower/lower-type.ts";
import {
  absolutePath,
  jsonObject,
  jsonValue,
  plainPath,
  port,
  sourcePath,
} from "../../src/schema/value-types.ts";
import { z } from "../../src/zod.ts";
import { place } from "../lower/support.ts";

const text: InterfaceType = { kind: "string", nonEmpty: false };
const word: InterfaceType = { kind: "string", nonEmpty: false, pattern: "[a-z]+" };
const modes = (...values: readonly string[]): InterfaceType => ({ kind: "enum", values });
const record = (
  ...fields: Extract<InterfaceType, { kind: "submodule" }>["fields"]
): InterfaceType => ({
  kind: "submodule",
  fields,
});

/** Each: the earlier and the later type, and the changes; `!` before those that refuse earlier values. */
const changes: readonly (readonly [string, InterfaceType, InterfaceType, readonly string[]])[] = [
  ["the same", modes("a"), modes("a"), []],
  ["a further word", modes("a"), modes("a", "b"), ['now accepts "b"']],
  ["another word", modes("a"), modes("b"), ['!no longer accepts "a"', 'now accepts "b"']],
  ["any text instead of words", modes("a"), text, ['value "a" (singular enum) → string']],
  [
    "any text but the empty one",
    modes(""),
    { ...text, nonEmpty: true },
    ['!value "" (singular enum) → non-empty string'],
  ],
  ["words instead of any text", text, modes("a"), ['!string → value "a" (singular enum)']],
  ["null as well", text, { kind: "nullable", of: text }, ["may be null"]],
  ["no longer null", { kind: "nullable", of: text }, text, ["!may no longer be null"]],
  [
    "a port becomes an integer",
    { kind: "port" },
    { kind: "int", min: 0 },
    [
      "16 bit unsigned integer; between 0 and 65535 (both inclusive) → unsigned integer, meaning >=0",
    ],
  ],
  [
    "an integer becomes a port",
    { kind: "int", min: 0 },
    { kind: "port" },
    [
      "!unsigned integer, meaning >=0 → 16 bit unsigned integer; between 0 and 65535 (both inclusive)",
    ],
  ],
  [
    "a higher bound",
    { kind: "int", max: 5 },
    { kind: "int", max: 9 },
    [
      "integer between -9223372036854775807 and 5 (both inclusive) → integer between -9223372036854775807 and 9 (both inclusive)",
    ],
  ],
  [
    "a lower bound",
    { kind: "int", max: 9 },
    { kind: "int", max: 5 },
    [
      "!integer between -9223372036854775807 and 9 (both inclusive) → integer between -9223372036854775807 and 5 (both inclusive)",
    ],
  ],
  ["a new pattern", text, word, ["!string → string matching the pattern [a-z]+"]],
  ["no pattern", word, text, ["string matching the pattern [a-z]+ → string"]],
  [
    "a list in place of one",
    text,
    { kind: "list", element: text, nonEmpty: false },
    ["!string → list of string"],
  ],
  [
    "one, or a list",
    text,
    { kind: "union", members: [text, { kind: "list", element: text, nonEmpty: false }] },
    ["string → string or list of string"],
  ],
  [
    "a place inside",
    {
      kind: "list",
      element: record({ name: "mode", type: modes("a", "b"), default: '"a"' }),
      nonEmpty: false,
    },
    {
      kind: "list",
      element: record({ name: "mode", type: modes("a"), default: '"a"' }),
      nonEmpty: true,
    },
    ["!may not be empty", '![].mode: no longer accepts "b"'],
  ],
  [
    "fields",
    record({ name: "old", type: text }, { name: "kept", type: text, default: '"1"' }),
    record(
      { name: "kept", type: text, default: '"2"' },
      { name: "free", type: text, default: '""' },
      { name: "needed", type: text },
    ),
    [
      "!old: is gone",
      'kept: default: "1" → "2"',
      "free: is new",
      "!needed: is new, and has to be set",
    ],
  ],
  [
    "a field without its default",
    record({ name: "kept", type: text, default: '"1"' }),
    record({ name: "kept", type: text }),
    ["!kept: has no default any more"],
  ],
  [
    "another tag",
    {
      kind: "taggedUnion",
      tag: "by",
      members: [{ value: "mail", fields: [{ name: "to", type: text }] }],
    },
    { kind: "taggedUnion", tag: "by", members: [{ value: "post", fields: [] }] },
    ['!by: no longer accepts "mail"', 'by: now accepts "post"'],
  ],
  [
    "names",
    { kind: "attrs", value: text },
    { kind: "attrs", value: { kind: "nullable", of: text }, keyPattern: "[a-z]+" },
    ["!names: any → [a-z]+", "<name>: may be null"],
  ],
];

test.each(changes)("%s", (_, from, to, want) => {
  const given = compareTypes(from, to).map(({ what, narrows }) => `${narrows ? "!" : ""}${what}`);
  expect(given).toEqual(want);
});

/** What a function returns; undefined if it finds a mistake in the schema. */
function unlessMistaken<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

const noFields = (): never => {
  throw new Error("no field here");
};

describe("a change that is not narrow accepts every earlier value", () => {
  const simple: readonly z.ZodTypeAny[] = [
    z.boolean(),
    z.string(),
    z.string().min(1),
    z.string().regex(/^[a-z]+$/),
    z.number().int(),
    z.number().int().min(0),
    z.number().int().min(1).max(5),
    z.number(),
    z.number().min(0).max(1),
    port(),
    z.enum(["a", "b"]),
    z.union([z.literal("a"), z.literal(1)]),
    z.union([z.literal(""), z.literal(true)]),
    z.array(z.string()),
    z.array(z.string()).nonempty(),
    z.array(z.number().int()),
    z.record(z.string()),
    z.record(z.string().regex(/^[a-z]$/), z.number().int()),
    jsonValue(),
    jsonObject(),
    absolutePath(),
    plainPath(),
    sourcePath(),
  ];
  const all = simple.flatMap((type) => [type, type.nullable(), z.union([type, port()])]);
  const values: readonly JsonValue[] = [
    ...[null, true, false, 0, 1, -1, 0.5, 3, 80, 65536, 1e6],
    ...["", "a", "b", "B", "a b", "/a", "/a b", "/a:b", "a/b", "/nix/store/x"],
    ...[[], [""], ["a"], [1], [1, "a"], {}, { a: "" }, { a: 1 }, { A: 1 }, { a: null }],
  ];

  test("for every pair of types and every value of a sample, as defaults are checked", () => {
    const types = all.flatMap((type) => {
      // Nix cannot tell the members of some unions apart.
      const lowered = unlessMistaken(() => lowerType(place, type));
      if (lowered === undefined) return [];
      const accepts = values.map(
        (value) =>
          type.safeParse(value).success &&
          unlessMistaken(() => [checkWithType(place, lowered, value, "default")]) !== undefined,
      );
      return [{ lowered: mapFields(lowered, noFields), accepts }];
    });
    expect(types.length).toBeGreaterThan(50);
    let wide = 0;
    const wrong = types.flatMap((from) =>
      types.flatMap((to) => {
        if (compareTypes(from.lowered, to.lowered).some(({ narrows }) => narrows)) return [];
        wide += 1;
        return values
          .filter((_, index) => from.accepts[index] === true && to.accepts[index] !== true)
          .map((value) => ({ from: from.lowered, to: to.lowered, value }));
      }),
    );
    expect(wrong).toEqual([]);
    expect(wide).toBeGreaterThan(types.length * 2);
  });
});
