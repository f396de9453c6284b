import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { OutputFile } from "../../src/output/file.ts";
import { nodeFileSystem, type FileSystem } from "../../src/output/file-system.ts";
import { addHeader } from "../../src/output/header.ts";
import { createManifest } from "../../src/output/manifest.ts";
import { createPlan, type Plan } from "../../src/output/plan.ts";
import { scanOutput, temporaryPath } from "../../src/output/scan.ts";
import { writePlan } from "../../src/output/write.ts";
import {
  asOrdinaryUser,
  command,
  messageOf,
  readTree,
  temporaryDirectory,
  type Tree,
  writeTree,
} from "./project.ts";

function planFor(root: string, files: readonly OutputFile[], label = "generated"): Plan {
  return createPlan(files, scanOutput({ root, label, command }, nodeFileSystem));
}

const oldFiles: readonly OutputFile[] = [
  { path: "changed.json", text: "old" },
  { path: "edited.json", text: "old" },
  { path: "gone/orphan.json", text: "old" },
  { path: "same.json", text: "same" },
];

const newFiles: readonly OutputFile[] = [
  { path: "changed.json", text: "new" },
  { path: "created.json", text: "new" },
  { path: "edited.json", text: "new" },
  { path: "made/here/created.json", text: "new" },
  { path: "same.json", text: "same" },
];

/** One file for everything that can happen to a file. */
const before: Tree = {
  "generated/changed.json": "old",
  "generated/edited.json": "by hand",
  "generated/gone/orphan.json": "old",
  "generated/manifest.json": createManifest(oldFiles, command).text,
  "generated/notes.txt": "mine",
  "generated/same.json": "same",
};

const after: Tree = {
  "generated/": "",
  "generated/changed.json": "new",
  "generated/created.json": "new",
  "generated/edited.json": "new",
  "generated/made/": "",
  "generated/made/here/": "",
  "generated/made/here/created.json": "new",
  "generated/manifest.json": createManifest(newFiles, command).text,
  "generated/notes.txt": "mine",
  "generated/same.json": "same",
};

/** Calls that change the disk, counted; `fails` says which of them, from 1, go wrong. */
function failingFileSystem(fails: (call: number) => boolean): FileSystem & { calls(): number } {
  let calls = 0;
  const attempt = (work: () => void, half: () => void = () => undefined): void => {
    calls += 1;
    if (!fails(calls)) {
      work();
      return;
    }
    half();
    throw Object.assign(new Error("ENOSPC: injected"), { code: "ENOSPC", syscall: "write" });
  };
  const real = nodeFileSystem;
  return {
    ...real,
    calls: () => calls,
    makeDirectory: (path) => {
      attempt(() => {
        real.makeDirectory(path);
      });
    },
    writeNew: (path, text) => {
      attempt(
        () => {
          real.writeNew(path, text);
        },
        // A full disk leaves the first half of the text.
        () => {
          real.writeNew(path, text.slice(0, text.length / 2));
        },
      );
    },
    copy: (from, to) => {
      attempt(() => {
        real.copy(from, to);
      });
    },
    rename: (from, to) => {
      attempt(() => {
        real.rename(from, to);
      });
    },
    remove: (path) => {
      attempt(() => {
        real.remove(path);
      });
    },
    removeDirectory: (path) => {
      attempt(() => {
        real.removeDirectory(path);
      });
    },
  };
}

