// The workplaces of mutants: copies of the repository. The working tree is never changed, so an interrupted run
// leaves nothing behind in it.

import { execFileSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import type { Mutant } from "./mutant.ts";

export const repository = fileURLToPath(new URL("../..", import.meta.url));

/** The files of the repository, new ones included. */
export function repositoryFiles(): readonly string[] {
  const list = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
  return execFileSync("git", list, { cwd: repository, encoding: "utf8" })
    .split("\0")
    .filter((path) => path !== "");
}

export class Workplace {
  readonly root: string = mkdtempSync(join(tmpdir(), "nixmodgen-mutants-"));

  constructor() {
    for (const path of repositoryFiles()) {
      mkdirSync(dirname(join(this.root, path)), { recursive: true });
      cpSync(join(repository, path), join(this.root, path));
    }
    symlinkSync(join(repository, "node_modules"), join(this.root, "node_modules"));
  }

  /** Calls a function while the mutant replaces its file. */
  async with<Result>({ file, write }: Mutant, use: () => Promise<Result>): Promise<Result> {
    const path = join(this.root, file);
    const original = readFileSync(path, "utf8");
    writeFileSync(path, write().text);
    try {
      return await use();
    } finally {
      writeFileSync(path, original);
    }
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
