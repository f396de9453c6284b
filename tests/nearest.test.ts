import { expect, test } from "vitest";
import { editDistance, nearest } from "../src/nearest.ts";

const distances: readonly (readonly [string, string, number])[] = [
  ["", "", 0],
  ["output", "output", 0],
  ["", "abc", 3],
  ["abc", "", 3],
  ["outptu", "output", 2],
  ["kitten", "sitting", 3],
  ["🦞a", "🦞b", 1],
];

test.each(distances)("editDistance(%j, %j) is %d", (from, to, want) => {
  expect(editDistance(from, to)).toBe(want);
  expect(editDistance(to, from)).toBe(want);
});

const guesses: readonly (readonly [string, string | undefined])[] = [
  ["outptu", "output"],
  ["service", "services"],
  ["Output", "output"],
  ["colour", undefined],
  ["", undefined],
];

test.each(guesses)("nearest(%j) is %j", (word, want) => {
  expect(nearest(word, ["output", "services"])).toBe(want);
});

// The limit is half of the longer word; the nearest candidate need not be the first in the list.
const choices: readonly (readonly [string, readonly string[], string | undefined])[] = [
  ["ab", ["xb"], "xb"],
  ["ab", ["xy"], undefined],
  ["abc", ["abcde"], "abcde"],
  ["abc", ["abcdefg"], undefined],
  ["outpu", ["outputs", "output"], "output"],
  ["outpu", ["output", "outputs"], "output"],
];

test.each(choices)("nearest(%j) of %j is %j", (word, candidates, want) => {
  expect(nearest(word, candidates)).toBe(want);
});
