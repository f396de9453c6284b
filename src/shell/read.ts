// The shell code of generated scripts, kept as shell files so that shell tools can check it.

import { readFileSync } from "node:fs";

export type ShellFile = "prepare" | "launch" | "operator" | "secrets-systemd";

/** The code of a shell file, without the comment that heads it. */
export function readShell(name: ShellFile): string {
  return readFileSync(new URL(`${name}.sh`, import.meta.url), "utf8");
}
