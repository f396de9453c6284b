// Keeps results that took long to make, for the next run of the command.
//
// Contract: `read` returns an entry only for exactly the key with which it was written. The key of a
// result is all its inputs, and the program itself (`identity.ts`). A damaged entry, a half-written one and one
// of another version count as none, and so does a directory that cannot be read or written: at worst, a cache
// costs time. There is one file per name, so the cache does not grow.

import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { digestText } from "./digest.ts";
import { programIdentity } from "./identity.ts";

export interface Cache {
  readonly read: (name: string, key: string) => string | undefined;
  readonly write: (name: string, key: string, text: string) => void;
}

/** A cache that keeps nothing. */
export const noCache: Cache = { read: () => undefined, write: () => undefined };

/** Tools keep their caches there by convention. */
const place = "node_modules/.cache/nixmodgen";

/** The cache of a project; `noCache` for a project without installed packages. */
export function openCache(root: string): Cache {
  if (!statSync(join(root, "node_modules"), { throwIfNoEntry: false })?.isDirectory()) {
    return noCache;
  }
  return directoryCache(join(root, place), programIdentity());
}

/** @param identity a text that belongs to the key of every entry */
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
        // A concurrent reader gets the old entry or the new one, never a part.
        renameSync(temporary, fileOf(name));
      });
      attempt(() => {
        rmSync(temporary, { force: true });
      });
    },
  };
}

/** The result, or undefined if the file system refuses. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error && "syscall" in error) return undefined;
    throw error;
  }
}
