import { mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isTrace, isUpToDate, recordDisk, type Trace } from "../../src/cache/recorded-disk.ts";
import { temporaryDirectory } from "../output/project.ts";

function project(): string {
  const root = temporaryDirectory({ "a.ts": "a", "dir/b.ts": "b", "other/b.ts": "b" });
  symlinkSync("dir", join(root, "link"));
  return root;
}

/** Asks all kinds of questions. */
function ask(root: string): Trace {
  const { disk, trace } = recordDisk();
  const at = (path: string): string => join(root, path);
  expect(disk.readText(at("a.ts"))).toBe("a");
  expect(disk.isFile(at("a.ts"))).toBe(true);
  expect(disk.isFile(at("missing.ts"))).toBe(false);
  expect(disk.isDirectory(at("missing"))).toBe(false);
  expect(() => disk.readText(at("absent.ts"))).toThrow("ENOENT");
  expect(disk.list(at("dir")).map(({ name, isFile }) => [name, isFile])).toEqual([
    [at("dir/b.ts"), true],
  ]);
  expect(disk.realPath(at("link"))).toBe(at("dir"));
  const asked = trace();
  if (asked === undefined) throw new Error("nobody has written");
  return asked;
}

test("as long as nothing changes, all answers are the same", () => {
  const trace = ask(project());
  expect(isTrace(JSON.parse(JSON.stringify(trace)))).toBe(true);
  expect(isUpToDate(trace)).toBe(true);
});

test.each<readonly [string, (root: string) => void]>([
  [
    "the text of a file",
    (root) => {
      writeFileSync(join(root, "a.ts"), "A");
    },
  ],
  [
    "a file that is gone",
    (root) => {
      unlinkSync(join(root, "a.ts"));
    },
  ],
  [
    "a file that was not there",
    (root) => {
      writeFileSync(join(root, "missing.ts"), "");
    },
  ],
  [
    "a file that could not be read",
    (root) => {
      writeFileSync(join(root, "absent.ts"), "");
    },
  ],
  [
    "a directory that was not there",
    (root) => {
      mkdirSync(join(root, "missing"));
    },
  ],
  [
    "a file more in a directory",
    (root) => {
      writeFileSync(join(root, "dir/c.ts"), "");
    },
  ],
  [
    "a file of another name",
    (root) => {
      renameSync(join(root, "dir/b.ts"), join(root, "dir/c.ts"));
    },
  ],
  [
    "where a link leads",
    (root) => {
      rmSync(join(root, "link"));
      symlinkSync("other", join(root, "link"));
    },
  ],
])("a change is noticed: %s", (_, change) => {
  const root = project();
  const trace = ask(root);
  change(root);
  expect(isUpToDate(trace)).toBe(false);
});

test("a change of what was not asked for is none", () => {
  const root = project();
  const trace = ask(root);
  writeFileSync(join(root, "dir/b.ts"), "B");
  writeFileSync(join(root, "new.ts"), "");
  expect(isUpToDate(trace)).toBe(true);
});

test("two answers to one question are no trace", () => {
  const root = project();
  const { disk, trace } = recordDisk();
  disk.readText(join(root, "a.ts"));
  writeFileSync(join(root, "a.ts"), "A");
  disk.readText(join(root, "a.ts"));
  expect(trace()).toBeUndefined();
});

test("changed texts are named once, and may be read again", () => {
  const root = project();
  const { disk, trace, takeChangedTexts } = recordDisk();
  disk.readText(join(root, "a.ts"));
  disk.readText(join(root, "dir/b.ts"));
  expect(takeChangedTexts()).toEqual([]);
  writeFileSync(join(root, "a.ts"), "A");
  expect(takeChangedTexts()).toEqual([join(root, "a.ts")]);
  expect(takeChangedTexts()).toEqual([]);
  expect(disk.readText(join(root, "a.ts"))).toBe("A");
  expect(trace()?.length).toBe(2);
});

test("where more than texts has changed, no texts are named", () => {
  const root = project();
  const { disk, takeChangedTexts } = recordDisk();
  disk.isFile(join(root, "missing.ts"));
  writeFileSync(join(root, "missing.ts"), "");
  expect(takeChangedTexts()).toBeUndefined();
});
