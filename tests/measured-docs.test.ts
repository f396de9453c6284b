// A run on a real systemd (tests/guest/run.sh --mutate) writes docs/proofs.md, mutations.md and relaxations.md.
// They describe the rules at that time: this test says when to run it again.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

import { z } from "../src/zod.ts";
import { generatedFile } from "./support/generated.ts";

const page = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../docs/${name}.md`, import.meta.url)), "utf8");

/** The first two cells of the rows of all tables of a page. */
function rowsOf(name: string): readonly string[] {
  return [...page(name).matchAll(/^\| `([^`]+)` +\| ([^|]+?) +\|/gm)].map(
    ([, first = "", second = ""]) => `${first}: ${second.replaceAll("`", "")}`,
  );
}

const rules = z
  .array(
    z.object({
      id: z.string(),
      directives: z.array(z.string()),
      proofs: z.array(z.object({ promise: z.string() })),
    }),
  )
  .parse(JSON.parse(readFileSync(generatedFile("tests/nixos-moltbot.json"), "utf8")));
const relaxations = z
  .array(z.object({ option: z.string() }))
  .parse(JSON.parse(readFileSync(generatedFile("tests/relaxations-moltbot.json"), "utf8")));

const again = "otherwise: bash tests/guest/run.sh --mutate";

test(`every promise of a rule was measured, and no other (${again})`, () => {
  const promised = rules.flatMap(({ id, proofs }) =>
    proofs.map(({ promise }) => `${id}: ${promise}`),
  );
  expect(rowsOf("proofs")).toEqual(expect.arrayContaining(promised));
  const ids = new Set(rules.map(({ id }) => id));
  const measured = rowsOf("proofs").filter((row) => ids.has(row.split(": ")[0] ?? ""));
  expect(measured.filter((row) => !promised.includes(row))).toEqual([]);
});

test(`every directive of a rule was taken away once, and no other (${again})`, () => {
  const directives = rules.flatMap((rule) => rule.directives.map((name) => `${rule.id}: ${name}`));
  const ids = new Set(rules.map(({ id }) => id));
  const measured = rowsOf("mutations").filter((row) => ids.has(row.split(": ")[0] ?? ""));
  expect(measured.filter((row) => directives.includes(row))).toEqual(directives);
  expect(measured.filter((row) => !directives.includes(row))).toEqual([]);
});

test(`every relaxation was measured, and no other (${again})`, () => {
  const measured = [...page("relaxations").matchAll(/^## `([^`]+)`$/gm)].map(([, name]) => name);
  expect(measured).toEqual([...new Set(relaxations.map(({ option }) => option))]);
});
