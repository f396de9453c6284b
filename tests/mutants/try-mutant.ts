// Tries one mutant in a copy of the repository: generates its files, and finds the first test that fails.

import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { z } from "../../src/zod.ts";
import type { Mutant } from "./mutant.ts";
import { type Step, stepsFor } from "./steps.ts";
import type { Workplace } from "./workplace.ts";

export type Result =
  | { readonly status: "noticed"; readonly by: string }
  /** No generated file changes, but for comments and layout. */
  | { readonly status: "no effect" }
  | { readonly status: "survived" };

interface Ended {
  readonly status: number;
  readonly output: string;
}

function run(root: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd: root, env: { ...process.env, CI: "1", ...env }, maxBuffer: 1 << 28 };
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
      resolve({ status, output: `${stdout}\n${stderr}` });
    });
  });
}

/** Writes the generated files of the copy, like the tests' own setup. */
export async function generateInto(workplace: Workplace, directory: string): Promise<Ended> {
  const program = "tests/support/generate-into.ts";
  return await run(workplace.root, ["--import", "tsx", program, directory], {});
}

/** Nix code without what is only for its readers: comments and layout. */
function withoutLayout(path: string, text: string): string {
  if (!path.endsWith(".nix")) return text;
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .join("\n");
}

/** Paths of the files that differ, relative to both directories. */
function differences(left: string, right: string): readonly string[] {
  const filesOf = (root: string): readonly string[] =>
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  const text = (path: string): string | undefined =>
    existsSync(path) ? withoutLayout(path, readFileSync(path, "utf8")) : undefined;
  return [...new Set([...filesOf(left), ...filesOf(right)])].filter(
    (file) => text(join(left, file)) !== text(join(right, file)),
  );
}

/** @param usual the directory with the files generated without a mistake */
export async function tryMutant(
  workplace: Workplace,
  mutant: Mutant,
  usual: string,
): Promise<Result> {
  const generated = mkdtempSync(join(tmpdir(), "nixmodgen-mutant-"));
  try {
    return await workplace.with(mutant, async () => {
      if (mutant.file.startsWith("generated/")) {
        cpSync(usual, generated, { recursive: true });
        cpSync(join(workplace.root, mutant.file), join(generated, mutant.file));
      } else {
        const { status, output } = await generateInto(workplace, generated);
        if (status !== 0) return { status: "noticed", by: `generation: ${errorIn(output)}` };
      }
      const changed = differences(usual, generated);
      const steps = stepsFor([mutant.file, ...changed]);
      if (changed.length === 0 && steps.length === 0) return { status: "no effect" };
      for (const step of steps) {
        const by = await firstFailure(workplace, step, generated);
        if (by !== undefined) return { status: "noticed", by };
      }
      return { status: "survived" };
    });
  } finally {
    rmSync(generated, { recursive: true, force: true });
  }
}

function errorIn(output: string): string {
  const line = output.split("\n").find((each) => /error/i.test(each)) ?? output.trim();
  return line.trim().slice(0, 120);
}

const report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })),
    }),
  ),
});

/** The name of a test that fails, if one does. */
async function firstFailure(
  workplace: Workplace,
  { files, name }: Step,
  generated: string,
): Promise<string | undefined> {
  const file = join(generated, "report.json");
  const vitest = join(workplace.root, "node_modules/vitest/vitest.mjs");
  const { output } = await run(
    workplace.root,
    [
      ...[vitest, "run", "--bail=1", "--typecheck.enabled=false", "--reporter=json"],
      // A busy machine must not look like a mistake that was noticed.
      ...["--testTimeout=900000", "--hookTimeout=900000"],
      `--outputFile=${file}`,
      ...(name === undefined ? [] : ["--testNamePattern", name]),
      ...files,
    ],
    { NIXMODGEN_GENERATED: generated },
  );
  if (!existsSync(file)) throw new Error(`the tests did not run: ${output.slice(-2000)}`);
  const { testResults } = report.parse(JSON.parse(readFileSync(file, "utf8")));
  rmSync(file);
  for (const result of testResults) {
    const failed = result.assertionResults.find(({ status }) => status === "failed");
    if (failed !== undefined) return failed.fullName.trim();
    // A file that cannot be loaded has no tests.
    if (result.status === "failed") return `${result.name}: ${errorIn(result.message ?? "")}`;
  }
  return undefined;
}
