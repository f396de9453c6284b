import { describe, expect, test } from "vitest";

import { emitExample } from "../../src/emit/example.ts";
import type { Field, OptionType } from "../../src/model/option-type.ts";
import type { JsonValue } from "../../src/json.ts";
import { printNix } from "../../src/nix/index.ts";

const text: OptionType = { kind: "string", nonEmpty: false };
const json: OptionType = { kind: "json" };

function field(name: string, type: OptionType, fallback?: JsonValue): Field {
  return {
    name,
    type,
    description: "A field.",
    location: { file: "schema.ts", line: 1 },
    default: fallback === undefined ? undefined : { kind: "literal", value: fallback },
    example: undefined,
  };
}

const fields = [
  field("name", text),
  field("source", { kind: "nullable", of: text }, null),
  field("tags", { kind: "list", element: text, nonEmpty: false }, []),
  field("mode", text, "copy"),
  field("required", { kind: "nullable", of: text }),
];
const submodule: OptionType = { kind: "submodule", fields };

describe("examples leave out what says nothing", () => {
  const cases: readonly (readonly [
    name: string,
    { readonly type: OptionType; readonly given: JsonValue; readonly want: string },
  ])[] = [
    [
      "fields that are unset or empty by default",
      { type: submodule, given: { name: "a", source: null, tags: [] }, want: '{ name = "a"; }' },
    ],
    [
      "but not a default that is a value",
      { type: submodule, given: { mode: "copy", source: null }, want: '{ mode = "copy"; }' },
    ],
    [
      "nor a null where there has to be something",
      { type: submodule, given: { required: null }, want: "{ required = null; }" },
    ],
    [
      "nor an empty list that is not the default",
      {
        type: { kind: "submodule", fields: [field("tags", json, ["a"])] },
        given: { tags: [] },
        want: "{ tags = [ ]; }",
      },
    ],
    [
      "in lists and sets of submodules",
      {
        type: {
          kind: "attrs",
          value: { kind: "list", element: { kind: "nullable", of: submodule }, nonEmpty: false },
        },
        given: { a: [{ name: "b", source: null }, null] },
        want: '{ a = [ { name = "b"; } null ]; }',
      },
    ],
    [
      "in the member that the tag tells",
      {
        type: { kind: "taggedUnion", tag: "kind", members: [{ value: "a", fields }] },
        given: { kind: "a", source: null },
        want: '{ kind = "a"; }',
      },
    ],
    [
      "not in free values, where null may mean something",
      { type: json, given: { a: { b: null } }, want: "{ a.b = null; }" },
    ],
  ];
  test.each(cases)("%s", (_, { type, given, want }) => {
    const printed = printNix(emitExample(type, given));
    expect(printed.replaceAll(/\s+/g, " ").trim()).toBe(want);
  });
});
