// Keeps what took long to make, for the next run of the command.
//
// Contract: an entry is found under exactly the key it was written with, or not at all. The key of a
// result is everything that has a say in it, and with it goes the program itself (`identity.ts`). A
// damaged entry, a half-written one and one of another version are as good as none, and so is a
// directory that cannot be read or written: a cache costs time at worst. There is one file per name,
// so that what is kept does not grow.

import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { digestText } from "./digest.ts";
import { programIdentity } from "./identity.ts";

export interface Cache {
  readonly read: (name: string, key: string) => string | undefined;
  readonly write: (name: string, key: string, text: string) => void;
}

/** For those who want none. */
export const noCache: Cache = { read: () => undefined, write: () => undefined };

/** The place for caches that tools share, below the project's installed packages. */
const place = "node_modules/.cache/nixmodgen";

/** The cache of a project; there is none where no packages are installed. */
export function openCache(root: string): Cache {
  if (!statSync(join(root, "node_modules"), { throwIfNoEntry: false })?.isDirectory()) {
    return noCache;
  }
  return directoryCache(join(root, place), programIdentity());
}

/** @param identity what is true of all entries: others are not found */
export function directoryCache(directory: string, identity: string): Cache {
  const fileOf = (name: string): string => join(directory, encodeURIComponent(name));
  const headerOf = (key: string, text: string): string =>
    digestText(JSON.stringify([identity, key, digestText(text)]));
  return {
    read: (name, key) => {
      const content = attempt(() => readFileSync(fileOf(name), "utf8")) ?? "";
      const end = content.indexOf("\n");
      const text = content.slice(end + 1);
      return end >= 0 && content.slice(0, end) === headerOf(key, text) ? text : undefined;
    },
    write: (name, key, text) => {
      const temporary = `${fileOf(name)}.${String(process.pid)}.tmp`;
      attempt(() => {
        mkdirSync(directory, { recursive: true });
        writeFileSync(temporary, `${headerOf(key, text)}\n${text}`);
        // Whoever reads meanwhile gets the old entry or the new one, and no half of either.
        renameSync(temporary, fileOf(name));
      });
      attempt(() => {
        rmSync(temporary, { force: true });
      });
    },
  };
}

/** The result, or undefined where the file system refuses. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error && "syscall" in error) return undefined;
    throw error;
  }
}
