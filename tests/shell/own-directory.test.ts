// Root makes the missing directories of a service, and does not touch existing ones.

import { chownSync, lstatSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import { runShell, withDirectory } from "./run-shell.ts";
import { lacking } from "../support/lacking.ts";

const isRoot = process.getuid?.() === 0;
const note = lacking(isRoot ? [] : ["root"]);
const someone = 4242;

function owned(owner: number): (path: string) => void {
  return (path) => {
    mkdirSync(path);
    chownSync(path, owner, owner);
  };
}

function link(path: string, target: string): void {
  symlinkSync(target, path);
}

/** A kind of file in the place of the directory, and the error about it; the service's user is `nobody`. */
const places: readonly (readonly [
  what: string,
  make: (path: string, elsewhere: string) => void,
  said: RegExp | undefined,
])[] = [
  ["nothing", () => undefined, undefined],
  ["its own", owned(65534), undefined],
  ["root's", owned(0), /belongs to somebody else: configure another directory/],
  ["somebody else's", owned(someone), /belongs to somebody else/],
  ["a link", link, /is a link: remove it/],
  [
    "a link to nothing",
    (path) => {
      link(path, "/nowhere");
    },
    /is a link: remove it/,
  ],
  [
    "a file",
    (path) => {
      writeFileSync(path, "");
    },
    /is not a directory: move it away/,
  ],
];

for (const [what, make, said] of places) {
  test.skipIf(!isRoot)(`before a start, in its place: ${what}${note}`, () => {
    withDirectory((directory) => {
      const [path, elsewhere] = [join(directory, "own"), join(directory, "elsewhere")];
      mkdirSync(elsewhere);
      make(path, elsewhere);
      const { status, stderr } = runShell(
        ["own-directory"],
        `expect_own_directory ${path} nobody`,
        directory,
      );
      expect(status).toBe(said === undefined ? 0 : 78);
      expect(stderr).toMatch(said ?? /^$/);
      expect(lstatSync(elsewhere).uid).toBe(0);
    });
  });
}

test.skipIf(!isRoot)(`what is missing is made for the service alone${note}`, () => {
  withDirectory((directory) => {
    const path = join(directory, "above/own");
    const run = (): number | null =>
      runShell(["own-directory"], `make_own_directory ${path} 65534 65534 0700`, directory).status;
    expect(run()).toBe(0);
    expect(lstatSync(join(directory, "above")).uid).toBe(0);
    const made = lstatSync(path);
    expect([made.uid, made.gid, made.mode & 0o777]).toEqual([65534, 65534, 0o700]);
    chownSync(path, someone, someone);
    expect(run()).toBe(0);
    expect(lstatSync(path).uid).toBe(someone);
  });
});

test.skipIf(!isRoot)(`a link is not followed to somebody else's directory${note}`, () => {
  withDirectory((directory) => {
    const [path, elsewhere] = [join(directory, "own"), join(directory, "elsewhere")];
    mkdirSync(elsewhere, { mode: 0o755 });
    symlinkSync(elsewhere, path);
    const { status } = runShell(
      ["own-directory"],
      `make_own_directory ${path} 65534 65534 0700`,
      directory,
    );
    expect(status).toBe(0);
    expect([lstatSync(elsewhere).uid, lstatSync(elsewhere).mode & 0o777]).toEqual([0, 0o755]);
  });
});
