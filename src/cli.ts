// The command line. `generateOutputs` is the whole pipeline, in order: configuration, schema files
// (read, then run), generation, headers, comparison with the disk, then write or check. The other
// commands stop earlier, and write nothing.
//
// With `--json`, standard output is always exactly one document.
//
// Exit codes: 0 done; 1 the user's mistake, or a check that found differences; 70 a bug.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { isatty } from "node:tty";
import { Argument, Command, CommanderError, Option } from "commander";
import picocolors from "picocolors";
import type { Colors } from "picocolors/types.js";
import { type Cache, noCache, openCache } from "./cache/cache.ts";
import {
  type CompletedCommand,
  completionScript,
  type Shell,
  shells,
} from "./commands/completion.ts";
import type { DiffReport } from "./commands/diff.ts";
import type { ExplainReport } from "./commands/explain.ts";
import { type LoadedConfig, loadConfig, loadServices } from "./config.ts";
import type { DocsSource, OptionDocs } from "./docs/option-docs.ts";
import { formatUserError, together, UserError, UserErrors } from "./errors.ts";
import { type Generate, generateAll, schemaLabel } from "./generate-all.ts";
import type { InitFlags } from "./init/ask.ts";
import { type Progress, silent, terminalProgress } from "./progress.ts";
import type { IrService } from "./model/service-model.ts";
import type { Service } from "./schema/define-service.ts";
import type { ReadSchema, ServiceSource } from "./service-source.ts";
import type { OutputFile } from "./output/file.ts";
import { nodeFileSystem } from "./output/file-system.ts";
import { createPlan } from "./output/plan.ts";
import { checkReport, jsonReport, writeReport, type JsonReport } from "./output/report.ts";
import { scanOutput } from "./output/scan.ts";
import { withoutInterrupts } from "./output/signals.ts";
import { writePlan } from "./output/write.ts";
import { watchSources } from "./watch.ts";
import { z } from "./zod.ts";

/** The parts of the generator that the command calls. They may take results from the cache. */
export interface Generator {
  readonly readSchema: (file: DocsSource, cache: Cache) => ReturnType<ReadSchema>;
  /** The docs of the last run, which may be out of date. */
  readonly lastDocs: (file: DocsSource, cache: Cache) => OptionDocs | undefined;
  /** Loads the generator late: reading the schema starts first, and goes on meanwhile. */
  readonly loadGenerate: () => Promise<
    (service: ServiceSource, cache: Cache) => ReturnType<Generate>
  >;
  /** Makes what the generator needs of a service whose docs nobody has read before, and loads the generator. */
  readonly prepare: (source: Pick<ServiceSource, "entry" | "service">) => Promise<void>;
  /** Loads what turns a service into the model of it that explanations are made from. */
  readonly loadLower: () => Promise<(service: ServiceSource) => IrService>;
}

/** The options that all commands which read a schema have. */
interface ProjectOptions {
  readonly json?: true;
  readonly cache: boolean;
  readonly config?: string;
}

interface GenerateOptions extends ProjectOptions {
  readonly check?: true;
  readonly watch?: true;
  readonly serve?: true;
}

interface ExplainOptions extends ProjectOptions {
  readonly list?: true;
}

interface DiffOptions extends ProjectOptions {
  readonly changelog?: true;
}

/** What the commands do; each resolves to the exit code. */
interface Actions {
  readonly generate: (options: GenerateOptions) => Promise<number>;
  readonly explain: (name: string | undefined, options: ExplainOptions) => Promise<number>;
  readonly diff: (from: string, to: string | undefined, options: DiffOptions) => Promise<number>;
}

