// The command `sync-gateway [VERSION]`: stores the structure of the gateway's configuration schema
// as schema/gateway/<version>.json, the plugins that do not come with the gateway as
// schema/gateway-plugins/<version>.json, and reports the changes since the version before.
//
// Exit codes: 0 done; 1 the user's mistake, or something outside failed; 70 a bug.

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadConfig, loadServices } from "../../src/config.ts";
import { readDocs } from "../../src/docs/read-docs.ts";
import { formatUserError, UserError } from "../../src/errors.ts";
import { lowerService } from "../../src/lower/lower.ts";
import type { IrOption } from "../../src/model/option-type.ts";
import { changeReport } from "./change-report.ts";
import { compareSchemas } from "./compare-schemas.ts";
import { compareVersions } from "../../src/compare-versions.ts";
import { installGateway, readGatewaySchema, type Session } from "./install-gateway.ts";
import { printJson, printStored, readStored, storedVersions, writeStored } from "./schema-files.ts";
import { schemaPath } from "../../src/settings/schema-path.ts";
import { readPlugins } from "./plugins.ts";
import { structureOf } from "./structure.ts";

const usage = `usage: pnpm sync-gateway [VERSION] [--from DIRECTORY]

Stores the structure of the gateway's configuration schema in schema/gateway/<version>.json, and
the plugins that do not come with it in schema/gateway-plugins/<version>.json.

  VERSION            release of the npm package, default: the latest
  --from DIRECTORY   use the node_modules directory of an installed gateway`;

const repository = fileURLToPath(new URL("../..", import.meta.url));

interface SyncOptions {
  readonly version: string;
  /** A node_modules directory; if absent, the release is installed. */
  readonly from: string | undefined;
  /** The directory of the stored schemas. */
  readonly directory: string;
}

/** Runs the command; `argv` has the arguments after its name. Resolves to the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const options = readArguments(argv);
    if (options === undefined) {
      process.stdout.write(`${usage}\n`);
      return 0;
    }
    process.stdout.write(`${await inSession((session) => syncGateway(options, session))}\n`);
    return 0;
  } catch (error) {
    if (error instanceof UserError) {
      process.stderr.write(`${formatUserError(error)}\n`);
      return 1;
    }
    process.stderr.write(
      `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return 70;
  }
}

function readArguments(argv: readonly string[]): SyncOptions | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        from: { type: "string" },
        directory: { type: "string", default: join(repository, "schema", "gateway") },
        help: { type: "boolean", short: "h" },
      },
    });
    if (values.help === true) return undefined;
    const [version = "latest", ...others] = positionals;
    if (others.length > 0) throw new TypeError("only one version at a time");
    if (!/^[\w.-]+$/.test(version)) throw new TypeError(`${version} is no version`);
    return { version, from: values.from, directory: values.directory };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UserError(error.message, { next: "see `pnpm sync-gateway --help`" });
  }
}

/** Runs work with a temporary directory, and removes it afterwards, also after an error or a signal. */
async function inSession<T>(work: (session: Session) => Promise<T>): Promise<T> {
  const temporary = mkdtempSync(join(tmpdir(), "sync-gateway-"));
  const interrupt = new AbortController();
  const onSignal = (): void => {
    interrupt.abort();
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, onSignal);
  const progress = startProgress();
  try {
    return await work({ temporary, signal: interrupt.signal, say: progress.say });
  } finally {
    progress.end();
    for (const signal of signals) process.off(signal, onSignal);
    rmSync(temporary, { recursive: true, force: true });
  }
}

const progressIntervalMs = 10_000;

/** Prints each step, and regularly how long it has run. */
function startProgress(): { readonly say: (message: string) => void; readonly end: () => void } {
  let started = performance.now();
  const timer = setInterval(() => {
    process.stderr.write(`  ${Math.round((performance.now() - started) / 1000)} s\n`);
  }, progressIntervalMs);
  return {
    say: (message) => {
      started = performance.now();
      process.stderr.write(`${message}\n`);
    },
    end: () => {
      clearInterval(timer);
    },
  };
}

/** Does the work and returns the report. */
async function syncGateway(options: SyncOptions, session: Session): Promise<string> {
  const { directory } = options;
  const modules = options.from ?? (await installGateway(options.version, session));
  const { version, document } = await readGatewaySchema(modules, session);
  if (options.version !== "latest" && options.version !== version) {
    throw new UserError(`${modules} holds version ${version}, not ${options.version}`, {
      next: "leave VERSION out, or name another directory",
    });
  }
  session.say("comparing");
  const structure = structureOf(document, `the schema of version ${version}`);
  const path = schemaPath(directory, version);
  const text = await printStored(structure);
  const before = storedVersions(directory)
    .filter((stored) => compareVersions(stored, version) < 0)
    .at(-1);
  const changes =
    before === undefined
      ? []
      : compareSchemas(readStored(schemaPath(directory, before)), structure);
  const report =
    before === undefined
      ? "no earlier version to compare with"
      : `${before} -> ${version}\n\n${changeReport(changes, await serviceOptions())}`;
  const pluginsPath = join(directory, "..", "gateway-plugins", `${version}.json`);
  const plugins = readPlugins(modules);
  const pluginsText = await printJson(JSON.stringify(plugins));
  writeStored(path, text);
  mkdirSync(dirname(pluginsPath), { recursive: true });
  writeStored(pluginsPath, pluginsText);
  const size = `${(Buffer.byteLength(text) / 1000).toFixed(1)} kB`;
  return [
    report,
    `wrote ${relative(process.cwd(), path)} (${size})`,
    `wrote ${relative(process.cwd(), pluginsPath)} (${String(plugins.length)} plugins that do not come with it)`,
    "settings are checked against the versions a service names in `configSchema`",
  ].join("\n");
}

/** The options of all services of the repository. */
async function serviceOptions(): Promise<readonly IrOption[]> {
  const services = await loadServices(await loadConfig(repository), readDocs);
  return services.flatMap((source) => lowerService(source.service, source.docs).options);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2));
}