describe("a write that succeeds", () => {
  test("does what the plan says and nothing else", () => {
    const root = temporaryDirectory(before);
    writePlan(planFor(root, newFiles), nodeFileSystem);
    expect(readTree(root)).toEqual(after);
  });

  test("makes the output directory, however deep", () => {
    const root = temporaryDirectory();
    writePlan(planFor(root, [{ path: "a.json", text: "1" }], "build/out"), nodeFileSystem);
    expect(Object.keys(readTree(root))).toEqual([
      "build/",
      "build/out/",
      "build/out/a.json",
      "build/out/manifest.json",
    ]);
  });

  test("changes nothing the second time", () => {
    const root = temporaryDirectory(before);
    writePlan(planFor(root, newFiles), nodeFileSystem);
    const counting = failingFileSystem(() => false);
    writePlan(planFor(root, newFiles), counting);
    expect(counting.calls()).toBe(0);
    expect(readTree(root)).toEqual(after);
  });

  test("keeps an orphan that was edited, and its directory", () => {
    const edited = { ...before, "generated/gone/orphan.json": "by hand" };
    const root = temporaryDirectory(edited);
    writePlan(planFor(root, newFiles), nodeFileSystem);
    expect(readTree(root)).toEqual({
      ...after,
      "generated/gone/": "",
      "generated/gone/orphan.json": "by hand",
    });
  });

  test("keeps a directory in which an orphan was not alone", () => {
    const root = temporaryDirectory({ ...before, "generated/gone/mine.txt": "" });
    writePlan(planFor(root, newFiles), nodeFileSystem);
    expect(readTree(root)).toEqual({
      ...after,
      "generated/gone/": "",
      "generated/gone/mine.txt": "",
    });
  });

  test("clears up after a run that was killed", () => {
    const root = temporaryDirectory({
      ...before,
      [`generated/${temporaryPath("changed.json", "new")}`]: "ha",
      "generated/gone/.orphan.json.1.old.nixmodgen-tmp": "old",
    });
    writePlan(planFor(root, newFiles), nodeFileSystem);
    expect(readTree(root)).toEqual(after);
  });
});

test("whatever was there, after a write there is nothing left to write", () => {
  const names = fc.constantFrom("a.json", "b.nix", "c/d.json", "c/e.nix", "f/g/h.json");
  const outputs = fc.dictionary(names, fc.constantFrom("", "1", "2"));
  const edits = fc.dictionary(names, fc.constantFrom("", "1", "by hand"));
  fc.assert(
    fc.property(outputs, edits, outputs, (first, edited, second) => {
      const root = mkdtempSync(join(tmpdir(), "nixmodgen-"));
      try {
        const filesOf = (output: Readonly<Record<string, string>>): readonly OutputFile[] =>
          Object.entries(output).map(([path, text]) =>
            addHeader({ path, text }, "schema/demo.ts", command),
          );
        writePlan(planFor(root, filesOf(first)), nodeFileSystem);
        const ours = Object.entries(edited).filter(([path]) => path in first);
        writeTree(join(root, "generated"), Object.fromEntries(ours));
        writePlan(planFor(root, filesOf(second)), nodeFileSystem);
        const { entries } = planFor(root, filesOf(second));
        expect(entries.filter(({ status }) => status !== "unchanged")).toEqual(
          // An edited file stays, even if it is no longer generated.
          entries.filter(({ path }) => path in edited && !(path in second)),
        );
        for (const { path, text } of filesOf(second)) {
          expect(readTree(root)[`generated/${path}`]).toBe(text);
        }
      } finally {
        rmSync(root, { recursive: true });
      }
    }),
  );
});

