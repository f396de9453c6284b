// The command line. `generateOutputs` is the whole pipeline, in order: configuration, services,
// generation, headers, comparison with the disk, then write or check.
//
// Exit codes: 0 done; 1 the user's mistake, or a check that found differences; 70 a bug.

import { readFileSync } from "node:fs";
import { posix, relative, sep } from "node:path";
import { isatty } from "node:tty";
import { Command, CommanderError, Option } from "commander";
import picocolors from "picocolors";
import type { Colors } from "picocolors/types.js";
import { loadConfig, loadServices } from "./config.ts";
import { formatUserError, UserError } from "./errors.ts";
import type { ServiceSource } from "./schema/service-source.ts";
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

interface GenerateOptions {
  readonly check?: true;
  readonly watch?: true;
  readonly json?: true;
  readonly config?: string;
}

/** Runs the command; `argv` is what follows the program's name. Resolves to the exit code. */
export async function main(argv: readonly string[], generate: Generate): Promise<number> {
  let exitCode = 0;
  const program = createProgram(async (options) => {
    exitCode = options.watch
      ? await watchOutputs(options)
      : await generateOutputs(options, generate);
  });
  try {
    await program.parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (error) {
    return reportFailure(error, argv.includes("--json"));
  }
}

async function generateOutputs(options: GenerateOptions, generate: Generate): Promise<number> {
  const started = performance.now();
  const config = await loadConfig(process.cwd(), options.config);
  const services = await loadServices(config);
  const files = generateAll(services, generate);
  const directory = { root: config.root, label: config.output };
  const plan = createPlan(files, scanOutput(directory, nodeFileSystem));
  const colors = colorsFor(process.stdout);

  if (options.check) {
    const problems = checkPlan(plan);
    const duration = performance.now() - started;
    if (options.json) printJson(jsonReport(plan, problems.length === 0, duration));
    else console.log(checkReport(plan, problems, duration, colors));
    return problems.length === 0 ? 0 : 1;
  }
  await withoutInterrupts(() => {
    writePlan(plan, nodeFileSystem);
  });
  const duration = performance.now() - started;
  if (options.json) printJson(jsonReport(plan, true, duration));
  else console.log(writeReport(plan, duration, colors));
  return 0;
}

/** The files of all services, with headers. What services share is there once, as the first one's. */
export function generateAll(
  services: readonly ServiceSource[],
  generate: Generate,
): readonly OutputFile[] {
  const texts = new Map<string, string>();
  return services.flatMap((service) => {
    const schemaFile = relative(service.root, service.entry).split(sep).join(posix.sep);
    return generate(service)
      .filter(({ path, text }) => {
        const isShared = texts.get(path) === text;
        texts.set(path, text);
        return !isShared;
      })
      .map((file) => addHeader(file, schemaFile));
  });
}

async function watchOutputs(options: GenerateOptions): Promise<number> {
  const config = options.config === undefined ? [] : ["--config", options.config];
  return await watchSources({
    directory: process.cwd(),
    config: options.config,
    command: [...process.execArgv, process.argv[1] ?? "", "generate", ...config],
  });
}

function createProgram(onGenerate: (options: GenerateOptions) => Promise<void>): Command {
  const program = new Command("nixmodgen")
    .description("One typed service schema in; NixOS, home-manager and nix-darwin modules out.")
    .version(packageVersion())
    .showHelpAfterError("  next:     see `nixmodgen generate --help`")
    .exitOverride();
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
    .option("--config <file>", "configuration file (default: nixmodgen.config.ts)")
    .option("--json", "print one JSON document instead of text")
    .action(onGenerate);
  return program;
}

function packageVersion(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}

/** Tells the user what went wrong and returns the exit code. */
function reportFailure(error: unknown, json: boolean): number {
  // Commander has printed help, the version or its own message already.
  const isCommander = error instanceof CommanderError;
  if (isCommander && error.exitCode === 0) return 0;
  const message = (error instanceof Error ? error.message : String(error)).replace(/^error: /, "");
  if (json) {
    const details = error instanceof UserError ? error.details : {};
    printJson({ ok: false, files: [], bytes: 0, durationMs: 0, errors: [{ message, ...details }] });
  }
  if (isCommander) return 1;
  if (error instanceof UserError) {
    const [first = "", ...rest] = formatUserError(error).split("\n");
    console.error([colorsFor(process.stderr).red(first), ...rest].join("\n"));
    return 1;
  }
  console.error(error instanceof Error ? (error.stack ?? message) : message);
  return 70;
}

function printJson(report: JsonReport): void {
  console.log(JSON.stringify(report, null, 2));
}

/** Colours on a terminal only, and not where https://no-color.org says no. */
function colorsFor(stream: { readonly fd: number }): Colors {
  return picocolors.createColors(isatty(stream.fd) && !process.env["NO_COLOR"]);
}
