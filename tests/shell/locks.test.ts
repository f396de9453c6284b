// The launcher of a launchd job removes locks of a crashed run. The real gateway runs here as on
// macOS, where it may not look at other processes. Without the locks, two gateways must still not run at once.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { missingForGateway, newestGateway } from "../support/gateway.ts";
import { findGateway } from "../support/tools.ts";
import { runShell } from "./run-shell.ts";
import { lacking } from "../support/lacking.ts";

const missing = missingForGateway(newestGateway);
const note = lacking(missing);

/** The preparation's line that removes locks. */
const [forget = ""] =
  /^ *forget_locks .*$/mu.exec(
    readFileSync(new URL("../../generated/moltbot/service.nix", import.meta.url), "utf8"),
  ) ?? [];

/** Pretends to be macOS, and refuses ps like its sandbox. */
const asOnMacOS = `
const processes = require("node:child_process");
Object.defineProperty(process, "platform", { value: "darwin" });
const refused = () => Object.assign(new Error("spawn EPERM"), { code: "EPERM", errno: -1 });
for (const name of ["execFileSync", "spawnSync"]) {
  const real = processes[name];
  processes[name] = (file, ...rest) => {
    if (!/^(\\/bin\\/)?ps$/.test(file)) return real(file, ...rest);
    if (name === "spawnSync") return { error: refused(), status: null };
    throw refused();
  };
}
require("node:module").syncBuiltinESMExports();
`;

describe.skipIf(missing.length > 0)(`a lock whose process has crashed${note}`, () => {
  let directory = "";
  let port = 0;
  const started: ChildProcess[] = [];

  beforeAll(async () => {
    directory = realpathSync(mkdtempSync(join(tmpdir(), "nixmodgen-locks-")));
    mkdirSync(join(directory, "state/tmp"), { recursive: true, mode: 0o700 });
    port = await freePort();
    writeFileSync(join(directory, "as-on-macos.cjs"), asOnMacOS);
    writeFileSync(
      join(directory, "openclaw.json"),
      JSON.stringify({
        gateway: { mode: "local", bind: "loopback", port, reload: { mode: "off" } },
        logging: { file: join(directory, "gateway.log") },
        models: { catalogRefresh: { enabled: false } },
        update: { checkOnStart: false },
      }),
    );
  });

  afterAll(async () => {
    await Promise.all(started.map(end));
    rmSync(directory, { recursive: true, force: true });
  });

  /** Starts a gateway; `said` returns its output so far. */
  function start(): { readonly child: ChildProcess; readonly said: () => string } {
    const modules = findGateway(newestGateway) ?? "";
    const state = join(directory, "state");
    const child = spawn(
      join(modules, ".bin/node"),
      [join(modules, "openclaw/openclaw.mjs"), "gateway"],
      {
        cwd: directory,
        env: {
          PATH: process.env["PATH"],
          HOME: state,
          TMPDIR: join(state, "tmp"),
          NODE_OPTIONS: `--require=${join(directory, "as-on-macos.cjs")}`,
          OPENCLAW_STATE_DIR: state,
          OPENCLAW_CONFIG_PATH: join(directory, "openclaw.json"),
          OPENCLAW_GATEWAY_TOKEN: "secret",
          OPENCLAW_NIX_MODE: "1",
          OPENCLAW_NO_RESPAWN: "1",
          OPENCLAW_SUPERVISOR_MODE: "external",
        },
        stdio: ["ignore", "pipe", "pipe"],
        detached: true,
      },
    );
    started.push(child);
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (part: string) => (text += part));
    }
    return { child, said: () => text };
  }

  /** Writes a lock like that of a crashed process, whose number another process has by now. */
  function leaveLock(): void {
    const locks = join(directory, "state/tmp", `openclaw-${String(process.getuid?.())}`);
    mkdirSync(locks, { recursive: true, mode: 0o700 });
    writeFileSync(
      join(locks, "gateway.state.lock"),
      JSON.stringify({
        pid: process.pid,
        ownerId: "an-earlier-run",
        createdAt: "2026-01-01T00:00:00.000Z",
        configPath: join(directory, "openclaw.json"),
        stateDir: join(directory, "state"),
        port,
      }),
    );
  }

  /** Removes locks, like the preparation before each start. */
  function forgetLocks(): void {
    const { stderr } = runShell(["prepare", "leftovers"], forget, directory, {
      TMPDIR: join(directory, "state/tmp"),
    });
    expect(forget).toContain("forget_locks '");
    expect(stderr).toBe("");
  }

  const hasEnded = async ({ child, said }: ReturnType<typeof start>): Promise<string> => {
    if (child.exitCode === null) await once(child, "exit");
    expect(child.exitCode).not.toBe(0);
    return said();
  };

  test("is in the way where the process cannot be asked for", { timeout: 300_000 }, async () => {
    leaveLock();
    expect(await hasEnded(start())).toMatch(
      /live or unverified owner|gateway already running|owns this state directory/,
    );
  });

  test(
    "is not, once it is removed; what the gateway itself locks still keeps others out",
    { timeout: 600_000 },
    async () => {
      leaveLock();
      forgetLocks();
      const first = start();
      await expect.poll(() => isHealthy(port), { timeout: 240_000, interval: 500 }).toBe(true);

      forgetLocks();
      expect(await hasEnded(start())).toMatch(/another OpenClaw process owns gateway-lifecycle/);
      expect(await isHealthy(port)).toBe(true);
      expect(first.child.exitCode).toBe(null);
    },
  );
});

async function isHealthy(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${String(port)}/health`)).ok;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** Ends a process and its children: it leads a group of its own. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const exited = once(child, "exit");
  process.kill(-child.pid, "SIGKILL");
  await exited;
}
