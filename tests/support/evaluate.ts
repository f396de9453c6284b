// Evaluates modules in the real NixOS, home-manager and nix-darwin module systems.
//
// Contract: a case names a module, a configuration and what to look at; the outcome is the value,
// or the message with which the module system rejected the configuration. Starting the evaluator
// and its base systems costs seconds, so evaluateMany evaluates many cases in one process
// (tests/eval/harness/batch.nix); a case whose error gives no message there, and every case of a
// process that died, is evaluated once more alone, where the evaluator's own report is read.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { freemem, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { BugError } from "../../src/errors.ts";
import { findNix, findTree, type TreeName } from "./tools.ts";

export type Target = "nixos" | "home-manager" | "darwin";

/** Nix source text of an expression, in contrast to the path of a file. */
export interface NixExpression {
  readonly nix: string;
}

export function nix(expression: string): NixExpression {
  return { nix: expression };
}

export interface EvaluationCase {
  readonly target: Target;
  /** The tested module: the path of a file, or an expression. */
  readonly module: string | NixExpression;
  /** Nix text of a further module: what the user writes. */
  readonly config?: string;
  /** For example `aarch64-linux`; each target has a default. */
  readonly system?: string;
  /** Dotted path below the summary; only that part is evaluated. */
  readonly attr?: string;
  /** Whether the summary also has option docs, changed base units and the top level's path. */
  readonly extras?: boolean;
  /** Nix function from { summary, config, options, pkgs, lib, base } to any data. */
  readonly query?: string;
  /** false: nixpkgs' own gateway package instead of a dummy. */
  readonly dummies?: boolean;
}

export type Outcome =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string };

/** The evaluator rejected a case. `message` is what the user would read, without the trace. */
export class EvaluationError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "EvaluationError";
  }
}

