// The shell code of generated scripts. It is kept, and generated, as shell files, so that shell
// tools can check it; modules include it with `builtins.readFile`.

import { readFileSync } from "node:fs";

import { nix, type NixExpr } from "../nix/index.ts";

export const shellFiles = [
  "prepare",
  "manage-mounts",
  "manage-copies",
  "launch",
  "supervise",
  "stop",
  "operator",
  "command",
  "own-directory",
  "own-secret",
  "secrets-systemd",
  "secrets-files",
  "enter-systemd",
  "enter-darwin",
  "launchd",
  "leftovers",
  "rotate-log",
  "await-stop",
] as const;

export type ShellFile = (typeof shellFiles)[number];

/** The text of a shell file. */
export function readShell(name: ShellFile): string {
  return readFileSync(new URL(`${name}.sh`, import.meta.url), "utf8");
}

/** Where a generated shell file is, relative to the output directory. */
export function shellPath(name: ShellFile): string {
  return `shell/${name}.sh`;
}

/** The text of a shell file, as an expression in a module one directory below the output's. */
export function includeShell(name: ShellFile): NixExpr {
  return nix`builtins.readFile ${nix.path(`../${shellPath(name)}`)}`;
}
