// Reads the current output directory. It refuses symbolic links and special files: writing
// through them would change files elsewhere. It skips hidden names (`.gitattributes`, an editor's swap file),
// except temporary files that a killed run has left.

import { join } from "node:path";
import { UserError } from "../errors.ts";
import { diskError } from "./disk-error.ts";
import type { FileSystem, PathKind } from "./file-system.ts";

export interface OutputDirectory {
  /** Absolute path of the project; the directory lies below it. */
  readonly root: string;
  /** POSIX path relative to the project; names the directory in messages. */
  readonly label: string;
  /** The project's command that brings the directory up to date; for messages, headers and the manifest. */
  readonly command: string;
}

export interface ScannedOutput {
  readonly directory: OutputDirectory;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly directories: ReadonlySet<string>;
  /** Temporary files of a run that was killed. */
  readonly leftovers: readonly string[];
}

const temporaryFile = /^\..*\.nixmodgen-tmp$/;

/** The name of a temporary file beside its target. `role` tells the two files of one target apart. */
export function temporaryPath(path: string, role: "new" | "old"): string {
  const slash = path.lastIndexOf("/") + 1;
  const name = path.slice(slash);
  return `${path.slice(0, slash)}.${name}.${String(process.pid)}.${role}.nixmodgen-tmp`;
}

export function scanOutput(directory: OutputDirectory, fileSystem: FileSystem): ScannedOutput {
  const files = new Map<string, Uint8Array>();
  const directories = new Set<string>();
  const leftovers: string[] = [];

  /** `path` is relative to the output directory; "" is the directory itself. */
  function visit(path: string): void {
    for (const name of fileSystem.list(join(directory.root, directory.label, path))) {
      const child = path === "" ? name : `${path}/${name}`;
      if (temporaryFile.test(name)) leftovers.push(child);
      if (name.startsWith(".")) continue;
      const label = `${directory.label}/${child}`;
      const absolute = join(directory.root, label);
      if (isDirectory(fileSystem.kind(absolute), label, directory.command)) {
        directories.add(child);
        visit(child);
      } else {
        files.set(child, fileSystem.read(absolute));
      }
    }
  }

  try {
    if (outputExists(directory, fileSystem)) visit("");
  } catch (error) {
    throw diskError(`cannot read ${directory.label}`, error, directory.command);
  }
  return { directory, files, directories, leftovers };
}

/** Whether the output directory exists. Throws if a directory on the way to it is none, or a link. */
function outputExists(directory: OutputDirectory, fileSystem: FileSystem): boolean {
  const parts = directory.label.split("/");
  for (const index of parts.keys()) {
    const label = parts.slice(0, index + 1).join("/");
    const kind = fileSystem.kind(join(directory.root, label));
    if (kind === "missing") return false;
    if (!isDirectory(kind, label, directory.command)) {
      throw new UserError(`${label} is a file, but the output directory is to be there`, {
        next: `delete or move ${label}, then run \`${directory.command}\``,
      });
    }
  }
  return true;
}

/** Tells directories from files; throws for anything else. */
function isDirectory(kind: PathKind, label: string, command: string): boolean {
  switch (kind) {
    case "directory":
      return true;
    case "file":
      return false;
    case "symlink":
      throw new UserError(`${label} is a symbolic link`, {
        next: `replace it by a real file or directory, then run \`${command}\``,
      });
    case "other":
    case "missing":
      throw new UserError(`${label} is neither a file nor a directory`, {
        next: `delete it, then run \`${command}\``,
      });
  }
}
