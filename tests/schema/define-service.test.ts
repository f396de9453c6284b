// Values that get past the type checker, such as `any`, are refused when the schema runs.

import { describe, expect, test } from "vitest";
import { group, type Option, option } from "../../src/schema/define-option.ts";
import { defineService } from "../../src/schema/define-service.ts";
import { z } from "../../src/zod.ts";
import { mistakeIn } from "../lower/support.ts";
import { model } from "../lower/service.ts";

const untyped = (stray: unknown): Option => stray as Option;

const strays: readonly (readonly [string, unknown])[] = [
  ["a type", z.string()],
  ["a type with parts", z.array(z.object({ a: z.string() }))],
  ["a text", "text"],
  ["a list", [option(z.string())]],
  ["nothing", undefined],
  ["null", null],
  ["a function", () => option(z.string())],
];

describe.each(strays)("%s where an option has to be", (_, stray) => {
  test("in a service", () => {
    const options = { deep: { foo: untyped(stray) } };
    const define = (): unknown =>
      defineService({ name: "it", summary: "", documentation: "", options, model: () => model });
    expect(mistakeIn(define)).toMatchObject({
      message: "deep.foo is not an option",
      option: "deep.foo",
    });
  });

  test("in a group", () => {
    const define = (): unknown => group({ instance: "own" }, { deep: { foo: untyped(stray) } });
    expect(mistakeIn(define)).toMatchObject({
      message: "deep.foo is not an option",
      option: "deep.foo",
    });
  });
});

test("types are told to be wrapped", () => {
  expect(mistakeIn(() => group({}, { foo: untyped(z.string()) })).next).toBe(
    "wrap it in option(…)",
  );
});
