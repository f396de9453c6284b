// Long-lived Nix processes (`nix repl`) that evaluate the expressions of many test files. Starting one, and evaluating
// its base systems, takes longer than most cases.
//
// Contract: an expression is a function of the harness (tests/eval/harness). Its report is the value as JSON, or
// the message of the error. An error, even a crash, affects no other expression. Files that an expression imports
// must not change afterwards: Nix reads each once per process.

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { freemem, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import type { Tool } from "./tools.ts";

export type Report =
  { readonly ok: true; readonly json: string } | { readonly ok: false; readonly message: string };

export interface EvaluatorSettings {
  readonly nix: Tool;
  readonly env: NodeJS.ProcessEnv;
  /** Nix text of the harness, which every expression gets. */
  readonly harness: string;
}

const gibibyte = 2 ** 30;
const valueMarker = "nixmodgen-value";
const endMarker = "nixmodgen-end";
/** An expression takes seconds. One that never ends must not stop the others. */
const longestMs = 600_000;

/**
 * The evaluator collects garbage whenever its heap is full, and that takes longer than evaluating.
 * So it begins with a large heap; the kernel provides only the pages that it touches.
 */
export function initialHeap(): string {
  return String(Math.floor(Math.max(gibibyte / 2, Math.min(3 * gibibyte, freemem() / 4))));
}

interface Waiting {
  readonly expression: string;
  readonly resolve: (report: Report) => void;
}

export class Evaluators {
  readonly #settings: EvaluatorSettings;
  readonly #directory = mkdtempSync(join(tmpdir(), "nixmodgen-evaluators-"));
  /** Each needs some gibibytes. */
  readonly #most = freemem() > 8 * gibibyte ? 2 : 1;
  readonly #waiting: Waiting[] = [];
  readonly #idle: Evaluator[] = [];
  readonly #started: Evaluator[] = [];

  constructor(settings: EvaluatorSettings) {
    this.#settings = settings;
  }

  evaluate(expression: string): Promise<Report> {
    return new Promise((resolve) => {
      this.#waiting.push({ expression, resolve });
      const evaluator = this.#idle.pop() ?? this.#start();
      if (evaluator !== undefined) void this.#work(evaluator);
    });
  }

  close(): void {
    for (const evaluator of this.#started) evaluator.end();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #start(): Evaluator | undefined {
    if (this.#started.length === this.#most) return undefined;
    const evaluator = new Evaluator(this.#settings, this.#directory);
    this.#started.push(evaluator);
    return evaluator;
  }

  async #work(evaluator: Evaluator): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      next.resolve(await evaluator.evaluate(next.expression));
    }
    this.#idle.push(evaluator);
  }
}

let files = 0;

/** One process, which starts anew after a crash. It evaluates one expression at a time. */
class Evaluator {
  readonly #settings: EvaluatorSettings;
  readonly #directory: string;
  #running: Conversation | undefined;

  constructor(settings: EvaluatorSettings, directory: string) {
    this.#settings = settings;
    this.#directory = directory;
  }

  async evaluate(expression: string): Promise<Report> {
    const file = join(this.#directory, `${String(++files)}.nix`);
    writeFileSync(file, expression);
    if (this.#running?.hasEnded !== false) this.#running = await this.#start();
    const timer = setTimeout(() => this.#running?.end(), longestMs);
    const value = `builtins.toJSON (import ${file} harness)`;
    const lines = await this.#running.say(`builtins.trace "${valueMarker} \${${value}}" null`);
    clearTimeout(timer);
    return reportOf(lines);
  }

  end(): void {
    this.#running?.end();
  }

  async #start(): Promise<Conversation> {
    const { nix, env, harness } = this.#settings;
    const process = spawn(nix.command, [...nix.args, "repl"], {
      // It keeps a history of its input.
      env: { ...env, XDG_DATA_HOME: this.#directory },
      cwd: this.#directory,
    });
    const conversation = new Conversation(process);
    await conversation.say(`harness = ${harness}`);
    return conversation;
  }
}

/** Lines of input for `nix repl`, and what it says of each on standard error. */
class Conversation {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: string[] = [];
  /** Input may get lost if it comes before the prompt. */
  #prompts = 0;
  #onChange = (): void => undefined;
  hasEnded = false;

  constructor(process: ChildProcessWithoutNullStreams) {
    this.#process = process;
    let output = "";
    process.stdout.setEncoding("utf8").on("data", (part) => {
      const parts = (output + String(part)).split("nix-repl> ");
      output = (parts.at(-1) ?? "").slice(-20);
      this.#prompts += parts.length - 1;
      this.#onChange();
    });
    createInterface(process.stderr).on("line", (line) => {
      this.#lines.push(line);
      this.#onChange();
    });
    // Writing to a process that has crashed fails.
    process.stdin.on("error", () => undefined);
    process.once("close", () => {
      this.hasEnded = true;
      this.#onChange();
    });
  }

  /** What the process says of a line. */
  async say(line: string): Promise<readonly string[]> {
    await this.#write(line);
    // Prompts and errors come by different ways. After the end marker, all errors have come.
    await this.#write(`builtins.trace "${endMarker}" null`);
    const end = `trace: ${endMarker}`;
    await this.#until(() => this.#lines.includes(end));
    return this.#lines.splice(0).filter((each) => each !== end);
  }

  end(): void {
    this.#process.kill("SIGKILL");
  }

  async #write(line: string): Promise<void> {
    await this.#until(() => this.#prompts > 0);
    this.#prompts = 0;
    this.#process.stdin.write(`${line}\n`);
  }

  async #until(isTrue: () => boolean): Promise<void> {
    while (!this.hasEnded && !isTrue()) {
      await new Promise<void>((resolve) => {
        this.#onChange = resolve;
      });
    }
  }
}

export function reportOf(lines: readonly string[]): Report {
  const start = `trace: ${valueMarker} `;
  const value = lines.find((line) => line.startsWith(start));
  return value === undefined
    ? { ok: false, message: finalError(lines.join("\n")) }
    : { ok: true, json: value.slice(start.length) };
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
