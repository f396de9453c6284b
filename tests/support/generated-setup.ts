// Makes a temporary directory once per run of the tests, for the files that the sources generate
// now. The first test that needs them generates them (generated.ts).
//
// `$NIXMODGEN_GENERATED` names a directory of the same layout to use instead: so tests/mutants tests
// mistakes in generated files.

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
