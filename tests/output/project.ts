// A project in a temporary directory, and the command run in it.

import { spawnSync } from "node:child_process";
import {
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { formatUserError, UserError } from "../../src/errors.ts";

/** Paths to contents; directories end in a slash, links hold `-> target`. */
export type Tree = Readonly<Record<string, string>>;

export const stubCli = fileURLToPath(new URL("stub-cli.js", import.meta.url));

/** The command of the stub project's configuration. */
export const command = "pnpm generate";

/** A directory that is gone when the test is over. */
export function temporaryDirectory(tree: Tree = {}): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "nixmodgen-")));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  writeTree(directory, tree);
  return directory;
}

export function writeTree(directory: string, tree: Tree): void {
  for (const [path, text] of Object.entries(tree)) {
    const target = join(directory, path);
    mkdirSync(path.endsWith("/") ? target : dirname(target), { recursive: true });
    if (!path.endsWith("/")) writeFileSync(target, text);
  }
}

/** Everything below a directory, hidden and temporary files included. */
export function readTree(directory: string): Tree {
  const entries = readdirSync(directory, { recursive: true, encoding: "utf8" }).sort();
  return Object.fromEntries(
    entries.map((path) => {
      const absolute = join(directory, path);
      const stats = lstatSync(absolute);
      if (stats.isDirectory()) return [`${path}/`, ""];
      if (stats.isSymbolicLink()) return [path, `-> ${readlinkSync(absolute)}`];
      return [path, readFileSync(absolute, "utf8")];
    }),
  );
}

/** The schema file the stub generator reads: the files to generate and their texts. */
export function stubSchema(files: Readonly<Record<string, string>>): string {
  return `export default { kind: "service", files: ${JSON.stringify(files)} };\n`;
}

/** The least a project needs. */
export function stubProject(files: Readonly<Record<string, string>>): Tree {
  return {
    "package.json": '{ "type": "module" }',
    "tsconfig.json": "{}",
    "nixmodgen.config.ts":
      'export default {\n  output: "generated",\n  services: ["schema/demo.ts"],\n  command: "pnpm generate",\n};\n',
    "schema/demo.ts": stubSchema(files),
  };
}

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command with the stub generator. */
export function runCli(
  directory: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [stubCli, ...args], {
    cwd: directory,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  return { status, stdout, stderr };
}

/** Runs the work as an ordinary user, because permissions do not bind root. */
export function asOrdinaryUser(directory: string, work: () => void): void {
  const nobody = 65534;
  if (process.geteuid?.() !== 0 || process.seteuid === undefined) {
    work();
    return;
  }
  for (const path of ["", ...readdirSync(directory, { recursive: true, encoding: "utf8" })]) {
    chownSync(join(directory, path), nobody, nobody);
  }
  process.seteuid(nobody);
  try {
    work();
  } finally {
    process.seteuid(0);
  }
}

/** The message for the user if `work` fails over the user's mistake. */
export function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) return formatUserError(error);
    throw error;
  }
  throw new Error("expected a UserError, but nothing was thrown");
}