describe("a write that fails", () => {
  // 5 new texts (the manifest is the fifth), 2 directories, 4 backups.
  const staging = 11;
  // 5 renames into place, 1 removal.
  const committing = 6;
  // 4 backups and the orphan's directory.
  const tidying = 5;

  test("has this many steps to fail at", () => {
    const counting = failingFileSystem(() => false);
    writePlan(planFor(temporaryDirectory(before), newFiles), counting);
    expect(counting.calls()).toBe(staging + committing + tidying);
  });

  const untilCommitted = Array.from({ length: staging + committing }, (_, index) => index + 1);
  test.each(untilCommitted)("at step %d leaves everything as it was", (step) => {
    const root = temporaryDirectory(before);
    const original = readTree(root);
    const plan = planFor(root, newFiles);
    const message = messageOf(() => {
      writePlan(
        plan,
        failingFileSystem((call) => call === step),
      );
    });
    expect(readTree(root)).toEqual(original);
    expect(message).toMatch(
      /^error: cannot write generated\/[a-z/]+\.json: no space left on device; no file was changed\n {2}next: {5}free some space on the disk, then run `pnpm generate`$/,
    );
  });

  const afterCommitted = Array.from({ length: tidying }, (_, i) => staging + committing + i + 1);
  test.each(afterCommitted)("at step %d, after the last rename, is no failure", (step) => {
    const root = temporaryDirectory(before);
    writePlan(
      planFor(root, newFiles),
      failingFileSystem((call) => call === step),
    );
    expect(readTree(root)).toMatchObject(after);
    // Leftover files are hidden, and the next run removes them.
    const left = Object.keys(readTree(root)).filter((path) => !(path in after));
    expect(left).not.toEqual([]);
    for (const path of left) expect(path).toMatch(/\/\.[^/]*\.nixmodgen-tmp$|^generated\/gone\/$/);
    writePlan(planFor(root, newFiles), nodeFileSystem);
    const stillLeft = Object.keys(readTree(root)).filter((path) => !(path in after));
    expect(stillLeft.filter((path) => path !== "generated/gone/")).toEqual([]);
  });

  test.each(untilCommitted)("at step %d and at every later one loses no content", (step) => {
    const root = temporaryDirectory(before);
    const plan = planFor(root, newFiles);
    const message = messageOf(() => {
      writePlan(
        plan,
        failingFileSystem((call) => call >= step),
      );
    });
    const tree = readTree(root);
    for (const [path, text] of Object.entries(before)) {
      if (tree[path] === text) continue;
      const backup = temporaryPath(path, "old");
      expect(tree[backup]).toBe(text);
      expect(message).toContain(`${path} (its content is in ${backup})`);
    }
  });

  test("by a bug is a bug, and leaves everything as it was", () => {
    const root = temporaryDirectory(before);
    const original = readTree(root);
    const bug = new TypeError("not a function");
    const broken: FileSystem = {
      ...nodeFileSystem,
      rename: (from, to) => {
        if (to.endsWith("edited.json")) throw bug;
        nodeFileSystem.rename(from, to);
      },
    };
    const plan = planFor(root, newFiles);
    expect(() => {
      writePlan(plan, broken);
    }).toThrow(bug);
    expect(readTree(root)).toEqual(original);
  });

  test("because a directory appeared where a file belongs", () => {
    const root = temporaryDirectory(before);
    const plan = planFor(root, newFiles);
    mkdirSync(join(root, "generated/created.json/sub"), { recursive: true });
    const original = readTree(root);
    const message = messageOf(() => {
      writePlan(plan, nodeFileSystem);
    });
    expect(readTree(root)).toEqual(original);
    expect(message).toBe(
      `error: cannot write generated/created.json: illegal operation on a directory; no file was changed
  next:     mend that, then run \`pnpm generate\``,
    );
  });

  test.each([
    ["the output directory", "generated", "generated/changed.json"],
    ["one directory in it", "generated/gone", "generated/gone/orphan.json"],
  ])("because %s is read-only", (_name, directory, path) => {
    const root = temporaryDirectory(before);
    const original = readTree(root);
    asOrdinaryUser(root, () => {
      chmodSync(join(root, directory), 0o555);
      const plan = planFor(root, newFiles);
      const message = messageOf(() => {
        writePlan(plan, nodeFileSystem);
      });
      chmodSync(join(root, directory), 0o755);
      expect(readTree(root)).toEqual(original);
      expect(message).toBe(
        `error: cannot write ${path}: permission denied; no file was changed
  next:     give yourself permission to read and write there, then run \`pnpm generate\``,
      );
    });
  });
});

test("the message names every file that could not be put back", () => {
  const root = temporaryDirectory({
    "generated/a.json": "old",
    "generated/manifest.json": createManifest([{ path: "a.json", text: "old" }], command).text,
  });
  const plan = planFor(root, [{ path: "a.json", text: "new" }]);
  // Steps 1 to 4 stage two files and their backups, 5 puts a.json in place, 6 the manifest.
  const message = messageOf(() => {
    writePlan(
      plan,
      failingFileSystem((call) => call === 6 || call === 7),
    );
  });
  const backup = temporaryPath("generated/a.json", "old");
  expect(message).toBe(
    `error: cannot write generated/manifest.json: no space left on device; could not undo: generated/a.json (its content is in ${backup})
  next:     free some space on the disk, then run \`pnpm generate\``,
  );
  expect(readTree(root)).toMatchObject({ "generated/a.json": "new", [backup]: "old" });
});
