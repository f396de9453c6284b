import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { lackedBy, lacking, sourceOf } from "./lacking.ts";
import { progressLine, skippedReport } from "./reporter.ts";

test("the end of a name says what is lacking, and can be read back", () => {
  expect(lacking([])).toBe("");
  const name = `the profile (of a daemon)${lacking(["nix", "gateway 2026.9.6"])} > opens a file`;
  expect(name).toContain("(skipped: no nix, no gateway 2026.9.6)");
  expect(lackedBy(name)).toEqual(["nix", "gateway 2026.9.6"]);
  expect(lackedBy("runs (skipped on purpose)")).toEqual([]);
});

test("only what somebody can get may be lacking", () => {
  expect(() => lacking(["luck"])).toThrow("nothing is known of how to get luck");
  expect(sourceOf("gateway 2026.9.6")).toBe("bash tests/setup/gateway.sh 2026.9.6");
});

test("every test that can be skipped says why in the same way", () => {
  const tests = fileURLToPath(new URL("..", import.meta.url));
  const files = readdirSync(tests, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.startsWith("support/"))
    .map((name) => ({ name, text: readFileSync(join(tests, name), "utf8") }));
  const skipping = files.filter(({ text }) => /\b(?:skipIf|runIf)\(/.test(text));
  expect(skipping.length).toBeGreaterThan(20);
  // Some take the end of the name from a file that several share.
  const ways = /lacking\(|titled\(|unlessMissing|support\/home-manager\.ts/;
  expect(skipping.filter(({ text }) => !ways.test(text)).map(({ name }) => name)).toEqual([]);
  const ownWords = files.filter(({ text }) => /\((?:skipped: no|missing:) \$/.test(text));
  expect(ownWords.map(({ name }) => name)).toEqual([]);
});

const skipped = (
  name: string,
  ...lacks: readonly string[]
): { name: string; lacks: readonly string[] } => ({
  name,
  lacks,
});

test("the report's numbers add up, and each thing has a way to get it", () => {
  expect(
    skippedReport([
      skipped("a", "nixfmt"),
      skipped("b", "nixfmt"),
      skipped("c", "nixfmt", "jq"),
      skipped("d > e"),
    ]),
  ).toEqual([
    "4 tests skipped:",
    "  2 for lack of nixfmt",
    "  1 for lack of nixfmt and jq",
    "  1 without a reason in their names:",
    "    d > e",
    "  get jq      apt-get install jq",
    "  get nixfmt  put nixfmt into PATH or into ~/.cache/nixmodgen/bin",
  ]);
});

test("tests that nobody asked for have no reason", () => {
  expect(skippedReport([skipped("a")], true)).toEqual([
    "1 test skipped:",
    "  1 that were not asked for",
  ]);
});

test("without skipped tests there is no report", () => {
  expect(skippedReport([])).toEqual([]);
});

test("progress names what runs, the oldest first", () => {
  const running = new Map([
    ["b.test.ts", 9000],
    ["a.test.ts", 1000],
  ]);
  expect(progressLine(3, 90, running, 21_000)).toBe(
    "3 of 90 files done, running a.test.ts (20 s), b.test.ts (12 s)",
  );
});
