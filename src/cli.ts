// The command line. `generateOutputs` is the whole pipeline, in order: configuration, schema files
// (read, then run), generation, headers, comparison with the disk, then write or check.
//
// With `--json`, standard output is always exactly one document.
//
// Exit codes: 0 done; 1 the user's mistake, or a check that found differences; 70 a bug.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { posix, relative, sep } from "node:path";
import { isatty } from "node:tty";
import { Command, CommanderError, Option } from "commander";
import picocolors from "picocolors";
import type { Colors } from "picocolors/types.js";
import { type Cache, noCache, openCache } from "./cache/cache.ts";
import { loadConfig, loadServices } from "./config.ts";
import type { DocsSource, OptionDocs } from "./docs/option-docs.ts";
import { formatUserError, UserError, UserErrors } from "./errors.ts";
import { type Progress, silent, terminalProgress } from "./progress.ts";
import type { Service } from "./schema/define-service.ts";
import type { ReadSchema, ServiceSource } from "./service-source.ts";
import { checkPlan } from "./output/check.ts";
import { nodeFileSystem } from "./output/file-system.ts";
import type { OutputFile } from "./output/file.ts";
import { addHeader } from "./output/header.ts";
import { createPlan } from "./output/plan.ts";
import { checkReport, jsonReport, writeReport, type JsonReport } from "./output/report.ts";
import { scanOutput } from "./output/scan.ts";
import { withoutInterrupts } from "./output/signals.ts";
import { writePlan } from "./output/write.ts";
import { watchSources } from "./watch.ts";
import { z } from "./zod.ts";

/** From a service to the texts of its files. */
export type Generate = (service: ServiceSource) => readonly OutputFile[];

/** The parts of the generator that the command calls. They may take results from the cache. */
export interface Generator {
  readonly readSchema: (file: DocsSource, cache: Cache) => ReturnType<ReadSchema>;
  /** The docs of the last run, which may be out of date. */
  readonly lastDocs: (file: DocsSource, cache: Cache) => OptionDocs | undefined;
  /** Loads the generator late: reading the schema starts first, and goes on meanwhile. */
  readonly loadGenerate: () => Promise<
    (service: ServiceSource, cache: Cache) => ReturnType<Generate>
  >;
}

interface GenerateOptions {
  readonly check?: true;
  readonly watch?: true;
  readonly serve?: true;
  readonly json?: true;
  readonly cache: boolean;
  readonly config?: string;
}

