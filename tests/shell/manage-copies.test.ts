// Managed files without mounts: copies in the service's own directories.

import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  type Stats,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import { runShell, secondsOf, type ShellResult, withDirectory } from "./run-shell.ts";

function put(directory: string, ...lines: readonly string[]): ShellResult {
  const commands = [`state_directory=${directory}`, "manage files work", ...lines, "finish"];
  return runShell(["prepare", "manage-copies"], commands.join("\n"), directory);
}

/** A directory with an empty workspace and some sources beside it. */
function withSources(run: (directory: string, workspace: string) => void): void {
  withDirectory((directory) => {
    const workspace = join(directory, "work");
    mkdirSync(workspace);
    writeFileSync(join(directory, "one.md"), "one\n", { mode: 0o444 });
    writeFileSync(join(directory, "two.md"), "two\n", { mode: 0o444 });
    linkSync(join(directory, "one.md"), join(directory, "hard-link.md"));
    mkdirSync(join(directory, "skill/scripts"), { recursive: true });
    writeFileSync(join(directory, "skill/SKILL.md"), "skill\n", { mode: 0o444 });
    writeFileSync(join(directory, "skill/scripts/run"), "#!/bin/sh\n", { mode: 0o555 });
    symlinkSync("SKILL.md", join(directory, "skill/link.md"));
    run(directory, workspace);
  });
}

test("files are concatenated into a regular file with one link, for the service alone", () => {
  withSources((directory, workspace) => {
    expect(put(directory, "put A.md ../hard-link.md ../two.md").status).toBe(0);
    const status = lstatSync(join(workspace, "A.md"));
    expect(status.isFile()).toBe(true);
    expect(status.nlink).toBe(1);
    expect(status.mode & 0o777).toBe(0o600);
    expect(readFileSync(join(workspace, "A.md"), "utf8")).toBe("one\ntwo\n");
  });
});

test("directories are copied whole: links resolved, programs executable", () => {
  withSources((directory, workspace) => {
    expect(put(directory, "put skills/s ../skill").status).toBe(0);
    const copied = (file: string): Stats => lstatSync(join(workspace, "skills/s", file));
    expect(copied("SKILL.md").mode & 0o777).toBe(0o600);
    expect(copied("scripts/run").mode & 0o777).toBe(0o700);
    expect(copied("link.md").isFile()).toBe(true);
    expect(copied(".").mode & 0o777).toBe(0o700);
  });
});

test("a changed file is as declared again after the next start", () => {
  withSources((directory, workspace) => {
    put(directory, "put A.md ../one.md", "put skills/s ../skill");
    writeFileSync(join(workspace, "A.md"), "forged\n");
    writeFileSync(join(workspace, "skills/s/extra.md"), "planted\n");
    expect(put(directory, "put A.md ../two.md", "put skills/s ../skill").status).toBe(0);
    expect(readFileSync(join(workspace, "A.md"), "utf8")).toBe("two\n");
    expect(readdirSync(join(workspace, "skills/s")).sort()).toEqual([
      "SKILL.md",
      "link.md",
      "scripts",
    ]);
    expect(readdirSync(workspace).sort()).toEqual(["A.md", "skills"]);
  });
});

test("what is no longer declared is removed", () => {
  withSources((directory, workspace) => {
    put(
      directory,
      "put A.md ../one.md",
      "put skills/s/SKILL.md ../one.md",
      "put skills/t ../skill",
    );
    put(directory, "put A.md ../one.md", "put skills/t ../skill");
    expect(readdirSync(workspace)).toEqual(["A.md", "skills"]);
    expect(readdirSync(join(workspace, "skills"))).toEqual(["t"]);
    expect(put(directory).status).toBe(0);
    expect(readdirSync(workspace)).toEqual([]);
  });
});

test("what the service wrote itself stays", () => {
  withSources((directory, workspace) => {
    writeFileSync(join(workspace, "MEMORY.md"), "mine\n");
    put(directory, "put A.md ../one.md", "put skills/s ../skill");
    expect(put(directory).status).toBe(0);
    expect(readFileSync(join(workspace, "MEMORY.md"), "utf8")).toBe("mine\n");
    expect(readdirSync(workspace)).toEqual(["MEMORY.md"]);
  });
});

