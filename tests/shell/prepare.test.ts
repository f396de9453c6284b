// What a service finds in its directories at every start, and what is left alone there.

import {
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { existsSync, readdirSync, readlinkSync, type Stats } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import { runShell, type ShellResult, withDirectory } from "./run-shell.ts";

function put(directory: string, ...lines: readonly string[]): ShellResult {
  return runShell(
    ["prepare"],
    ["manage work record", ...lines, "finish"]
      .join("\n")
      .replaceAll("record", `${directory}/record`),
    directory,
  );
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

test("what is no longer declared is removed, with the directory it leaves empty", () => {
  withSources((directory, workspace) => {
    put(directory, "put A.md ../one.md", "put skills/s/SKILL.md ../one.md");
    expect(put(directory, "put A.md ../one.md").status).toBe(0);
    expect(readdirSync(workspace)).toEqual(["A.md", "skills"]);
    expect(readdirSync(join(workspace, "skills"))).toEqual([]);
  });
});

test("what the service wrote itself stays", () => {
  withSources((directory, workspace) => {
    writeFileSync(join(workspace, "MEMORY.md"), "mine\n");
    mkdirSync(join(workspace, "skills/own"), { recursive: true });
    writeFileSync(join(workspace, "skills/own/SKILL.md"), "mine\n");
    put(directory, "put A.md ../one.md", "put skills/s ../skill");
    expect(put(directory).status).toBe(0);
    expect(readFileSync(join(workspace, "MEMORY.md"), "utf8")).toBe("mine\n");
    expect(readFileSync(join(workspace, "skills/own/SKILL.md"), "utf8")).toBe("mine\n");
    expect(readdirSync(workspace).sort()).toEqual(["MEMORY.md", "skills"]);
  });
});

test("a file of the service that stands where a declared one goes is kept beside it", () => {
  withSources((directory, workspace) => {
    writeFileSync(join(workspace, "A.md"), "mine\n");
    mkdirSync(join(workspace, "skills/s"), { recursive: true });
    writeFileSync(join(workspace, "skills/s/SKILL.md"), "mine too\n");
    expect(put(directory, "put A.md ../one.md", "put skills/s ../skill").status).toBe(0);
    expect(readFileSync(join(workspace, "A.md"), "utf8")).toBe("one\n");
    expect(readFileSync(join(workspace, "A.md.unmanaged"), "utf8")).toBe("mine\n");
    expect(readFileSync(join(workspace, "skills/s.unmanaged/SKILL.md"), "utf8")).toBe("mine too\n");
  });
});

test("a link on the way to a target stops the start with exit code 78", () => {
  withSources((directory, workspace) => {
    mkdirSync(join(directory, "elsewhere"));
    symlinkSync("../elsewhere", join(workspace, "skills"));
    const result = put(directory, "put skills/s ../skill");
    expect(result.status).toBe(78);
    expect(result.stderr).toBe(`${workspace}/skills leads through a link: remove it\n`);
    expect(readdirSync(join(directory, "elsewhere"))).toEqual([]);
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
    writeFileSync(join(directory, "record"), `../victim\n${directory}/victim\na/../../victim\n`);
    expect(put(directory).status).toBe(0);
    expect(existsSync(join(directory, "victim"))).toBe(true);
    expect(readdirSync(workspace)).toEqual([]);
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

test("directories are made, closed to others, and left as they are afterwards", () => {
  withDirectory((directory) => {
    const own = (): ShellResult => runShell(["prepare"], "own_directory a/b 0700", directory);
    expect(own()).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(lstatSync(join(directory, "a/b")).mode & 0o777).toBe(0o700);
    writeFileSync(join(directory, "a/b/kept"), "");
    expect(own()).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(readdirSync(join(directory, "a/b"))).toEqual(["kept"]);
  });
});

const asRoot = process.getuid?.() === 0;

test.each([
  ["a file", "touch there", /^there is not a directory: move it away\n$/],
  ["a link to nowhere", "ln -s nowhere there", /^there is not a directory: move it away\n$/],
  ["a link to a directory", "mkdir other; ln -s other there", /^$/],
  ...(asRoot
    ? ([
        ["somebody else's", "mkdir there; chown 4242 there", /chown -R root there\n$/],
        [
          "a link to somebody else's",
          "mkdir other; chown 4242 other; ln -s other there",
          /^there leads to a directory of somebody else: remove the link\n$/,
        ],
      ] as const)
    : []),
] as const)("a directory that is %s is used, or refused in one line", (_, make, said) => {
  withDirectory((directory) => {
    const { status, stderr } = runShell(
      ["prepare"],
      `${make}; own_directory there 0700`,
      directory,
    );
    expect(stderr).toMatch(said);
    expect(status).toBe(said.test("") ? 0 : 78);
  });
});

test.skipIf(!asRoot)("a file of somebody else is named, but not where others may put some", () => {
  withDirectory((directory) => {
    const tell = (): ShellResult =>
      runShell(["prepare"], "tell_of_others state state/work state/work/a", directory);
    mkdirSync(join(directory, "state/work/a"), { recursive: true });
    mkdirSync(join(directory, "state/logs"));
    writeFileSync(join(directory, "state/logs/own"), "");
    writeFileSync(join(directory, "state/work/note"), "");
    chownSync(join(directory, "state/work/note"), 4242, 4242);
    expect(tell()).toEqual({ status: 0, stdout: "", stderr: "" });
    chownSync(join(directory, "state/logs/own"), 4242, 4242);
    const said =
      "state/logs/own belongs to somebody else: if that is in the way, chown root state/logs/own\n";
    expect(tell()).toEqual({ status: 0, stdout: "", stderr: said });
  });
});

test("the well-known link is made, and a file that was there is kept", () => {
  withDirectory((directory) => {
    writeFileSync(join(directory, "app.json"), "old\n");
    expect(runShell(["prepare"], "own_link app.json /etc/app.json", directory).status).toBe(0);
    expect(readlinkSync(join(directory, "app.json"))).toBe("/etc/app.json");
    expect(readFileSync(join(directory, "app.json.unmanaged"), "utf8")).toBe("old\n");
    expect(runShell(["prepare"], "own_link app.json /etc/new.json", directory).status).toBe(0);
    expect(readlinkSync(join(directory, "app.json"))).toBe("/etc/new.json");
    expect(readdirSync(directory).sort()).toEqual(["app.json", "app.json.unmanaged"]);
  });
});
