// How secrets reach the process, and the messages if they cannot.

import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { runShell, secondsOf, withDirectory } from "./run-shell.ts";

const files = ["secrets-systemd", "own-secret", "launch"] as const;
const missing = "missing_credential=missing-credential-file\n";

const cases: readonly (readonly [
  string,
  { readonly content: string | undefined; readonly stdout?: string; readonly stderr?: string },
])[] = [
  ["a secret is exported", { content: "s3cret", stdout: "s3cret" }],
  ["a final newline is no part of it", { content: "s3cret\n", stdout: "s3cret" }],
  [
    "shell metacharacters are text",
    { content: "a'b\"c $(id) `id` \\ *", stdout: "a'b\"c $(id) `id` \\ *" },
  ],
  ["several lines stay several lines", { content: "one\ntwo\n", stdout: "one\ntwo" }],
  ["an empty file", { content: "", stderr: "opt: /keys/k is empty: write the secret into it\n" }],
  [
    "a blank file",
    { content: " \n\t\n", stderr: "opt: /keys/k is empty: write the secret into it\n" },
  ],
  ["as much as is allowed", { content: "x".repeat(100_000), stdout: "x".repeat(100_000) }],
  [
    "a file that no variable can hold",
    {
      content: "x".repeat(100_001),
      stderr: "opt: /keys/k is larger than 100000 bytes: is it the right file?\n",
    },
  ],
  [
    "bytes count, not characters",
    {
      content: "é".repeat(60_000),
      stderr: "opt: /keys/k is larger than 100000 bytes: is it the right file?\n",
    },
  ],
  [
    "systemd's fallback for a file that does not exist",
    {
      content: "missing-credential-file",
      stderr: "opt: /keys/k does not exist or cannot be read: create it, or change the option\n",
    },
  ],
];

describe("load", () => {
  test.each(cases)("%s", (_, { content, stdout = "", stderr = "" }) => {
    withDirectory((directory) => {
      writeFileSync(join(directory, "KEY"), content ?? "");
      const result = runShell(
        files,
        `${missing}load KEY opt /keys/k\nprintf '%s' "$(printenv KEY)"`,
        directory,
        { CREDENTIALS_DIRECTORY: directory },
      );
      expect(result).toEqual({ status: stderr === "" ? 0 : 78, stdout, stderr });
    });
  });

  test("a credential systemd did not set up at all", () => {
    withDirectory((directory) => {
      const result = runShell(files, `${missing}load KEY opt /keys/k`, directory, {
        CREDENTIALS_DIRECTORY: directory,
      });
      expect(result.status).toBe(78);
      expect(result.stderr).toBe(
        "opt: /keys/k does not exist or cannot be read: create it, or change the option\n",
      );
    });
  });
});

describe("variables of the service manager", () => {
  const directory = "/run/credentials/it.service";
  const refused = (variable: string): string =>
    `an environment file sets ${variable}, which is the service manager's own: remove it there\n`;
  test.each([
    ["as the manager sets them", { CREDENTIALS_DIRECTORY: directory }, ""],
    ["without credentials there is no directory", {}, ""],
    ["a main process", { CREDENTIALS_DIRECTORY: directory, MAINPID: "1" }, refused("MAINPID")],
    ["an empty one", { MAINPID: "" }, refused("MAINPID")],
    ["a directory elsewhere", { CREDENTIALS_DIRECTORY: "/srv" }, refused("CREDENTIALS_DIRECTORY")],
    [
      "another service's",
      { CREDENTIALS_DIRECTORY: "/run/credentials/other.service" },
      refused("CREDENTIALS_DIRECTORY"),
    ],
    ["none", { CREDENTIALS_DIRECTORY: "" }, refused("CREDENTIALS_DIRECTORY")],
  ])("%s", (_, variables, stderr) => {
    withDirectory((place) => {
      expect(runShell(files, "expect_manager_variables it.service", place, variables)).toEqual({
        status: stderr === "" ? 0 : 78,
        stdout: "",
        stderr,
      });
    });
  });
});

