// Runs another program with a time limit, and returns its output. An error shows the program's messages.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { basename } from "node:path";
import { UserError } from "../../src/errors.ts";

export interface Run {
  readonly command: string;
  readonly arguments: readonly string[];
  readonly directory: string;
  /** All variables of the program. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** The part of a program's messages, in characters, that an error shows. */
const maximumMessages = 4000;

/**
 * @returns the program's standard output
 * @throws UserError if it fails, with its own messages
 */
export async function runProgram(run: Run): Promise<string> {
  const signal = AbortSignal.any([run.signal, AbortSignal.timeout(run.timeoutMs)]);
  const child = spawn(run.command, run.arguments, {
    cwd: run.directory,
    env: run.environment,
    stdio: ["ignore", "pipe", "pipe"],
    signal,
  });
  const output: Buffer[] = [];
  let messages = "";
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => {
    messages = (messages + chunk.toString("utf8")).slice(-maximumMessages);
  });
  const name = basename(run.command);
  try {
    const [code] = (await once(child, "close")) as [number | null];
    if (code === 0) return Buffer.concat(output).toString("utf8");
    throw new UserError(`${name} ${run.arguments.join(" ")} failed with code ${code ?? "none"}`, {
      received: messages.trim() || "no message",
    });
  } catch (error) {
    if (run.signal.aborted) throw new UserError("interrupted; nothing was changed");
    if (signal.aborted) {
      throw new UserError(`${name} did not end within ${run.timeoutMs / 1000} s`, {
        next: "try again; a registry that does not answer is the usual reason",
      });
    }
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      throw new UserError(`${run.command} is not installed`);
    }
    throw error;
  }
}
