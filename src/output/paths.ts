// Checks the paths of generated files. A malformed path can only come from the library, so it is a bug. Two
// outputs with the same path come from two services with similar names, so that is a mistake which
// the user can mend. The comparison folds case and Unicode form, because macOS cannot hold `A.nix` beside
// `a.nix`, and a checkout there would silently lose one of them.

import { BugError, UserError } from "../errors.ts";
import { comparePaths, type OutputFile } from "./file.ts";

/** Names that fold to the same text are one file on a case-insensitive file system. */
export function foldPath(path: string): string {
  return path.normalize("NFC").toLowerCase();
}

/** The directories above a path: `a/b` and `a` for `a/b/c.nix`. */
export function parentPaths(path: string): readonly string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, index) => parts.slice(0, parts.length - index).join("/"));
}

/** Throws unless every path is well formed and no two of them collide on any file system. */
export function checkPaths(files: readonly OutputFile[]): void {
  const seen = new Map<string, string>();
  for (const { path } of [...files].sort(comparePaths)) {
    checkForm(path);
    const other = seen.get(foldPath(path));
    if (other !== undefined) throw collision(other, path);
    seen.set(foldPath(path), path);
  }
  for (const { path } of files) {
    for (const parent of parentPaths(path)) {
      const other = seen.get(foldPath(parent));
      if (other !== undefined) {
        throw new UserError(`two outputs collide: ${other} is both a file and a directory`, {
          received: `${other} and ${path}`,
          next: "rename one of the services",
        });
      }
    }
  }
}

function collision(first: string, second: string): UserError {
  return first === second
    ? new UserError(`two outputs have the same path: ${first}`, {
        next: "give each service a name of its own",
      })
    : new UserError("two outputs differ only in upper and lower case", {
        received: `${first} and ${second}`,
        next: "rename one of the services: macOS cannot hold both files",
      });
}

function checkForm(path: string): void {
  const flaw = flawOf(path);
  if (flaw !== undefined) throw new BugError(`output path ${JSON.stringify(path)} ${flaw}`);
}

function flawOf(path: string): string | undefined {
  const parts = path.split("/");
  if (path.startsWith("/") || /^[A-Za-z]:/.test(path)) return "is absolute";
  if (path.includes("\\")) return "contains a backslash";
  if (/\p{Cc}/u.test(path)) return "contains a control character";
  if (parts.includes("")) return "has an empty part";
  if (parts.includes("..")) return "leaves the output directory";
  // scan.ts skips hidden names, so no generated file may have one.
  if (parts.some((part) => part.startsWith("."))) return "has a hidden part";
  return undefined;
}
