// The preparation of a service's directories before every start: the files that it makes, and those
// that it leaves alone.

import { chownSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import { runShell, secondsOf, type ShellResult, standIns, withDirectory } from "./run-shell.ts";
import { lacking } from "../support/lacking.ts";

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
const note = lacking(asRoot ? [] : ["root"]);

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

test.skipIf(!asRoot)(
  `a file of somebody else is named, but not where others may put some${note}`,
  () => {
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
        "state/logs/own belongs to somebody else: if that is in the way, chown -h root state/logs/own\n";
      expect(tell()).toEqual({ status: 0, stdout: "", stderr: said });
    });
  },
);

test.skipIf(!asRoot)(`a name has no line of its own in the journal${note}`, () => {
  withDirectory((directory) => {
    mkdirSync(join(directory, "state"));
    const name = "state/a\n<0>forged";
    writeFileSync(join(directory, name), "");
    chownSync(join(directory, name), 4242, 4242);
    const { stderr } = runShell(["prepare"], "tell_of_others state", directory);
    expect(stderr.split("\n")).toHaveLength(2);
    expect(stderr).toMatch(/^\$'state\/a\\n<0>forged' belongs to somebody else/);
  });
});

test("a search that takes too long is given up", () => {
  withDirectory((directory) => {
    const PATH = standIns(directory, { find: "#!/bin/sh\nexec sleep 60\n" });
    const seconds = secondsOf(() => {
      const result = runShell(["prepare"], "patience=1; tell_of_others .", directory, { PATH });
      expect(result).toEqual({ status: 0, stdout: "", stderr: "" });
    });
    expect(seconds).toBeLessThan(10);
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
