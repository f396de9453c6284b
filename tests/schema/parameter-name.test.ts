import { expect, test } from "vitest";
import { parameterName } from "../../src/schema/parameter-name.ts";

type AnyFunction = (...given: never[]) => unknown;

test.each<readonly [given: AnyFunction, want: string | undefined]>([
  [(skill: string) => skill, "skill"],
  [(skill: string, index: number) => [skill, index], "skill"],
  // The loader's output has no white space and no parentheses.
  [Object.assign(() => 1, { toString: () => "skill=>skill.mode" }), "skill"],
  [
    function named(_each: string) {
      return _each;
    },
    "_each",
  ],
  [
    function (each: string) {
      return each;
    },
    "each",
  ],
  [() => 1, undefined],
  [({ name }: { name: string }) => name, undefined],
  [(...all: string[]) => all, undefined],
  [(each = "a") => each, undefined],
  [($each: string) => $each, undefined],
  [String, undefined],
])("%s", (given, want) => {
  expect(parameterName(given)).toBe(want);
});