/** Runs the command; `argv` has the arguments after the program's name. Resolves to the exit code. */
export async function main(argv: readonly string[], generator: Generator): Promise<number> {
  const json = argv.includes("--json");
  const progress = json ? silent : terminalProgress(process.stderr, process.env);
  let exitCode = 0;
  const program = createProgram(
    json,
    {
      generate: async (options) => {
        if (options.watch) await watchOutputs(options);
        if (options.serve) await serveOutputs(options, generator, progress);
        return await generateOutputs(options, generator, progress);
      },
      explain: (name, options) => explainOptions(name, options, generator, progress),
      diff: (from, to, options) => diffInterfaces(from, to, options, generator, progress),
    },
    (code) => {
      exitCode = code;
    },
  );
  try {
    await program.parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (error) {
    progress.end();
    return json ? reportFailureAsJson(error, argv) : reportFailure(error);
  }
}

interface Project {
  readonly config: LoadedConfig;
  readonly cache: Cache;
  readonly readSchema: ReadSchema;
}

async function openProject(
  options: ProjectOptions,
  generator: Generator,
  progress: Progress,
  fresh = false,
): Promise<Project> {
  const config = await loadConfig(process.cwd(), options.config, fresh);
  const cache = options.cache ? openCache(config.root) : noCache;
  const readSchema: ReadSchema = (file) => {
    progress.step(`reading ${schemaLabel(file)}`);
    return generator.readSchema(file, cache);
  };
  return { config, cache, readSchema };
}

async function generateOutputs(
  options: GenerateOptions,
  generator: Generator,
  progress: Progress,
  fresh = false,
): Promise<number> {
  const started = performance.now();
  const project = await openProject(options, generator, progress, fresh);
  const { config } = project;
  const files = await generateFiles(project, generator, progress, fresh);
  progress.step(options.check ? "comparing" : "writing");
  const directory = { root: config.root, label: config.output, command: config.command };
  const plan = createPlan(files, scanOutput(directory, nodeFileSystem));
  const colors = colorsFor(process.stdout);

  if (options.check) {
    const { breakingChanges, checkPlan } = await loadCheck();
    const problems = checkPlan(plan);
    const broken = breakingChanges(files, config);
    const duration = performance.now() - started;
    progress.end();
    const ok = problems.length === 0 && broken.length === 0;
    if (options.json) printJson(jsonReport(plan, ok, duration, broken.map(describeError)));
    else console.log(checkReport(plan, problems, duration, colors));
    const [first, ...others] = broken;
    if (first !== undefined && !options.json) reportFailure(together(first, others));
    return ok ? 0 : 1;
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

/** What `--check` needs besides: commands load what they use, because the most frequent one has to be quick. */
async function loadCheck() {
  const [{ checkPlan }, { breakingChanges }] = await Promise.all([
    import("./output/check.ts"),
    import("./commands/released.ts"),
  ]);
  return { checkPlan, breakingChanges };
}

async function generateFiles(
  { config, cache, readSchema }: Project,
  generator: Generator,
  progress: Progress,
  fresh = false,
): Promise<readonly OutputFile[]> {
  /** Makes the slow results with the docs of the last run. They depend on little of these, so most are still right. */
  const meanwhile = async (file: DocsSource, service: Service): Promise<void> => {
    const docs = generator.lastDocs(file, cache);
    try {
      if (docs === undefined) {
        await generator.prepare({ ...file, service });
        return;
      }
      const generate = await generator.loadGenerate();
      generate({ ...file, service, docs }, cache);
    } catch {
      // If this mistake is still there, the real generation reports it.
    }
  };
  const services = await loadServices(config, readSchema, { fresh, meanwhile });
  const generate = await generator.loadGenerate();
  const generateOne: Generate = (service) => {
    progress.step(`generating ${service.service.name}`);
    return generate(service, cache);
  };
  return generateAll(services, generateOne, config.command);
}

async function explainOptions(
  name: string | undefined,
  options: ExplainOptions,
  generator: Generator,
  progress: Progress,
): Promise<number> {
  const { config, readSchema } = await openProject(options, generator, progress);
  const sources = await loadServices(config, readSchema);
  const lower = await generator.loadLower();
  const services = sources.map(lower);
  const { explainAsJson, explainAsText, listOptions } = await import("./commands/explain.ts");
  progress.end();
  if (options.list) {
    const names = listOptions(services);
    if (options.json) printJson({ ok: true, options: names });
    else console.log(names.join("\n"));
  } else if (options.json) {
    printJson(explainAsJson(services, name ?? ""));
  } else {
    const { bold, dim } = colorsFor(process.stdout);
    // A pipe has no width: programs get whole lines of a common size.
    const columns = process.stdout.isTTY ? process.stdout.columns : 130;
    const style = { heading: bold, faint: dim, columns };
    console.log(explainAsText(services, name ?? "", config.output, style));
  }
  return 0;
}

async function diffInterfaces(
  from: string,
  to: string | undefined,
  options: DiffOptions,
  generator: Generator,
  progress: Progress,
): Promise<number> {
  const project = await openProject(options, generator, progress);
  const { config } = project;
  const { findInterfaces } = await import("./commands/find-interfaces.ts");
  const { generatedInterfaces } = await import("./commands/released.ts");
  const before = findInterfaces(from, process.cwd(), config);
  const after =
    to === undefined
      ? generatedInterfaces(await generateFiles(project, generator, progress), config)
      : findInterfaces(to, process.cwd(), config);
  const { compareInterfaces } = await import("./interface/compare-interfaces.ts");
  const { diffAsChangelog, diffAsJson, diffAsText } = await import("./commands/diff.ts");
  progress.end();
  const changes = compareInterfaces(before, after);
  if (options.json) printJson(diffAsJson(changes));
  else if (options.changelog) console.log(diffAsChangelog(changes));
  else console.log(diffAsText(changes, colorsFor(process.stdout)));
  return 0;
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
  actions: Actions,
  finish: (exitCode: number) => void,
): Command {
  const program = new Command("nixmodgen")
    .description("One typed service schema in; NixOS, home-manager and nix-darwin modules out.")
    .version(packageVersion())
    .exitOverride();
  // Must come before the subcommands, which inherit this.
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
    .action(async (options: GenerateOptions) => {
      finish(await actions.generate(options));
    });
  program
    .command("explain")
    .description("explain an option: type, defaults, where it goes, what it loosens, proofs")
    .argument(
      "[option]",
      "the option, with or without the prefix of its service; a group; or nothing for all",
    )
    .option("--list", "print the names of all options, and nothing else")
    .action(async (name: string | undefined, options: ExplainOptions) => {
      finish(await actions.explain(name, options));
    });
  program
    .command("diff")
    .description("say what a change of the schema does to users")
    .argument("<from>", "a revision of the project, a directory, or a file of generated/interface/")
    .argument("[to]", "the same (default: what the schema is now)")
    .addOption(new Option("--changelog", "print an entry for CHANGELOG.md").conflicts(["json"]))
    .action(async (from: string, to: string | undefined, options: DiffOptions) => {
      finish(await actions.diff(from, to, options));
    });
  for (const command of program.commands) addProjectOptions(command);
  program
    .command("init")
    .description("make a project that generates at once; overwrites nothing")
    .argument("[directory]", "where", ".")
    .option("--name <name>", "name of the service (default: the directory's)")
    .option("--platforms <list>", "nixos, home-manager, darwin (default: all)")
    .action(async (directory: string, flags: InitFlags) => {
      const { init } = await import("./init/command.ts");
      console.log(await init(resolve(directory), flags, packageVersion()));
    });
  program
    .command("completion")
    .description("print a script that completes commands and names of options in a shell")
    .addArgument(new Argument("<shell>").choices(shells))
    .action((shell: Shell) => {
      const start = [process.execPath, ...process.execArgv, resolve(process.argv[1] ?? "")];
      const described = program.commands.map(describeCommand);
      process.stdout.write(completionScript(shell, { name: program.name(), start }, described));
    });
  for (const command of program.commands) {
    command.showHelpAfterError(`  next:     see \`nixmodgen ${command.name()} --help\``);
  }
  return program.showHelpAfterError("  next:     see `nixmodgen --help`");
}

/** The options of every command that reads the schema; they come last in its help. */
function addProjectOptions(command: Command): void {
  command
    .option("--config <file>", "configuration file (default: nixmodgen.config.ts, here or above)")
    .option("--no-cache", "make everything anew, and keep nothing for the next time")
    .option("--json", "print one JSON document instead of text");
}

/** What the arguments of a command are, for completion. */
const argumentKinds: Readonly<Record<string, CompletedCommand["takes"]>> = {
  generate: "nothing",
  explain: "option names",
  diff: "files",
  completion: shells,
  init: "files",
};

function describeCommand(command: Command): CompletedCommand {
  const options = command.options.filter(({ hidden }) => !hidden);
  return {
    name: command.name(),
    description: command.description(),
    options: options.map(({ long, description, required }) => ({
      flag: long ?? "",
      description,
      takesFile: required,
    })),
    takes: argumentKinds[command.name()] ?? "nothing",
  };
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
function reportFailureAsJson(error: unknown, argv: readonly string[]): number {
  const exitCode = exitCodeOf(error);
  if (exitCode !== 0) {
    const each = error instanceof UserErrors ? error.errors : [error];
    const errors = each.map(describeError);
    const [command] = argv.filter((word) => !word.startsWith("-"));
    printJson(
      command === "explain" || command === "diff"
        ? { ok: false, errors }
        : { ok: false, files: [], bytes: 0, durationMs: 0, errors },
    );
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

interface FailureReport {
  readonly ok: false;
  readonly errors: JsonReport["errors"];
}

interface OptionList {
  readonly ok: true;
  readonly options: readonly string[];
}

function printJson(
  report: JsonReport | ExplainReport | OptionList | DiffReport | FailureReport,
): void {
  console.log(JSON.stringify(report, null, 2));
}

/** Colours on a terminal only, and not with NO_COLOR (https://no-color.org). */
function colorsFor(stream: { readonly fd: number }): Colors {
  return picocolors.createColors(isatty(stream.fd) && !process.env["NO_COLOR"]);
}
