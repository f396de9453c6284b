// Evaluates modules in the real NixOS, home-manager and nix-darwin module systems.
//
// Contract: a case names a module, a configuration and what to look at; the outcome is the value,
// or the message with which the module system rejected the configuration. In vitest, all files share
// two evaluators (evaluator-setup.ts), because starting one costs seconds.

import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { BugError } from "../../src/errors.ts";
import { askServer, serverVariable } from "./evaluator-server.ts";
import { Evaluators, initialHeap, type Report } from "./evaluators.ts";
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
  /** For NixOS: without the modules of services that nothing here needs, it takes half the time. */
  readonly fewModules?: boolean;
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

const harness = fileURLToPath(new URL("../eval/harness", import.meta.url));

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
  const outcomes = await evaluateAll(mapValues(cases, caseExpression));
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
  const { only } = await evaluateAll({ only: `_: ${expression}` });
  if (only === undefined) throw new BugError("an expression has no outcome");
  if (!only.ok) throw new EvaluationError(only.message);
  return only.value;
}

/** Evaluates functions of the harness. */
async function evaluateAll(
  expressions: Readonly<Record<string, string>>,
): Promise<Record<string, Outcome>> {
  const server = process.env[serverVariable];
  if (server !== undefined) return mapValues(await askServer(server, expressions), outcomeOf);
  const evaluators = startEvaluators();
  try {
    const reports = Object.entries(expressions).map(
      async ([name, text]) => [name, outcomeOf(await evaluators.evaluate(text))] as const,
    );
    return Object.fromEntries(await Promise.all(reports));
  } finally {
    evaluators.close();
  }
}

function outcomeOf(report: Report): Outcome {
  return report.ok ? { ok: true, value: JSON.parse(report.json) } : report;
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  map: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
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
    testCase.fewModules === undefined ? "" : `fewModules = ${String(testCase.fewModules)};`,
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
  return `evaluate: ${selectText(testCase)} (evaluate { ${caseArguments(testCase)} })`;
}

/** Evaluators with the trees in their environment. */
export function startEvaluators(): Evaluators {
  const nix = findNix();
  if (nix === undefined) throw new BugError("evaluation without nix; ask missingForEvaluation");
  // A missing tree matters only to the target that reads it.
  const folders = trees.map(
    ([name, variable]) => [variable, findTree(name) ?? `/missing-tree/${name}`] as const,
  );
  const settings = ["experimental-features = nix-command flakes", "build-users-group ="];
  return new Evaluators({
    nix,
    env: {
      GC_INITIAL_HEAP_SIZE: initialHeap(),
      ...process.env,
      ...Object.fromEntries(folders),
      NIX_CONFIG: settings.join("\n"),
    },
    harness: `import ${nixPath(harness)} { }`,
  });
}
