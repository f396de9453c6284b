// The Python programs of VM tests. They are kept, and generated, as files of their own, so that
// Python tools can check them; the tests include them with `builtins.readFile`.

import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

import { UserError } from "../errors.ts";
import { nix, type NixExpr } from "../nix/index.ts";

export const vmTestFiles = ["neighbourhood", "probe", "sandbox"] as const;

export type VmTestFile = (typeof vmTestFiles)[number];

/** The text of a program. */
export function readVmTest(name: VmTestFile): string {
  return readFileSync(new URL(`${name}.py`, import.meta.url), "utf8");
}

/** Where a generated program is, relative to the output directory. */
export function vmTestPath(name: VmTestFile): string {
  return `tests/${name}.py`;
}

/** The text of a program, as an expression in a test of the same directory. */
export function includeVmTest(name: VmTestFile): NixExpr {
  return nix`builtins.readFile ${nix.path(`./${name}.py`)}`;
}

/**
 * The service's own scenarios.
 *
 * @param script relative to the schema file
 * @param entry absolute path of the schema file
 */
export function readScenarios(script: string, entry: string): string {
  const path = resolve(dirname(entry), script);
  if (existsSync(path)) return readFileSync(path, "utf8");
  throw new UserError("the script of the service's scenarios is missing", {
    expected: path,
    next: "write it, or correct `scenarios.script`",
  });
}
