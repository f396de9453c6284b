// The disk operations that the output needs, as an interface, so that tests can make any of them
// fail. All are synchronous on purpose: a signal handler cannot run between two of them, so an
// interrupt never leaves the output half-written (see signals.ts).

import {
  closeSync,
  copyFileSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";

export type PathKind = "file" | "directory" | "symlink" | "other" | "missing";

export interface FileSystem {
  /** The kind of file at the path itself, without following a symbolic link. */
  kind(path: string): PathKind;
  /** The names in a directory, in no particular order. */
  list(directory: string): readonly string[];
  read(path: string): Uint8Array;
  /** Makes one directory; its parent exists. */
  makeDirectory(path: string): void;
  /** Writes a file that does not exist yet, and flushes it to the disk. */
  writeNew(path: string, text: string): void;
  copy(from: string, to: string): void;
  /** Replaces `to` in one step. */
  rename(from: string, to: string): void;
  /** Removes a file, if it exists. */
  remove(path: string): void;
  /** Removes an empty directory. */
  removeDirectory(path: string): void;
}

export const nodeFileSystem: FileSystem = {
  kind(path) {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return "missing";
    if (stats.isSymbolicLink()) return "symlink";
    if (stats.isDirectory()) return "directory";
    return stats.isFile() ? "file" : "other";
  },
  list: (directory) => readdirSync(directory),
  read: (path) => readFileSync(path),
  makeDirectory(path) {
    mkdirSync(path);
  },
  writeNew(path, text) {
    const descriptor = openSync(path, "wx");
    try {
      writeFileSync(descriptor, text);
      // Without a flush, a crash after the rename could leave an empty file under the final name.
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  },
  copy(from, to) {
    copyFileSync(from, to);
  },
  rename(from, to) {
    renameSync(from, to);
  },
  remove(path) {
    rmSync(path, { force: true });
  },
  removeDirectory(path) {
    rmdirSync(path);
  },
};
