// Managed files under systemd: the copies, and the places over which they are mounted.

import { linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import { runShell, secondsOf, type ShellResult, standIns, withDirectory } from "./run-shell.ts";

const notice = "# While the service runs, its configuration is mounted here.\n";

/** An empty workspace, some sources, and an empty directory for copies. */
function withSources(run: (directory: string, workspace: string, copies: string) => void): void {
  withDirectory((directory) => {
    const workspace = join(directory, "work");
    for (const made of ["work", "run", "skill/scripts"]) {
      mkdirSync(join(directory, made), { recursive: true });
    }
    writeFileSync(join(directory, "one.md"), "one\n", { mode: 0o444 });
    linkSync(join(directory, "one.md"), join(directory, "hard-link.md"));
    writeFileSync(join(directory, "skill/SKILL.md"), "skill\n", { mode: 0o444 });
    writeFileSync(join(directory, "skill/scripts/run"), "#!/bin/sh\n", { mode: 0o555 });
    run(directory, workspace, join(directory, "run", workspace));
  });
}

/** Each start has an empty directory for the copies. */
function prepare(directory: string, ...lines: readonly string[]): ShellResult {
  return prepareWith({}, directory, ...lines);
}

function prepareWith(
  more: NodeJS.ProcessEnv,
  directory: string,
  ...lines: readonly string[]
): ShellResult {
  const commands = [
    "rm -rf run",
    "mkdir run",
    `manage files ${directory}/work`,
    ...lines,
    "finish",
  ];
  const env = { RUNTIME_DIRECTORY: `${directory}/run`, ...more };
  return runShell(["prepare", "manage-mounts"], commands.join("\n"), directory, env);
}

test("copies are regular files with one link, for the service alone", () => {
  withSources((directory, _, copies) => {
    const { status, stderr } = prepare(
      directory,
      "put A.md ../hard-link.md ../one.md",
      "put s ../skill",
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(readFileSync(join(copies, "A.md"), "utf8")).toBe("one\none\n");
    const modes = ["A.md", "s", "s/SKILL.md", "s/scripts/run"].map((file) => {
      const { nlink, mode } = lstatSync(join(copies, file));
      return [file, mode & 0o777, file === "A.md" ? nlink : "any"];
    });
    expect(modes).toEqual([
      ["A.md", 0o600, 1],
      ["s", 0o700, "any"],
      ["s/SKILL.md", 0o600, "any"],
      ["s/scripts/run", 0o700, "any"],
    ]);
  });
});

test("each has a place, a file or a folder, with a notice in it", () => {
  withSources((directory, workspace) => {
    prepare(
      directory,
      "put A.md ../one.md",
      "put skills/s/SKILL.md ../one.md",
      "put skills/t ../skill",
    );
    expect(readFileSync(join(workspace, "A.md"), "utf8")).toBe(notice);
    expect(readdirSync(join(workspace, "skills"))).toEqual([".managed"]);
    expect(readFileSync(join(workspace, "skills/.managed"), "utf8")).toBe(notice);
  });
});

test("a place stays the same file: to replace it would take away what is mounted over it", () => {
  withSources((directory, workspace) => {
    const inodes = (): readonly number[] =>
      ["A.md", "s"].map((name) => lstatSync(join(workspace, name)).ino);
    prepare(directory, "put A.md ../one.md", "put s ../skill");
    const before = inodes();
    prepare(directory, "put A.md ../one.md ../one.md", "put s ../skill");
    expect(inodes()).toEqual(before);
  });
});

const inTheWay: readonly (readonly [what: string, make: string, kept: string])[] = [
  ["a file with something in it", "echo mine > NAME", "file"],
  ["a link to nowhere", "ln -s nowhere NAME", "link"],
  ["a link to a file outside", "ln -s ../victim NAME", "link"],
  ["a link to a folder outside", "ln -s ../victims NAME", "link"],
  ["a FIFO", "mkfifo NAME", "FIFO"],
  ["a folder with something in it", "mkdir NAME; echo mine > NAME/mine", "folder"],
  [
    "a folder with a forged notice that is a link",
    "mkdir NAME; ln -s ../../victim NAME/.managed",
    "folder",
  ],
  ["a folder with a forged notice and more", "mkdir NAME; touch NAME/.managed NAME/mine", "folder"],
];

test.each(inTheWay)("%s in the way is kept beside the place", (_, make, kept) => {
  withSources((directory, workspace) => {
    writeFileSync(join(directory, "victim"), "untouched\n");
    mkdirSync(join(directory, "victims"));
    for (const name of ["A.md", "s"]) {
      runShell([], make.replaceAll("NAME", name), workspace);
    }
    expect(prepare(directory, "put A.md ../one.md", "put s ../skill")).toMatchObject({ status: 0 });
    expect(readdirSync(workspace).sort()).toEqual(["A.md", "A.md.unmanaged", "s", "s.unmanaged"]);
    expect(readFileSync(join(workspace, "A.md"), "utf8")).toBe(notice);
    expect(lstatSync(join(workspace, "s")).isDirectory()).toBe(true);
    for (const name of ["A.md.unmanaged", "s.unmanaged"]) {
      const status = lstatSync(join(workspace, name));
      const kinds = {
        file: status.isFile(),
        link: status.isSymbolicLink(),
        FIFO: status.isFIFO(),
        folder: status.isDirectory(),
      };
      expect(kinds).toMatchObject({ [kept]: true });
    }
    expect(readFileSync(join(directory, "victim"), "utf8")).toBe("untouched\n");
    expect(readdirSync(join(directory, "victims"))).toEqual([]);
  });
});

test("places of what is no longer declared are removed, what the service wrote is not", () => {
  withSources((directory, workspace) => {
    prepare(directory, "put A.md ../one.md", "put B.md ../one.md", "put s ../skill");
    writeFileSync(join(workspace, "empty"), "");
    mkdirSync(join(workspace, "empty-folder"));
    writeFileSync(join(workspace, "MEMORY.md"), `${notice}and more\n`);
    runShell([], "mkfifo fifo; ln -s ../victim link", workspace);
    expect(prepare(directory, "put B.md ../one.md")).toMatchObject({ status: 0, stderr: "" });
    expect(readdirSync(workspace).sort()).toEqual([
      ...["B.md", "MEMORY.md", "empty", "empty-folder", "fifo", "link"],
    ]);
  });
});

test("several sets may share a directory", () => {
  withSources((directory, workspace) => {
    const lines = ["put A.md ../one.md", `manage more ${directory}/work`, "put .hidden ../one.md"];
    prepare(directory, ...lines);
    expect(readdirSync(workspace).sort()).toEqual([".hidden", "A.md"]);
    prepare(directory, "put A.md ../one.md");
    expect(readdirSync(workspace)).toEqual(["A.md"]);
  });
});

test("a folder that has more in it by now stays, without the notice", () => {
  withSources((directory, workspace) => {
    prepare(directory, "put s ../skill", "put t ../skill");
    writeFileSync(join(workspace, "s/mine"), "mine\n");
    expect(prepare(directory)).toMatchObject({ status: 0, stderr: "" });
    expect(readdirSync(workspace)).toEqual(["s"]);
    expect(readdirSync(join(workspace, "s"))).toEqual(["mine"]);
  });
});

test("a directory that has places is none, whatever it has in it", () => {
  withSources((directory, workspace) => {
    writeFileSync(join(workspace, ".managed"), notice);
    expect(prepare(directory, `manage more ${directory}`)).toMatchObject({ status: 0, stderr: "" });
    expect(readdirSync(workspace)).toEqual([".managed"]);
  });
});

/** Kinds of files that an agent may have made, by chance or on purpose, in large numbers. */
const made: readonly ((path: string) => void)[] = [
  (path) => {
    writeFileSync(path, "mine\n");
  },
  (path) => {
    writeFileSync(path, notice.replace("mounted", "MOUNTED"));
  },
  (path) => {
    writeFileSync(path, notice);
  },
  (path) => {
    mkdirSync(path);
    writeFileSync(join(path, ".managed"), notice);
  },
];

test("20,000 files of the service's are no work to speak of", { timeout: 120_000 }, () => {
  withSources((directory, workspace) => {
    prepare(directory, "put A.md ../one.md", "put B.md ../one.md", "put s ../skill");
    for (let index = 0; index < 20_000; index += 1) {
      made[index % made.length]?.(join(workspace, `made-${String(index)}`));
    }
    const seconds = secondsOf(() => {
      const lines = [`manage more ${directory}/work`, "put B.md ../one.md"];
      expect(prepare(directory, ...lines)).toEqual({ status: 0, stdout: "", stderr: "" });
    });
    // Half of what the unit of the preparation has.
    expect(seconds).toBeLessThan(60);
    // The places, and files that look like one, are gone; all others are there.
    const left = readdirSync(workspace);
    expect(left.filter((name) => !name.startsWith("made-"))).toEqual(["B.md"]);
    expect(left).toHaveLength(10_001);
  });
});

test("a look that takes too long is given up, and the service starts", () => {
  withSources((directory, workspace) => {
    prepare(directory, "put A.md ../one.md");
    const PATH = standIns(directory, { find: "#!/bin/sh\nexec sleep 60\n" });
    const seconds = secondsOf(() => {
      expect(prepareWith({ PATH }, directory, "patience=1")).toMatchObject({ status: 0 });
    });
    expect(seconds).toBeLessThan(10);
    expect(readdirSync(workspace)).toEqual(["A.md"]);
  });
});