describe("generate", () => {
  test("makes 256 random bits once, for the service alone, and keeps them", () => {
    withDirectory((directory) => {
      mkdirSync(join(directory, "own state"));
      const start = (): string =>
        runShell(files, 'generate KEY "own state/token"\nprintenv KEY', directory).stdout.trim();
      const first = start();
      expect(first).toMatch(/^[0-9a-f]{64}$/);
      expect(start()).toBe(first);
      expect(readdirSync(join(directory, "own state"))).toEqual(["token"]);
      expect(readFileSync(join(directory, "own state/token"), "utf8")).toBe(first);
      expect(statSync(join(directory, "own state/token")).mode & 0o777).toBe(0o600);
    });
  });

  test("is refused where an environment file has another", () => {
    withDirectory((directory) => {
      const start = (option: string) =>
        runShell(files, `KEY=theirs; generate KEY token ${option}\necho started`, directory);
      const said = "an environment file sets KEY, which the service makes itself: remove it there";
      expect(start("")).toEqual({ status: 78, stdout: "", stderr: `${said}\n` });
      expect(start("a.tokenFile").stderr).toBe(
        `${said}, and name a file that holds it in a.tokenFile\n`,
      );
    });
  });

  test("sets aside what is none, and makes one", () => {
    withDirectory((directory) => {
      writeFileSync(join(directory, "token"), "several words");
      const result = runShell(files, "generate KEY token\nprintenv KEY", directory);
      expect(result.stdout.trim()).toMatch(/^[0-9a-f]{64}$/);
      expect(readFileSync(join(directory, "token.unmanaged"), "utf8")).toBe("several words");
    });
  });

  test("never goes on without one: a file it cannot read is a final error", () => {
    withDirectory((directory) => {
      // Root cannot read this file either, like the service a file of somebody else's.
      const file = "/proc/self/task/self/mem";
      const result = runShell(files, `generate KEY ${file}\necho started`, directory);
      expect(result.status).toBe(78);
      expect(result.stdout).toBe("");
      expect(result.stderr).toMatch(
        /^\S+ holds no secret that can be read: remove it, or give it back with chown -h \w+ \S+$/m,
      );
    });
  });

  test.each([
    ["a link", "ln -s ../victim token.new"],
    ["a second name", "ln ../victim token.new"],
  ])("writes nothing through %s that the service has put where it may be made", (_, make) => {
    withDirectory((directory) => {
      mkdirSync(join(directory, "state"));
      writeFileSync(join(directory, "victim"), "untouched\n");
      const commands = `cd state; ${make}; generate KEY token; printenv KEY`;
      expect(runShell(files, commands, directory).stdout).toMatch(/^[0-9a-f]{64}\n$/);
      expect(readFileSync(join(directory, "victim"), "utf8")).toBe("untouched\n");
    });
  });

  test("takes no more of what comes out of the sandbox than a secret may have", () => {
    withDirectory((directory) => {
      const endless = "own_secret() { yes; }";
      const seconds = secondsOf(() => {
        const result = runShell(files, `${endless}\ngenerate KEY token`, directory);
        expect(result.status).toBe(78);
      });
      expect(seconds).toBeLessThan(10);
    });
  });

  test.each([
    ["a FIFO", "mkfifo token"],
    ["a directory", "mkdir token"],
    ["a link", "echo theirs > other; ln -s other token"],
  ])("sets %s in its place aside, and neither waits for it nor reads it", (_, make) => {
    withDirectory((directory) => {
      const result = runShell(files, `${make}\ngenerate KEY token\nprintenv KEY`, directory);
      expect(result.stdout).toMatch(/^[0-9a-f]{64}\n$/);
      expect(statSync(join(directory, "token")).isFile()).toBe(true);
      expect(lstatSync(join(directory, "token.unmanaged")).isFile()).toBe(false);
    });
  });

  test("another service gets another one", () => {
    withDirectory((directory) => {
      const result = runShell(files, 'generate A one\ngenerate B two\n[ "$A" != "$B" ]', directory);
      expect(result.status).toBe(0);
    });
  });
});

describe("credentials the service reads itself", () => {
  const own = ["secrets-files", "launch"] as const;
  const open = "has to belong to";
  const waiting = (option: string, name: string, seconds: number): string =>
    `${option}: ${name} cannot be used yet: waiting for it, ${String(seconds)} s from the start on\n`;
  test.each([
    ["a file for the service alone", 0o400, 0],
    ["a file the service may write", 0o600, 0],
    ["a file its group reads", 0o440, 78],
    ["a file everybody reads", 0o444, 78],
  ])("%s", (_, mode, status) => {
    withDirectory((directory) => {
      const file = join(directory, "key");
      writeFileSync(file, "s3cret\n");
      chmodSync(file, mode);
      const result = runShell(own, `patience=1\nload KEY opt ${file}\nprintenv KEY`, directory);
      expect(result.status).toBe(status);
      expect(result.stdout).toBe(status === 0 ? "s3cret\n" : "");
      const [wait = "", said = "", ...more] = result.stderr.split("\n");
      expect(more).toEqual(status === 0 ? [] : [""]);
      if (status !== 0) {
        expect(`${wait}\n`).toBe(waiting("opt", file, 1));
        expect(said).toContain(`opt: ${file} ${open}`);
      }
    });
  });

  test.each([
    ["never there", "no/such/file", waiting("opt", "no/such/file", 2)],
    ["a directory", ".", waiting("opt", ".", 2)],
  ])("%s", (_, name, before) => {
    withDirectory((directory) => {
      const result = runShell(own, `patience=2\nload KEY opt ${name}`, directory);
      expect(result).toEqual({
        status: 78,
        stdout: "",
        stderr: `${before}opt: ${name} does not exist or cannot be read: create it, or change the option\n`,
      });
    });
  });

  test("several files that are never there are waited for together", () => {
    withDirectory((directory) => {
      const commands = "patience=2\n(load A opt a) || :\n(load B opt b) || :\necho $SECONDS";
      const { stdout } = runShell(own, commands, directory);
      expect(Number(stdout)).toBeGreaterThanOrEqual(2);
      expect(Number(stdout)).toBeLessThan(4);
    });
  });

  test.each([
    ["a credential", "load KEY opt key", "s3cret", "opt"],
    ["a file of variables", "load_environment opt key", "KEY=s3cret", "opt"],
  ])("%s that is there a second later", (_, load, content, option) => {
    withDirectory((directory) => {
      const appears = `(sleep 1; echo ${content} > new; mv new key) &`;
      const result = runShell(own, `${appears}\n${load}\nprintenv KEY`, directory);
      expect(result).toEqual({
        status: 0,
        stdout: "s3cret\n",
        stderr: waiting(option, "key", 60),
      });
    });
  });

  // agenix and others create the file first, and change its owner a moment later.
  test.each([
    ["only to its user", "chmod 0444 key", "chmod 0400 key"],
    ["what its link leads to", "mv key real; ln -s late key", "mv real late"],
  ])("a credential that is given %s a second later", (_, before, after) => {
    withDirectory((directory) => {
      writeFileSync(join(directory, "key"), "s3cret\n");
      chmodSync(join(directory, "key"), 0o400);
      const result = runShell(
        own,
        `${before}\n(sleep 1; ${after}) &\nload KEY opt key\nprintenv KEY`,
        directory,
      );
      expect(result).toEqual({
        status: 0,
        stdout: "s3cret\n",
        stderr: waiting("opt", "key", 60),
      });
    });
  });
});
