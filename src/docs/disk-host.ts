// A disk for ts-morph. It can only read, because the library never asks ts-morph to write.

import type { FileSystemHost } from "ts-morph";
import type { Disk } from "../cache/recorded-disk.ts";
import { BugError } from "../errors.ts";

export function diskHost(disk: Disk): FileSystemHost {
  return {
    isCaseSensitive: () => process.platform !== "darwin" && process.platform !== "win32",
    readDirSync: (path) => disk.list(path).map((entry) => ({ ...entry })),
    readFile: (path) => Promise.resolve(disk.readText(path)),
    readFileSync: (path) => disk.readText(path),
    fileExists: (path) => Promise.resolve(disk.isFile(path)),
    fileExistsSync: (path) => disk.isFile(path),
    directoryExists: (path) => Promise.resolve(disk.isDirectory(path)),
    directoryExistsSync: (path) => disk.isDirectory(path),
    realpathSync: (path) => disk.realPath(path),
    getCurrentDirectory: () => process.cwd(),
    delete: refuse,
    deleteSync: refuse,
    writeFile: refuse,
    writeFileSync: refuse,
    mkdir: refuse,
    mkdirSync: refuse,
    move: refuse,
    moveSync: refuse,
    copy: refuse,
    copySync: refuse,
    // A recorded disk cannot record the matches of a pattern.
    glob: refuse,
    globSync: refuse,
  };
}

function refuse(): never {
  throw new BugError("reading a schema asks the disk for more than to be read");
}
