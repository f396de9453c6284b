// Set up once per run of the tests: a temporary directory for what the sources generate now. It is
// filled by the first test that needs it (generated.ts).
//
// `$NIXMODGEN_GENERATED` names a directory that is used instead, of the same layout: that is how
// mistakes in generated files are tested (tests/mutants).

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    readonly generated: { readonly directory: string; readonly isFilled: boolean };
  }
}

export default function setup(project: TestProject): (() => void) | undefined {
  const given = process.env["NIXMODGEN_GENERATED"];
  if (given !== undefined) {
    project.provide("generated", { directory: given, isFilled: true });
    return undefined;
  }
  const directory = mkdtempSync(join(tmpdir(), "nixmodgen-generated-"));
  project.provide("generated", { directory, isFilled: false });
  return () => {
    rmSync(directory, { recursive: true, force: true });
  };
}
