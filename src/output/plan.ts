// Compares generated files with those on the disk. Both `generate` and `generate --check` use this plan, so the
// check cannot disagree with the command that mends the difference.

import { UserError } from "../errors.ts";
import { comparePaths, type OutputFile } from "./file.ts";
import { hasHeader } from "./header.ts";
import { createManifest, manifestPath, parseManifest, sha256, type Manifest } from "./manifest.ts";
import { checkPaths, foldPath, parentPaths } from "./paths.ts";
import type { OutputDirectory, ScannedOutput } from "./scan.ts";

export type PlanEntry =
  | { readonly status: "created" | "unchanged"; readonly path: string; readonly text: string }
  | {
      readonly status: "updated";
      readonly path: string;
      readonly text: string;
      /** The content on the disk, for the diff. */
      readonly previous: string;
      /** The content on the disk is not what the last run wrote. */
      readonly edited: boolean;
    }
  /** A file of an earlier run that is no longer generated; `removable` if nobody has edited it. */
  | { readonly status: "orphan"; readonly path: string; readonly removable: boolean }
  /** Somebody else's file; never touched. */
  | { readonly status: "foreign"; readonly path: string };

export interface Plan {
  readonly directory: OutputDirectory;
  /** Every file generated or found, manifest included, in the order of `comparePaths`. */
  readonly entries: readonly PlanEntry[];
  /** Temporary files of a run that was killed; removed by the next write. */
  readonly leftovers: readonly string[];
}

/** Plans how to write `generated` and their manifest over the files found on the disk. */
export function createPlan(generated: readonly OutputFile[], found: ScannedOutput): Plan {
  const files = [...generated, createManifest(generated, found.directory.command)];
  checkPaths(files);
  checkNothingInTheWay(files, found);
  const manifest = readManifest(found);
  const planned = new Set(files.map(({ path }) => path));
  const entries = [
    ...files.map((file) => planFile(file, found, manifest)),
    ...[...found.files]
      .filter(([path]) => !planned.has(path))
      .map(([path, content]) => planStray(path, content, manifest)),
  ];
  return {
    directory: found.directory,
    entries: entries.sort(comparePaths),
    leftovers: found.leftovers,
  };
}

function readManifest({ directory, files }: ScannedOutput): Manifest {
  const content = files.get(manifestPath);
  if (content === undefined) return new Map();
  return parseManifest(decode(content), `${directory.label}/${manifestPath}`, directory.command);
}

function planFile(file: OutputFile, found: ScannedOutput, manifest: Manifest): PlanEntry {
  const { path, text } = file;
  const content = found.files.get(path);
  if (content === undefined) return { status: "created", path, text };
  if (Buffer.from(text).equals(content)) return { status: "unchanged", path, text };
  const previous = decode(content);
  const hash = manifest.get(path);
  // A manifest needs no header: reading it has recognised it.
  if (hash === undefined && path !== manifestPath && !hasHeader(path, previous)) {
    const label = `${found.directory.label}/${path}`;
    throw new UserError(`${label} was not written by nixmodgen`, {
      expected: "no file there, or one with nixmodgen's header or an entry in the manifest",
      next: `move or delete ${label}, then run \`${found.directory.command}\``,
    });
  }
  const edited = hash !== undefined && hash !== sha256(content);
  return { status: "updated", path, text, previous, edited };
}

function planStray(path: string, content: Uint8Array, manifest: Manifest): PlanEntry {
  const hash = manifest.get(path);
  if (hash === undefined && !hasHeader(path, decode(content))) return { status: "foreign", path };
  return { status: "orphan", path, removable: hash === sha256(content) };
}

/** Refuses paths that a rename could not replace, or could replace by accident. */
function checkNothingInTheWay(files: readonly OutputFile[], found: ScannedOutput): void {
  const spellings = new Map([...found.files.keys()].map((path) => [foldPath(path), path]));
  const refuse = (inTheWay: string, problem: string): never => {
    const label = `${found.directory.label}/${inTheWay}`;
    throw new UserError(`${label} ${problem}`, {
      next: `delete or move ${label}, then run \`${found.directory.command}\``,
    });
  };
  for (const { path } of files) {
    if (found.directories.has(path)) refuse(path, "is a directory, but a file is to be written");
    for (const parent of parentPaths(path)) {
      if (found.files.has(parent)) refuse(parent, "is a file, but a directory is to be made");
    }
    const existing = spellings.get(foldPath(path));
    if (existing !== undefined && existing !== path && !found.files.has(path)) {
      refuse(existing, `differs from the new ${path} only in upper and lower case`);
    }
  }
}

function decode(content: Uint8Array): string {
  return Buffer.from(content).toString("utf8");
}
