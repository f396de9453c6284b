// Runs the shell code of generated scripts in a temporary directory, with the real bash.

import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { shellCode, type ShellFile } from "../../src/runtime/assets.ts";

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
  const script = ["set -euo pipefail", "umask 0077", ...files.map(shellCode.read), commands].join(
    "\n",
  );
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

/** A directory of programs that take the place of the real ones, and a PATH on which they come first. */
export function standIns(directory: string, programs: Readonly<Record<string, string>>): string {
  const bin = join(directory, "bin");
  mkdirSync(bin);
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(bin, name), text);
    chmodSync(join(bin, name), 0o755);
  }
  return `${bin}:${process.env["PATH"] ?? ""}`;
}

/** How many seconds it takes. */
export function secondsOf(run: () => void): number {
  const start = performance.now();
  run();
  return (performance.now() - start) / 1000;
}