interface Evaluator {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

interface ProcessResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

const harness = fileURLToPath(new URL("../eval/harness", import.meta.url));
const caseMarker = "nixmodgen-case";
const errorMarker = "nixmodgen-error";
const resultMarker = "nixmodgen-result";
const timeoutMs = 1_200_000;
const maxOutput = 512 * 1024 * 1024;

/** Cases in one process. More would save little: base systems are evaluated once per process. */
const batchSize = 400;

/**
 * The evaluator collects garbage whenever its heap is full, and that takes longer than evaluating.
 * So it begins with a large heap; the kernel provides only the pages that it touches.
 */
export function initialHeap(): string {
  const gibibyte = 2 ** 30;
  return String(Math.floor(Math.max(gibibyte / 2, Math.min(3 * gibibyte, freemem() / 4))));
}

/** Each tree and the variable through which the harness reads its path. */
const trees: readonly (readonly [TreeName, string])[] = [
  ["nixpkgs", "NIXPKGS_TREE"],
  ["home-manager", "HOME_MANAGER"],
  ["nix-darwin", "NIX_DARWIN"],
];

/** The missing tools and trees among those that evaluation needs, for the names of skipped tests. */
export function missingForEvaluation(): readonly string[] {
  const missing = trees.map(([name]) => name).filter((name) => findTree(name) === undefined);
  return findNix() === undefined ? ["nix", ...missing] : missing;
}

/** Evaluates one case. Throws an EvaluationError when the configuration is rejected. */
export async function evaluateModule(testCase: EvaluationCase): Promise<unknown> {
  const { only } = await evaluateMany({ only: testCase });
  if (!only.ok) throw new EvaluationError(only.message);
  return only.value;
}

/** Evaluates named cases; a rejected case is an outcome, not an exception. */
export async function evaluateMany<Name extends string>(
  cases: Readonly<Record<Name, EvaluationCase>>,
): Promise<Record<Name, Outcome>>;
export async function evaluateMany(
  cases: Readonly<Record<string, EvaluationCase>>,
): Promise<Record<string, Outcome>> {
  const evaluator = requireEvaluator();
  const outcomes: Record<string, Outcome> = {};
  for (const batch of batches(Object.entries(cases))) {
    Object.assign(outcomes, await evaluateBatch(evaluator, batch));
  }
  await keep(outcomes);
  return outcomes;
}

/**
 * Writes the outcomes into the directory `$NIXMODGEN_KEEP`, if it is set, so that two versions of
 * the sources can be compared.
 */
async function keep(outcomes: Readonly<Record<string, Outcome>>): Promise<void> {
  const directory = process.env["NIXMODGEN_KEEP"];
  if (directory === undefined) return;
  const names = Object.keys(outcomes).sort().join("\n");
  const name = createHash("sha256").update(names).digest("hex").slice(0, 16);
  await writeFile(path.join(directory, `${name}.json`), JSON.stringify(outcomes, null, 1));
}

/** Evaluates any expression, with the trees of the module systems in its environment. */
export async function evaluateNix(expression: string): Promise<unknown> {
  const run = await evaluateExpression(requireEvaluator(), expression);
  if (run.status !== 0) throw new EvaluationError(finalError(run.stderr));
  return parseJson(run.stdout);
}

type NamedCase = readonly [name: string, testCase: EvaluationCase];

function batches(cases: readonly NamedCase[]): readonly (readonly NamedCase[])[] {
  const count = Math.ceil(cases.length / batchSize);
  return Array.from({ length: count }, (_, index) =>
    cases.slice(index * batchSize, (index + 1) * batchSize),
  );
}

async function evaluateBatch(
  evaluator: Evaluator,
  cases: readonly NamedCase[],
): Promise<Record<string, Outcome>> {
  const outcomes: Record<string, Outcome> = {};
  let rest = cases;
  while (rest.length > 0) {
    const { status, stderr } = await evaluateExpression(evaluator, batchExpression(rest));
    const begun = reportedCases(stderr);
    const fatal = status === 0 ? undefined : [...begun.keys()].at(-1);
    for (const [name, testCase] of rest) {
      const found = begun.get(name);
      if (found === undefined) continue;
      const { json, error } = found;
      if (json !== undefined) outcomes[name] = { ok: true, value: parseJson(json) };
      // The error that ended the process was not reported for a case.
      else if (error === undefined || name === fatal) {
        outcomes[name] = await evaluateAlone(evaluator, testCase);
      } else outcomes[name] = { ok: false, message: error };
    }
    const left = rest.filter(([name]) => !(name in outcomes));
    if (left.length === rest.length)
      throw new Error(`no case was evaluated: ${finalError(stderr)}`);
    rest = left;
  }
  return outcomes;
}

async function evaluateAlone(evaluator: Evaluator, testCase: EvaluationCase): Promise<Outcome> {
  const run = await evaluateExpression(evaluator, caseExpression(testCase));
  if (run.status === 0) return { ok: true, value: parseJson(run.stdout) };
  return { ok: false, message: finalError(run.stderr) };
}

// ---- Nix text ----

/** A JSON string is a Nix string once `${` is escaped. */
function nixString(text: string): string {
  return JSON.stringify(text).replaceAll("${", "\\${");
}

/** A path literal for any absolute path, blanks included. */
export function nixPath(absolute: string): string {
  return `(/. + ${nixString(absolute)})`;
}

function moduleText(module: string | NixExpression): string {
  return typeof module === "string" ? nixPath(path.resolve(module)) : `(${module.nix}\n)`;
}

function caseArguments(testCase: EvaluationCase): string {
  return [
    `target = ${nixString(testCase.target)};`,
    `module = ${moduleText(testCase.module)};`,
    testCase.config === undefined ? "" : `config = (${testCase.config}\n);`,
    testCase.system === undefined ? "" : `system = ${nixString(testCase.system)};`,
    testCase.dummies === undefined ? "" : `dummies = ${String(testCase.dummies)};`,
    testCase.extras === undefined ? "" : `extras = ${String(testCase.extras)};`,
  ]
    .filter((argument) => argument !== "")
    .join(" ");
}

function selectText({ attr, query }: EvaluationCase): string {
  if (query !== undefined) return `(${query}\n)`;
  const steps = attr === undefined ? [] : attr.split(".");
  return `(result: result.summary${steps.map((step) => `.${nixString(step)}`).join("")})`;
}

function caseExpression(testCase: EvaluationCase): string {
  return `${selectText(testCase)} (import ${nixPath(harness)} { } { ${caseArguments(testCase)} })`;
}

function batchExpression(cases: readonly NamedCase[]): string {
  const entries = cases.map(
    ([name, testCase]) =>
      `${nixString(name)} = { ${caseArguments(testCase)} select = ${selectText(testCase)}; };`,
  );
  return [
    `import ${nixPath(path.join(harness, "batch.nix"))} {`,
    `  caseMarker = ${nixString(caseMarker)};`,
    `  errorMarker = ${nixString(errorMarker)};`,
    `  resultMarker = ${nixString(resultMarker)};`,
    `  cases = {\n${entries.join("\n")}\n};`,
    "}",
  ].join("\n");
}

// ---- the evaluator ----

function requireEvaluator(): Evaluator {
  const found = findNix();
  if (found === undefined) throw new BugError("evaluation without nix; ask missingForEvaluation");
  // A missing tree matters only to the target that reads it.
  const folders = trees.map(
    ([name, variable]) => [variable, findTree(name) ?? `/missing-tree/${name}`] as const,
  );
  const settings = ["experimental-features = nix-command flakes", "build-users-group ="];
  return {
    command: found.command,
    args: found.args,
    env: {
      GC_INITIAL_HEAP_SIZE: initialHeap(),
      ...process.env,
      ...Object.fromEntries(folders),
      NIX_CONFIG: settings.join("\n"),
    },
  };
}

/** The expression goes through a file: a batch is longer than a command line may be. */
async function evaluateExpression(
  { command, args, env }: Evaluator,
  expression: string,
): Promise<ProcessResult> {
  const folder = await mkdtemp(path.join(tmpdir(), "nixmodgen-evaluate-"));
  try {
    const file = path.join(folder, "expression.nix");
    await writeFile(file, expression);
    const evaluation = ["eval", "--impure", "--json", "--file", file];
    return await runProcess(command, [...args, ...evaluation], env);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function runProcess(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<ProcessResult> {
  return new Promise((resolve, reject) => {
    const options = { env, maxBuffer: maxOutput, timeout: timeoutMs };
    execFile(command, args, options, (error, stdout, stderr) => {
      if (error === null) resolve({ status: 0, stdout, stderr });
      else if (typeof error.code === "number") resolve({ status: error.code, stdout, stderr });
      else reject(new Error(`cannot run ${command}`, { cause: error }));
    });
  });
}

// ---- reading its output ----

function parseJson(text: string): unknown {
  return JSON.parse(text);
}

/** The report of a case: its value, or the last error. */
interface ReportedCase {
  json?: string;
  /** An earlier error was caught by the module system. */
  error?: string;
}

export function reportedCases(stderr: string): ReadonlyMap<string, Readonly<ReportedCase>> {
  const cases = new Map<string, ReportedCase>();
  let current: ReportedCase = {};
  for (const line of stderr.split("\n")) {
    const [, marker, text = ""] = /^trace: (nixmodgen-\w+) (.*)$/.exec(line) ?? [];
    if (marker === caseMarker) cases.set(String(parseJson(text)), (current = {}));
    else if (marker === errorMarker) current.error = String(parseJson(text));
    else if (marker === resultMarker) current.json = text;
  }
  return cases;
}

/** The error itself, which the evaluator prints last, without the trace that leads to it. */
export function finalError(stderr: string): string {
  const lines = stderr.trimEnd().split("\n");
  const start = lines.findLastIndex((line) => /^\s*error: /.test(line));
  if (start === -1) return stderr.trim();
  const indent = /^\s*/.exec(lines[start] ?? "")?.[0] ?? "";
  const message = lines
    .slice(start)
    .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
  return message
    .join("\n")
    .replace(/^error: /, "")
    .trim();
}
