// How a launchd job ends: only failures that can mend themselves may look like failures.

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
