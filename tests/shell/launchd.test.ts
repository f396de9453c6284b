// How a launchd job ends: only failures that can mend themselves may look like failures.

import { spawn } from "node:child_process";
import { describe, expect, test } from "vitest";

import { readShell } from "../../src/shell/files.ts";
import { runShell, withDirectory } from "./run-shell.ts";

const files = ["launchd", "launch"] as const;

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

test("a request to stop reaches the program, and the job ends when it has cleaned up", async () => {
  const program =
    "trap 'sleep 0.3; echo cleaned up; exit 0' TERM; echo ready; while :; do sleep 0.05; done";
  const script = [
    "set -euo pipefail",
    readShell("launchd"),
    `supervise bash -c ${JSON.stringify(program)}`,
  ].join("\n");
  const job = spawn("bash", ["--norc", "-c", script], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  job.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    if (text.includes("ready")) job.kill("SIGTERM");
  });
  const status = await new Promise((resolve) => job.on("exit", resolve));
  expect({ status, output }).toEqual({ status: 0, output: "ready\ncleaned up\n" });
});
