// Runs the shell code of generated scripts in a temporary directory, with the real bash.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { readShell, type ShellFile } from "../../src/shell/files.ts";

export interface ShellResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `commands` after the code of the given files, in `directory`. */
export function runShell(
  files: readonly ShellFile[],
  commands: string,
  directory: string,
  env: NodeJS.ProcessEnv = {},
): ShellResult {
  const script = ["set -euo pipefail", "umask 0077", ...files.map(readShell), commands].join("\n");
  const { status, stdout, stderr } = spawnSync("bash", ["--norc", "-c", script], {
    cwd: directory,
    env: { PATH: process.env["PATH"], ...env },
    encoding: "utf8",
    // A socket as standard input makes bash read the user's own start-up files.
    stdio: ["ignore", "pipe", "pipe"],
  });
  return { status, stdout, stderr };
}

/** A directory for one test, removed after it. */
export function withDirectory(test: (directory: string) => void): void {
  const directory = mkdtempSync(join(tmpdir(), "nixmodgen-shell-"));
  try {
    test(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
