import { describe, expect, test } from "vitest";
import type { IrOption } from "../../src/model/option-type.ts";
import { option } from "../../src/schema/define-option.ts";
import { changeReport } from "../../tools/sync/change-report.ts";
import { compareSchemas } from "../../tools/sync/compare-schemas.ts";
import type { JsonSchema, SchemaObject } from "../../src/settings/json-schema.ts";
import { z } from "../../src/zod.ts";
import { lowerWith } from "../lower/service.ts";
import { lines, stored } from "../settings/support.ts";

const text: SchemaObject = { type: "string" };
const object = (properties: Readonly<Record<string, JsonSchema>>): SchemaObject => ({
  type: "object",
  properties,
  additionalProperties: false,
});
const open = (additionalProperties: JsonSchema): SchemaObject => ({
  type: "object",
  additionalProperties,
});

const cases: readonly { name: string; before: JsonSchema; after: JsonSchema; want: unknown }[] = [
  { name: "nothing", before: object({ a: text }), after: object({ a: text }), want: [] },
  {
    name: "a new key, with what is inside",
    before: object({}),
    after: object({ a: object({ b: text, c: text }) }),
    want: [{ kind: "added", path: ["a"], count: 3 }],
  },
  {
    name: "a key that is gone",
    before: object({ a: object({ b: text, c: text }) }),
    after: object({ a: object({ b: text }) }),
    want: [{ kind: "removed", path: ["a", "c"], count: 1 }],
  },
  {
    name: "another type",
    before: object({ a: text }),
    after: object({ a: { type: "integer", minimum: 1 } }),
    want: [{ kind: "retyped", path: ["a"], from: "a string", to: "an integer from 1" }],
  },
  {
    name: "another value",
    before: object({ a: { enum: ["x"] } }),
    after: object({ a: { enum: ["x", "y"] } }),
    want: [{ kind: "retyped", path: ["a"], from: '"x"', to: '"x" or "y"' }],
  },
  {
    name: "a limit that has no words",
    before: object({ a: text }),
    after: object({ a: { type: "string", maxLength: 9 } }),
    want: [{ kind: "retyped", path: ["a"], from: "no maxLength", to: "maxLength 9" }],
  },
  {
    name: "a key that must be there now",
    before: object({ a: text }),
    after: { ...object({ a: text }), required: ["a"] },
    want: [{ kind: "retyped", path: [], from: "no required", to: 'required ["a"]' }],
  },
  {
    name: "the values of an open set",
    before: open(object({ a: text })),
    after: open(object({ b: text })),
    want: [
      { kind: "removed", path: ["<name>", "a"], count: 1 },
      { kind: "added", path: ["<name>", "b"], count: 1 },
    ],
  },
  {
    name: "inside an alternative",
    before: { anyOf: [text, object({ a: text })] },
    after: { anyOf: [text, object({ a: text, b: text })] },
    want: [{ kind: "added", path: ["b"], count: 1 }],
  },
];

describe("compareSchemas", () => {
  test.each(cases)("$name", ({ before, after, want }) => {
    expect(compareSchemas(before, after)).toEqual(want);
  });
});

function options(): readonly IrOption[] {
  const mode = z.enum(["on", "off"]);
  return lowerWith({
    options: {
      plain: option(z.string(), { default: "a", setting: "a.plain" }),
      retyped: option(mode, { default: "on", setting: "a.mode" }),
      gone: option(z.string(), { default: "a", setting: "b.gone" }),
      wider: option(z.record(z.string()), { default: {}, setting: "c" }),
    },
  }).options;
}

test("changeReport names the options first, and equal changes once", () => {
  const mode = { enum: ["on", "off"] };
  const before = object({
    a: object({ plain: text, mode, x: mode, y: mode, z: mode }),
    b: object({ gone: text }),
    c: object({ k: text }),
  });
  const now = { enum: ["on"] };
  const after = object({
    a: object({ plain: text, mode: now, x: now, y: now, z: now }),
    c: object({ k: text, l: text }),
    d: object({ e: text }),
  });
  expect(changeReport(compareSchemas(before, after), options())).toBe(lines`
    options touched:
      schema/test.ts:7 retyped
        a.mode retyped: "on" or "off" -> "on"
      schema/test.ts:7 gone
        b removed
      schema/test.ts:7 wider
        c.l added

    keys added:
      c.l
      d and 1 inside

    keys removed:
      b and 1 inside

    keys retyped:
      a.mode, a.x, a.y, 1 more: "on" or "off" -> "on"

    3 keys added, 2 removed, 4 retyped; 3 options touched
  `);
});

describe("the two stored versions of the gateway", () => {
  const changes = compareSchemas(stored("2026.6.5"), stored("2026.9.6"));
  const at = (path: string): unknown =>
    changes.find((change) => change.path.join(".") === path) ?? "unchanged";

  test.each([
    { path: "gateway.terminal", want: { kind: "added" } },
    { path: "telemetry", want: { kind: "added" } },
    {
      path: "gateway.port",
      want: { kind: "retyped", from: "an integer above 0", to: "an integer from 1 to 65535" },
    },
    {
      path: "channels.telegram.groups.<name>.errorCooldownMs",
      want: { kind: "removed", count: 1 },
    },
  ])("$path", ({ path, want }) => {
    expect(at(path)).toMatchObject(want);
  });

  test.each(["messages.queue.byChannel", "agents.defaults.model.primary", "gateway.bind"])(
    "%s is unchanged",
    (path) => {
      expect(at(path)).toBe("unchanged");
    },
  );

  test("keys added and removed, with those inside", () => {
    const sum = (kind: string): number =>
      changes.reduce(
        (all, change) => all + (change.kind === kind && "count" in change ? change.count : 0),
        0,
      );
    expect({ added: sum("added"), removed: sum("removed") }).toEqual({
      added: 1812,
      removed: 1844,
    });
  });
});