test("what the service has where a declared file or folder goes is kept beside it", () => {
  withSources((directory, workspace) => {
    writeFileSync(join(workspace, "A.md"), "mine\n");
    mkdirSync(join(workspace, "skills/own"), { recursive: true });
    writeFileSync(join(workspace, "skills/own/SKILL.md"), "mine too\n");
    expect(put(directory, "put A.md ../one.md", "put skills/s ../skill").status).toBe(0);
    expect(readFileSync(join(workspace, "A.md"), "utf8")).toBe("one\n");
    expect(readFileSync(join(workspace, "A.md.unmanaged"), "utf8")).toBe("mine\n");
    // The gateway would read another skill of that name instead.
    expect(readdirSync(join(workspace, "skills"))).toEqual(["s"]);
    expect(readFileSync(join(workspace, "skills.unmanaged/own/SKILL.md"), "utf8")).toBe(
      "mine too\n",
    );
  });
});

test("a link in place of a folder is moved away, and what it leads to is not touched", () => {
  withSources((directory, workspace) => {
    mkdirSync(join(directory, "elsewhere"));
    symlinkSync("../elsewhere", join(workspace, "skills"));
    expect(put(directory, "put skills/s ../skill").status).toBe(0);
    expect(readdirSync(join(directory, "elsewhere"))).toEqual([]);
    expect(lstatSync(join(workspace, "skills")).isDirectory()).toBe(true);
    expect(readlinkSync(join(workspace, "skills.unmanaged"))).toBe("../elsewhere");
  });
});

test.each([
  ["a FIFO", "mkfifo managed-files"],
  ["a directory", "mkdir managed-files"],
  ["a link", "ln -s victim managed-files; echo kept > victim"],
])("a record that is %s is no record", (_, make) => {
  withSources((directory, workspace) => {
    runShell([], make, directory);
    expect(put(directory, "put A.md ../one.md").status).toBe(0);
    expect(readdirSync(workspace)).toEqual(["A.md"]);
    expect(lstatSync(join(directory, "managed-files")).isFile()).toBe(true);
  });
});

test("a link in place of a declared file is replaced, what it points to is not written", () => {
  withSources((directory, workspace) => {
    put(directory, "put A.md ../one.md");
    writeFileSync(join(directory, "victim"), "untouched\n");
    runShell([], "ln -sf ../victim A.md", workspace);
    expect(put(directory, "put A.md ../two.md").status).toBe(0);
    expect(lstatSync(join(workspace, "A.md")).isFile()).toBe(true);
    expect(readFileSync(join(directory, "victim"), "utf8")).toBe("untouched\n");
  });
});

test("a forged record removes nothing outside the workspace", () => {
  withSources((directory, workspace) => {
    writeFileSync(join(directory, "victim"), "untouched\n");
    writeFileSync(
      join(directory, "managed-files"),
      `../victim\n${directory}/victim\na/../../victim\n`,
    );
    expect(put(directory).status).toBe(0);
    expect(existsSync(join(directory, "victim"))).toBe(true);
    expect(readdirSync(workspace)).toEqual([]);
  });
});

test("a forged record is no work to speak of", { timeout: 120_000 }, () => {
  withSources((directory, workspace) => {
    put(directory, "put A.md ../one.md");
    const record = join(directory, "managed-files");
    const forged = Array.from({ length: 20_000 }, (_, index) => `${String(index)}\n`);
    writeFileSync(record, [readFileSync(record, "utf8"), ...forged].join(""));
    const seconds = secondsOf(() => {
      expect(put(directory, "put B.md ../one.md")).toMatchObject({ status: 0, stderr: "" });
    });
    expect(seconds).toBeLessThan(10);
    expect(readdirSync(workspace)).toEqual(["B.md"]);
  });
});

test("names with blanks, quotes and leading hyphens are names", () => {
  withSources((directory, workspace) => {
    expect(put(directory, `put "- a'b c.md" ../one.md`).status).toBe(0);
    expect(readdirSync(workspace)).toEqual(["- a'b c.md"]);
    expect(put(directory).status).toBe(0);
    expect(readdirSync(workspace)).toEqual([]);
  });
});
