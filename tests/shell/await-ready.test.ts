// What waits for a service to be ready: a real listener, a real process in the service's place, and a
// stand-in for `ss`, which says whose the listener is.

import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, createServer as createListener } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

import { shellCode } from "../../src/runtime/assets.ts";

const other = "uid:4242";
const own = `uid:${String(process.getuid?.() ?? 0)}`;
const account = userInfo().username;

/** Listens on a port of the kernel's choice. */
async function listening(server: Server | ReturnType<typeof createListener>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A server whose answers have these statuses, the last again and again. */
function answering(...statuses: readonly number[]): Promise<number> {
  const left = [...statuses];
  return listening(
    createServer((_, response) => {
      const status = left.length > 1 ? left.shift() : left[0];
      response.writeHead(status ?? 500).end();
    }),
  );
}

/** A process that stands for the service; `ended` has gone. */
function service(script = "sleep 60 & wait"): ChildProcess {
  const job = spawn("bash", ["--norc", "-c", script], { stdio: "ignore" });
  onTestFinished(() => {
    job.kill("SIGKILL");
  });
  return job;
}

async function ended(): Promise<ChildProcess> {
  const job = service("exit 1");
  await new Promise((resolve) => job.on("exit", resolve));
  return job;
}

interface Waiting {
  readonly job: ChildProcess;
  readonly outcome: Promise<{ readonly status: number | null; readonly said: string }>;
}

function waitFor(
  port: number,
  main: ChildProcess,
  lines: readonly string[],
  patience = 60,
  limit = 60,
): Waiting {
  const directory = mkdtempSync(join(tmpdir(), "nixmodgen-ready-"));
  onTestFinished(() => {
    rmSync(directory, { recursive: true });
  });
  const ss = join(directory, "ss");
  // With what the real one complains of where there is no /proc.
  writeFileSync(
    ss,
    `#!/bin/bash\necho Failed to open mounts file >&2\ncat <<'E'\n${lines.join("\n")}\nE\n`,
  );
  chmodSync(ss, 0o755);
  const script = [
    ...(["stop", "await-ready"] as const).map((name) => shellCode.read(name)),
    'await_ready "$@"',
  ].join("\n");
  const words = [String(port), "/readyz", String(patience), String(limit), account];
  const job = spawn("bash", ["--norc", "-c", script, "await-ready", ...words], {
    env: { PATH: `${directory}:${process.env["PATH"] ?? ""}`, MAINPID: String(main.pid) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => {
    job.kill("SIGKILL");
  });
  let said = "";
  for (const stream of [job.stdout, job.stderr])
    stream.on("data", (data: Buffer) => (said += String(data)));
  return {
    job,
    outcome: new Promise((resolve) => {
      job.on("close", (status) => {
        resolve({ status, said });
      });
    }),
  };
}

const line = (address: string, port: number, whose: string): string =>
  `LISTEN 0 511 ${address}:${String(port)} 0.0.0.0:* ${whose} ino:1 sk:1 <->`;

test.each(["127.0.0.1", "0.0.0.0", "*"])("ready on %s at once", async (address) => {
  const port = await answering(200);
  const { outcome } = waitFor(port, service(), [line(address, port, own)]);
  expect(await outcome).toEqual({ status: 0, said: "" });
});

test("what is not ready is asked again", async () => {
  const port = await answering(503, 503, 200);
  const { outcome } = waitFor(port, service(), [line("127.0.0.1", port, own)]);
  expect(await outcome).toEqual({ status: 0, said: "" });
});

test("a service that has ended is a start that failed", async () => {
  const { outcome } = waitFor(1, await ended(), []);
  expect(await outcome).toEqual({
    status: 1,
    said: "it ended before it was ready: what it said is above\n",
  });
});

test("the answer of another account is none", async () => {
  const port = await answering(200);
  const main = service("sleep 0.7");
  const { outcome } = waitFor(port, main, [line("127.0.0.1", port, other)], 0);
  expect((await outcome).status).toBe(1);
});

test("what listens and does not become ready is taken for started in the end", async () => {
  const port = await answering(503);
  const { outcome } = waitFor(port, service(), [line("127.0.0.1", port, own)], 1);
  expect(await outcome).toEqual({
    status: 0,
    said: "it has listened for 1 s and does not say that it is ready: it is taken for started\n",
  });
});

test("what does not listen, and runs, is taken for started in the end", async () => {
  const { outcome } = waitFor(1, service(), [], 60, 1);
  expect(await outcome).toEqual({
    status: 0,
    said: "it does not listen after 1 s, and runs: it is taken for started\n",
  });
});

test("of an endless answer nothing is kept", async () => {
  const port = await listening(
    createListener((socket) => {
      socket.on("error", () => undefined);
      const more = (error?: Error | null): void => {
        // Nobody reads any more.
        if (error === undefined || error === null) socket.write("x".repeat(1 << 16), more);
      };
      more();
    }),
  );
  const { outcome } = waitFor(port, service(), [line("127.0.0.1", port, own)], 1);
  expect((await outcome).status).toBe(0);
  // The listener is still there, and nobody holds a connection to it.
  await new Promise((resolve) => connect(port, "127.0.0.1").on("connect", resolve));
});

test("asked to stop it asks the service, and waits until that has stopped", async () => {
  const main = service("trap 'sleep 0.3; exit 0' TERM; while :; do sleep 0.05; done");
  const gone = new Promise((resolve) => main.on("exit", resolve));
  const { job, outcome } = waitFor(1, main, []);
  await new Promise((resolve) => setTimeout(resolve, 300));
  job.kill("SIGTERM");
  expect(await outcome).toEqual({ status: 0, said: "" });
  expect(await gone).toBe(0);
});
