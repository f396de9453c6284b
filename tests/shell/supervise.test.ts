// How a service is asked to stop: the request reaches the program whenever it comes, is waited for,
// and the launcher ends as the program does. The rows with a process namespace run the launcher as its
// first process, as under systemd's PrivatePIDs=.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { describe, expect, onTestFinished, test, vi } from "vitest";

import { shellCode } from "../../src/runtime/assets.ts";
import { lacking } from "../support/lacking.ts";

// A request that goes unheard would be waited for; some seconds are more than any of them takes.
vi.setConfig({ testTimeout: 20_000 });

const inNamespace = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child"];
const hasNamespaces = spawnSync("unshare", [...inNamespace.slice(1), "true"]).status === 0;

const places: readonly (readonly [string, readonly string[]])[] = [
  ["as an ordinary process", []],
  ...(hasNamespaces ? [["as the first of a namespace", inNamespace] as const] : []),
];

/** A program that takes a moment to end when asked to. */
const careful =
  "trap 'sleep 0.3; echo cleaned up; exit 0' TERM; echo ready; while :; do sleep 0.05; done";

interface Service {
  readonly job: ChildProcess;
  readonly output: () => string;
  /** The output so far contains the word. */
  readonly says: (word: string) => Promise<void>;
  readonly status: Promise<number | null>;
}

function start(place: readonly string[], before: string, program: string): Service {
  const script = [
    "set -euo pipefail",
    shellCode.read("supervise"),
    "echo started",
    before,
    `supervise bash -c ${JSON.stringify(program)}`,
  ].join("\n");
  const job = spawn("env", [...place, "bash", "--norc", "-c", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => {
    job.kill("SIGKILL");
  });
  let output = "";
  const listeners = new Set<() => void>();
  job.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    for (const listener of listeners) listener();
  });
  return {
    job,
    output: () => output,
    says: (word) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (output.includes(word)) resolve();
        };
        listeners.add(look);
        look();
      }),
    status: new Promise((resolve) => job.on("close", resolve)),
  };
}

/** The launcher's own process id: below `unshare`, it is the only child. */
function launcherOf({ job }: Service, place: readonly string[]): string {
  const own = String(job.pid);
  if (place.length === 0) return own;
  return spawnSync("pgrep", ["--parent", own], { encoding: "utf8" }).stdout.trim();
}

/** Runs the command of ExecStop=, as systemd does. */
function stop(pid: string): ChildProcess {
  const asking = spawn("bash", ["--norc", "-c", `${shellCode.read("stop")}\nstop`], {
    env: { PATH: process.env["PATH"], MAINPID: pid },
    stdio: "inherit",
  });
  onTestFinished(() => {
    asking.kill("SIGKILL");
  });
  return asking;
}

describe.each(places)("a request to stop, %s", (_, place) => {
  test("reaches the program, and is over when that has cleaned up", async () => {
    const service = start(place, "", careful);
    await service.says("ready");
    const asking = stop(launcherOf(service, place));
    const asked = new Promise((resolve) => asking.on("close", resolve));
    expect(await service.status).toBe(0);
    expect(service.output()).toBe("started\nready\ncleaned up\n");
    expect(await asked).toBe(0);
  });

  test("that comes before the program runs is heeded, too", async () => {
    const service = start(place, "sleep 0.5", "echo too late; exec sleep 60");
    await service.says("started");
    const asking = stop(launcherOf(service, place));
    const asked = new Promise((resolve) => asking.on("close", resolve));
    await service.status;
    expect(await asked).toBe(0);
  });
});

test.runIf(hasNamespaces)(
  `orphans are reaped${lacking(hasNamespaces ? [] : ["namespaces"])}`,
  async () => {
    const orphan = "(sleep 0.2 & exec true) & ";
    const service = start(
      [...inNamespace, "--mount-proc"],
      "",
      `${orphan} sleep 1; grep -c '^State:.Z' /proc/[0-9]*/status | grep -vc ':0$'; true`,
    );
    await service.status;
    expect(service.output()).toBe("started\n0\n");
  },
);

test("there is nothing to wait for when the service has ended by itself", () => {
  const { status } = spawnSync("bash", ["--norc", "-c", `${shellCode.read("stop")}\nstop`], {
    env: { PATH: process.env["PATH"] },
  });
  expect(status).toBe(0);
});
