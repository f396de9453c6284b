// Checks the values in a schema (defaults, examples) against their option's type: first with zod, which knows
// every restriction, then with the lowered type, which also knows paths and unknown fields.

import { inspect } from "node:util";
import type { JsonValue } from "../json.ts";
import type { z } from "../zod.ts";
import type { Field, OptionType } from "../model/option-type.ts";
import { absolutePathPattern, plainPathPattern } from "../model/path-pattern.ts";
import { mistake, type Place } from "./place.ts";

export type ValueKind = "default" | "example" | "value of the test";

export function checkWithZod(
  place: Place,
  type: z.ZodTypeAny,
  value: unknown,
  kind: ValueKind,
): void {
  const result = type.safeParse(value);
  const [issue] = result.error?.issues ?? [];
  if (issue === undefined) return;
  const at = issue.path.length > 0 ? ` at ${issue.path.join(".")}` : "";
  throw mistake(place, `the ${kind} is not a value of the option's type`, {
    expected: (issue.code === "invalid_type" ? issue.expected : issue.message) + at,
    received: show(value),
  });
}

export function checkWithType(
  place: Place,
  type: OptionType,
  value: unknown,
  kind: ValueKind,
): JsonValue {
  const expected = whatIsWrong(type, value);
  if (expected === undefined && isJson(value)) return value;
  throw mistake(place, `the ${kind} is not a value of the option's type`, {
    expected: expected ?? "a value JSON can hold",
    received: show(value),
  });
}

function show(value: unknown): string {
  return isJson(value) ? JSON.stringify(value) : inspect(value);
}

/** The expectation of the type that the value does not meet, for a message; undefined if it meets all. */
function whatIsWrong(type: OptionType, value: unknown): string | undefined {
  switch (type.kind) {
    case "bool":
      return unless(typeof value === "boolean", "true or false");
    case "string":
      return unless(typeof value === "string", "a string");
    case "int":
    case "port":
      return unless(Number.isSafeInteger(value), "an integer");
    case "number":
      return unless(Number.isFinite(value), "a number");
    case "enum":
      return unless(
        type.values.some((member) => member === value),
        `one of ${type.values.map(show).join(", ")}`,
      );
    case "list":
      if (!Array.isArray(value)) return "a list";
      return first(value.map((element: unknown) => whatIsWrong(type.element, element)));
    case "attrs":
      if (!isRecord(value)) return "an object";
      return first(Object.values(value).map((element) => whatIsWrong(type.value, element)));
    case "submodule":
      return wrongField(type.fields, value, []);
    case "taggedUnion": {
      if (!isRecord(value)) return "an object";
      const member = type.members.find((candidate) => candidate.value === value[type.tag]);
      return member === undefined
        ? `an object with a known ${type.tag}`
        : wrongField(member.fields, value, [type.tag]);
    }
    case "nullable":
      return value === null ? undefined : whatIsWrong(type.of, value);
    case "union": {
      const problems = type.members.map((member) => whatIsWrong(member, value));
      return problems.includes(undefined) ? undefined : problems.join(", or ");
    }
    case "json":
      return unless(isJson(value), "a value JSON can hold");
    case "jsonObject":
      return unless(isRecord(value) && isJson(value), "an object JSON can hold");
    case "absolutePath":
    case "secretFile":
      // Everybody can read the store.
      return unless(
        isPath(value, absolutePathPattern) && !value.startsWith("/nix/store/"),
        "an absolute path in its shortest form, outside of the Nix store",
      );
    case "plainPath":
      return unless(isPath(value, plainPathPattern), "an absolute path that is a single word");
    case "sourcePath":
      return unless(typeof value === "string" && value !== "", "a path");
    case "package":
      return unless(typeof value === "string" && value !== "", "the name of a package");
  }
}

function wrongField(
  fields: readonly Field[],
  value: unknown,
  others: readonly string[],
): string | undefined {
  if (!isRecord(value)) return "an object";
  const known = [...fields.map((field) => field.name), ...others];
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown !== undefined) return `no field "${unknown}", only ${known.join(", ")}`;
  return first(
    fields.map(({ name, type, default: fallback }) => {
      const given = value[name];
      if (given === undefined) return unless(fallback !== undefined, `the field "${name}"`);
      const wrong = whatIsWrong(type, given);
      return wrong === undefined ? undefined : `${wrong} at ${name}`;
    }),
  );
}

function unless(isRight: boolean, expected: string): string | undefined {
  return isRight ? undefined : expected;
}

function first(problems: readonly (string | undefined)[]): string | undefined {
  return problems.find((problem) => problem !== undefined);
}

function isPath(value: unknown, pattern: RegExp): value is string {
  return typeof value === "string" && pattern.test(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isJson(value: unknown): value is JsonValue {
  if (Array.isArray(value)) return value.every(isJson);
  if (isRecord(value)) return Object.values(value).every(isJson);
  return value === null || ["string", "boolean"].includes(typeof value) || Number.isFinite(value);
}
