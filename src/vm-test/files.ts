// The Python programs of VM tests. They are kept, and generated, as files of their own, so that
// Python tools can check them; the tests include them with `builtins.readFile`.

import { readFileSync } from "node:fs";

import { nix, type NixExpr } from "../nix/index.ts";

export const vmTestFiles = ["neighbourhood", "probe", "sandbox", "trials"] as const;

export type VmTestFile = (typeof vmTestFiles)[number];

/** The text of a program. */
export function readVmTest(name: VmTestFile): string {
  return readFileSync(new URL(`${name}.py`, import.meta.url), "utf8");
}

/** The certificate of an authority that the machines trust, and that neighbourhood.py has one of. */
export function readAuthority(): string {
  return readFileSync(new URL("authority.pem", import.meta.url), "utf8");
}

/** Where a generated program is, relative to the output directory. */
export function vmTestPath(name: string): string {
  return `tests/${name}.py`;
}

/** The text of a program, as an expression in a test of the same directory. */
export function includeVmTest(name: string): NixExpr {
  return nix`builtins.readFile ${nix.path(`./${name}.py`)}`;
}