/** Runs the command; `argv` has the arguments after the program's name. Resolves to the exit code. */
export async function main(argv: readonly string[], generator: Generator): Promise<number> {
  const json = argv.includes("--json");
  const progress = json ? silent : terminalProgress(process.stderr, process.env);
  let exitCode = 0;
  const program = createProgram(json, async (options) => {
    if (options.watch) await watchOutputs(options);
    if (options.serve) await serveOutputs(options, generator, progress);
    exitCode = await generateOutputs(options, generator, progress);
  });
  try {
    await program.parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (error) {
    progress.end();
    return json ? reportFailureAsJson(error) : reportFailure(error);
  }
}

async function generateOutputs(
  options: GenerateOptions,
  generator: Generator,
  progress: Progress,
  fresh = false,
): Promise<number> {
  const started = performance.now();
  const config = await loadConfig(process.cwd(), options.config, fresh);
  const cache = options.cache ? openCache(config.root) : noCache;
  const readSchema: ReadSchema = (file) => {
    progress.step(`reading ${schemaLabel(file)}`);
    return generator.readSchema(file, cache);
  };
  /** Makes the slow results with the docs of the last run. They depend on little of these, so most are still right. */
  const meanwhile = async (file: DocsSource, service: Service): Promise<void> => {
    const generate = await generator.loadGenerate();
    const docs = generator.lastDocs(file, cache);
    if (docs === undefined) return;
    try {
      generate({ ...file, service, docs }, cache);
    } catch {
      // If this mistake is still there, the real generation reports it.
    }
  };
  const services = await loadServices(config, readSchema, { fresh, meanwhile });
  const generate = await generator.loadGenerate();
  const files = generateAll(services, (service) => {
    progress.step(`generating ${service.service.name}`);
    return generate(service, cache);
  });
  progress.step(options.check ? "comparing" : "writing");
  const directory = { root: config.root, label: config.output };
  const plan = createPlan(files, scanOutput(directory, nodeFileSystem));
  const colors = colorsFor(process.stdout);

  if (options.check) {
    const problems = checkPlan(plan);
    const duration = performance.now() - started;
    progress.end();
    if (options.json) printJson(jsonReport(plan, problems.length === 0, duration));
    else console.log(checkReport(plan, problems, duration, colors));
    return problems.length === 0 ? 0 : 1;
  }
  await withoutInterrupts(() => {
    writePlan(plan, nodeFileSystem);
  });
  const duration = performance.now() - started;
  progress.end();
  if (options.json) printJson(jsonReport(plan, true, duration));
  else console.log(writeReport(plan, duration, colors));
  return 0;
}

/** The files of all services, with headers. Shared files occur once, with the first service's header. */
export function generateAll(
  services: readonly ServiceSource[],
  generate: Generate,
): readonly OutputFile[] {
  const texts = new Map<string, string>();
  return services.flatMap((service) => {
    const schemaFile = schemaLabel(service);
    return generate(service)
      .filter(({ path, text }) => {
        const isShared = texts.get(path) === text;
        texts.set(path, text);
        return !isShared;
      })
      .map((file) => addHeader(file, schemaFile));
  });
}

/** The name of a schema file in messages and headers. */
function schemaLabel({ root, entry }: Pick<ServiceSource, "root" | "entry">): string {
  return relative(root, entry).split(sep).join(posix.sep);
}

async function watchOutputs(options: GenerateOptions): Promise<never> {
  const config = options.config === undefined ? [] : ["--config", options.config];
  const cache = options.cache ? [] : ["--no-cache"];
  return await watchSources({
    directory: process.cwd(),
    config: options.config,
    command: [
      ...[...process.execArgv, process.argv[1] ?? ""],
      ...["generate", "--serve", ...config, ...cache],
    ],
  });
}

/** Generates whenever the watching process asks for it, and lives as long as that process. */
async function serveOutputs(
  options: GenerateOptions,
  generator: Generator,
  progress: Progress,
): Promise<never> {
  if (process.send === undefined)
    throw new UserError("--serve is for --watch", { next: "use that" });
  process.once("disconnect", () => {
    process.exit();
  });
  for (;;) {
    await once(process, "message");
    try {
      await generateOutputs(options, generator, progress, true);
    } catch (error) {
      progress.end();
      reportFailure(error);
    }
    process.send(process.memoryUsage.rss());
  }
}

function createProgram(
  json: boolean,
  onGenerate: (options: GenerateOptions) => Promise<void>,
): Command {
  const program = new Command("nixmodgen")
    .description("One typed service schema in; NixOS, home-manager and nix-darwin modules out.")
    .version(packageVersion())
    .showHelpAfterError("  next:     see `nixmodgen generate --help`")
    .exitOverride();
  // Must come before the subcommand, which inherits this.
  if (json) program.configureOutput({ writeErr: () => undefined });
  program
    .command("generate")
    .description("write the generated files")
    .option("--check", "write nothing; show what differs and exit with 1 if anything does")
    .addOption(
      new Option("--watch", "generate again whenever a source changes").conflicts([
        "check",
        "json",
      ]),
    )
    .addOption(new Option("--serve").hideHelp())
    .option("--config <file>", "configuration file (default: nixmodgen.config.ts, here or above)")
    .option("--no-cache", "make everything anew, and keep nothing for the next time")
    .option("--json", "print one JSON document instead of text")
    .action(onGenerate);
  return program;
}

function packageVersion(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}

/** Reports the failure to the user and returns the exit code. */
function reportFailure(error: unknown): number {
  // Commander has printed help, the version or its own message already.
  if (error instanceof CommanderError) return exitCodeOf(error);
  if (error instanceof UserError) {
    const { red } = colorsFor(process.stderr);
    console.error(formatUserError(error).replace(/^error: .*$/gm, (line) => red(line)));
  } else {
    console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  return exitCodeOf(error);
}

/** Reports the failure as JSON and returns the exit code; help and the version stay text. */
function reportFailureAsJson(error: unknown): number {
  const exitCode = exitCodeOf(error);
  if (exitCode !== 0) {
    const errors = error instanceof UserErrors ? error.errors : [error];
    printJson({ ok: false, files: [], bytes: 0, durationMs: 0, errors: errors.map(describeError) });
  }
  return exitCode;
}

function describeError(error: unknown): JsonReport["errors"][number] {
  const message = (error instanceof Error ? error.message : String(error)).replace(/^error: /, "");
  if (error instanceof UserError) return { message, ...error.details };
  const isBug = error instanceof Error && !(error instanceof CommanderError);
  return isBug ? { message, stack: error.stack } : { message };
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1;
  return error instanceof UserError ? 1 : 70;
}

function printJson(report: JsonReport): void {
  console.log(JSON.stringify(report, null, 2));
}

/** Colours on a terminal only, and not with NO_COLOR (https://no-color.org). */
function colorsFor(stream: { readonly fd: number }): Colors {
  return picocolors.createColors(isatty(stream.fd) && !process.env["NO_COLOR"]);
}
