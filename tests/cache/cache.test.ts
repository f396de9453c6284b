// The cache returns an entry only for the key with which the same program wrote it; a damaged entry counts as none.

import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { directoryCache, noCache, openCache } from "../../src/cache/cache.ts";
import { programIdentity } from "../../src/cache/identity.ts";
import { recall } from "../../src/cache/recall.ts";
import { asOrdinaryUser, temporaryDirectory } from "../output/project.ts";

const text = "line\nline with ü\n";

function filledCache(): {
  readonly root: string;
  readonly directory: string;
  readonly file: string;
} {
  const root = temporaryDirectory();
  const directory = join(root, "not/there/yet");
  directoryCache(directory, "version 1").write("name", "key", text);
  return { root, directory, file: join(directory, "name") };
}

function found(directory: string, key = "key", identity = "version 1"): string | undefined {
  return directoryCache(directory, identity).read("name", key);
}

test("an entry is found again, and there is nothing else in the directory", () => {
  const { directory } = filledCache();
  expect(found(directory)).toBe(text);
  expect(readdirSync(directory)).toEqual(["name"]);
});

test("it is not found under another key, or by another program", () => {
  const { directory } = filledCache();
  expect(found(directory, "other")).toBeUndefined();
  expect(found(directory, "key", "version 2")).toBeUndefined();
});

test("the last entry of a name takes the place of the one before", () => {
  const { directory } = filledCache();
  directoryCache(directory, "version 1").write("name", "other", "new");
  expect(found(directory, "other")).toBe("new");
  expect(found(directory)).toBeUndefined();
  expect(readdirSync(directory)).toEqual(["name"]);
});

test("a name may have any characters", () => {
  const { directory } = filledCache();
  const cache = directoryCache(directory, "version 1");
  cache.write("../a/ü", "key", "in the directory");
  expect(cache.read("../a/ü", "key")).toBe("in the directory");
  expect(readdirSync(directory).length).toBe(2);
});

describe("a damaged entry is none, and is replaced", () => {
  test.each<readonly [string, (file: string) => void]>([
    [
      "empty",
      (file) => {
        truncateSync(file);
      },
    ],
    [
      "cut short",
      (file) => {
        truncateSync(file, readFileSync(file).length - 1);
      },
    ],
    [
      "without its first line",
      (file) => {
        writeFileSync(file, text);
      },
    ],
    [
      "one byte changed",
      (file) => {
        const bytes = readFileSync(file);
        bytes[bytes.length - 3] = 65;
        writeFileSync(file, bytes);
      },
    ],
    [
      "more at its end",
      (file) => {
        writeFileSync(file, "x", { flag: "a" });
      },
    ],
    [
      "gone",
      (file) => {
        rmSync(file);
      },
    ],
  ])("%s", (_, damage) => {
    const { directory, file } = filledCache();
    damage(file);
    expect(found(directory)).toBeUndefined();
    directoryCache(directory, "version 1").write("name", "key", text);
    expect(found(directory)).toBe(text);
  });
});

test("where an entry cannot be written, there is none, and nothing else happens", () => {
  const root = temporaryDirectory({ "a-file": "" });
  const cache = directoryCache(join(root, "a-file"), "version 1");
  cache.write("name", "key", text);
  expect(cache.read("name", "key")).toBeUndefined();
  mkdirSync(join(root, "cache/name"), { recursive: true });
  const other = directoryCache(join(root, "cache"), "version 1");
  other.write("name", "key", text);
  expect(other.read("name", "key")).toBeUndefined();
  expect(readdirSync(join(root, "cache"))).toEqual(["name"]);
});

test("a directory that may only be read is read", () => {
  const { root, directory } = filledCache();
  chmodSync(directory, 0o555);
  asOrdinaryUser(root, () => {
    directoryCache(directory, "version 1").write("name", "other", "new");
    expect(found(directory)).toBe(text);
  });
});

test("a project without installed packages has no cache", () => {
  const root = temporaryDirectory();
  expect(openCache(root)).toBe(noCache);
  symlinkSync("nowhere", join(root, "node_modules"));
  expect(openCache(root)).toBe(noCache);
});

test("the program is the same one twice", () => {
  expect(programIdentity()).toBe(programIdentity());
});

describe("recall", () => {
  const directory = (): string => temporaryDirectory();
  const made = (value: string): readonly { path: string; text: string }[] => [
    { path: "a.nix", text: value },
  ];

  test("makes files once for the same values, and anew for others", () => {
    const cache = directoryCache(directory(), "version 1");
    const recallText = (value: unknown, result: string): string | undefined =>
      recall(cache, "files", value, () => made(result))[0]?.text;
    expect(recallText({ a: 1 }, "first")).toBe("first");
    expect(recallText({ a: 1 }, "second")).toBe("first");
    expect(recallText({ a: 2 }, "third")).toBe("third");
    expect(recallText({ a: 1 }, "fourth")).toBe("fourth");
  });

  test("keeps nothing of a failure", () => {
    const cache = directoryCache(directory(), "version 1");
    const fail = (): never => {
      throw new Error("it fails");
    };
    expect(() => recall(cache, "files", 1, fail)).toThrow("it fails");
    expect(() => recall(cache, "files", 1, fail)).toThrow("it fails");
  });

  test("makes anew what it cannot compare", () => {
    const cache = directoryCache(directory(), "version 1");
    const value = { a: () => 1 };
    expect(recall(cache, "files", value, () => made("first"))).toEqual(made("first"));
    expect(recall(cache, "files", value, () => made("second"))).toEqual(made("second"));
  });
});
