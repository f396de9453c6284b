// docs/attacks.md is made of the corpus (tests/attacks/) and of the outcomes of a run (tests/guest/run.sh --attacks). This
// holds the page to both, and the outcomes to what is promised: whatever succeeds against ours has a reason.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as prettier from "prettier";
import { describe, expect, test } from "vitest";

import { z } from "../src/zod.ts";
import { lacking } from "./support/lacking.ts";

const folder = fileURLToPath(new URL("attacks", import.meta.url));
const file = fileURLToPath(new URL("../docs/attacks.md", import.meta.url));
const page = readFileSync(file, "utf8");
const missing = ["python3"].filter((name) => spawnSync(name, ["--version"]).status !== 0);
const missingLinters = ["pyflakes3", "mypy"].filter(
  (name) => spawnSync(name, ["--version"]).status !== 0,
);
const again = "otherwise: bash tests/guest/run.sh --attacks";

function python(...words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync("python3", words, {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 1 << 24,
  });
  expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
  return stdout;
}

describe.skipIf(missing.length > 0)(`the corpus of attacks${lacking(missing)}`, () => {
  const facts = z
    .object({
      attacks: z.array(z.string()),
      measured: z.array(z.string()),
      counted: z.number(),
      unexplained: z.array(z.string()),
      idle: z.array(z.string()),
    })
    .parse(missing.length > 0 ? undefined : JSON.parse(python("page.py", "--list")));

  test(`every attack was tried, and no other (${again})`, () => {
    expect([...facts.attacks].sort()).toEqual([...facts.measured].sort());
  });

  test("at least 150 succeed somewhere", () => {
    expect(facts.counted).toBeGreaterThanOrEqual(150);
  });

  test("what succeeds against ours has a reason, and every reason is for something", () => {
    expect(facts.unexplained).toEqual([]);
    expect(facts.idle).toEqual([]);
  });

  test(`the page is what the corpus and the outcomes make of it (${again})`, async () => {
    const options = await prettier.resolveConfig(file);
    const made = await prettier.format(python("page.py"), { ...options, filepath: file });
    expect(page).toBe(made);
  });

  test("its programs do what they are for", () => {
    python("-m", "unittest", "--quiet", "attacks_test");
  }, 60_000);
});

test.skipIf(missingLinters.length > 0)(
  `the programs have no flakes, and their types fit${lacking(missingLinters)}`,
  () => {
    const programs = [
      "corpus",
      "director.py",
      "inside.py",
      "page.py",
      "world.py",
      "victims.py",
      "driver.py",
    ];
    const { stdout } = spawnSync("pyflakes3", programs, { cwd: folder, encoding: "utf8" });
    expect(stdout).toBe("");
    const options = ["--strict", "--no-error-summary", "--cache-dir=/dev/null"];
    const typed = spawnSync("mypy", [...options, ...programs], { cwd: folder, encoding: "utf8" });
    expect(typed.stdout).toBe("");
  },
  120_000,
);
