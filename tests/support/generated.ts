// The files that the sources and the schema generate now. The committed `generated/` may be older:
// tests read the new files, and one test compares the two.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inject } from "vitest";

const program = fileURLToPath(new URL("generate-into.ts", import.meta.url));
const repository = fileURLToPath(new URL("../..", import.meta.url));

/** The path of a generated file. The first call of a run generates, which takes some seconds. */
export function generatedFile(path: string): string {
  return join(generatedRoot(), "generated", path);
}

/** The stand-in for the repository's root: `generated/`, and the Nix files that refer to it. */
export function generatedRoot(): string {
  const { directory, isFilled } = inject("generated");
  if (isFilled) return directory;
  const root = join(directory, "root");
  const end = join(directory, "end");
  if (startsHere(join(directory, "start"))) {
    const { status, stderr } = spawnSync(process.execPath, ["--import", "tsx", program, root], {
      cwd: repository,
      encoding: "utf8",
    });
    writeFileSync(`${end}.new`, status === 0 ? "" : `nothing could be generated: ${stderr}`);
    renameSync(`${end}.new`, end);
  }
  while (!existsSync(end)) wait();
  const complaint = readFileSync(end, "utf8");
  if (complaint !== "") throw new Error(complaint);
  return root;
}

/** Whether this worker is the first: a directory can be made once. */
function startsHere(mark: string): boolean {
  try {
    mkdirSync(mark);
    return true;
  } catch {
    return false;
  }
}

function wait(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
}
