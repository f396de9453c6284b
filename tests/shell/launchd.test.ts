// How a launchd job ends: only failures that can mend themselves may look like failures.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { runShell, withDirectory } from "./run-shell.ts";

const files = ["launchd", "launch", "supervise"] as const;

const endings: readonly (readonly [
  string,
  { readonly commands: string; readonly status: number },
])[] = [
  ["a program that succeeds", { commands: "supervise true", status: 0 }],
  ["a program that fails", { commands: "supervise sh -c 'exit 3'", status: 3 }],
  ["a program killed by a signal", { commands: "supervise sh -c 'kill -KILL $$'", status: 137 }],
  [
    "a program that refuses its configuration",
    { commands: "supervise sh -c 'exit 78'", status: 0 },
  ],
  ["a launcher that refuses a credential", { commands: "fail 'opt: wrong'", status: 0 }],
  ["a launcher that fails otherwise", { commands: "false", status: 1 }],
];

describe("the job's exit code", () => {
  test.each(endings)("%s", (_, { commands, status }) => {
    withDirectory((directory) => {
      expect(runShell(files, commands, directory).status).toBe(status);
    });
  });
});

describe("the log of a user's job, which nothing else keeps small", () => {
  const large = "a".repeat(10 * 1024 * 1024 + 1);

  // As launchd has it open: for appending.
  const start = 'exec >> it.log\nrotate_log "$PWD/it.log"\necho new';

  test("a large one is kept once, and begun anew", () => {
    withDirectory((directory) => {
      const log = join(directory, "it.log");
      writeFileSync(log, large);
      writeFileSync(`${log}.old`, "older");
      expect(runShell(["rotate-log"], start, directory).status).toBe(0);
      expect(readFileSync(log, "utf8")).toBe("new\n");
      expect(readFileSync(`${log}.old`, "utf8") === large).toBe(true);
    });
  });

  test("a small one stays", () => {
    withDirectory((directory) => {
      const log = join(directory, "it.log");
      writeFileSync(log, "old\n");
      expect(runShell(["rotate-log"], start, directory).status).toBe(0);
      expect(readFileSync(log, "utf8")).toBe("old\nnew\n");
      expect(existsSync(`${log}.old`)).toBe(false);
    });
  });

  test("one that cannot be kept is no reason not to start", () => {
    withDirectory((directory) => {
      const log = join(directory, "it.log");
      writeFileSync(log, large);
      const { status, stderr } = runShell(
        ["rotate-log"],
        `mkdir -p it.log.old/it.log\n${start}`,
        directory,
      );
      expect(status).toBe(0);
      expect(stderr).toContain("it.log cannot be rotated");
      expect(readFileSync(log, "utf8").endsWith("new\n")).toBe(true);
    });
  });
});
