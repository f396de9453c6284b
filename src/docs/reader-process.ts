// Reads schema files in a process of its own. It lives as long as this process, so the second
// question finds TypeScript loaded and most files parsed.

import { fork, type ChildProcess } from "node:child_process";
import { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import type { Trace } from "../cache/recorded-disk.ts";
import { BugError, together, UserError, type UserErrorDetails } from "../errors.ts";
import type { DocsSource, OptionDocs } from "./option-docs.ts";

const program = fileURLToPath(new URL("../../bin/read-schema.js", import.meta.url));

export interface Reading {
  readonly docs: OptionDocs;
  /** The record of the files read for the docs; undefined if somebody was writing meanwhile. */
  readonly trace: Trace | undefined;
}

/** The reader's answer. The reader is the same program, so nobody checks the answer's shape. */
export type Answer =
  | { readonly kind: "reading"; readonly reading: Reading }
  | { readonly kind: "mistakes"; readonly mistakes: readonly [Mistake, ...Mistake[]] }
  | { readonly kind: "bug"; readonly message: string; readonly stack: string | undefined };

export interface Mistake {
  readonly message: string;
  readonly details: UserErrorDetails;
}

let running: ChildProcess | undefined;

/** @throws UserError as `readDocs` does */
export async function askReader(source: DocsSource): Promise<Reading> {
  const answer = await ask(source);
  switch (answer.kind) {
    case "reading":
      return answer.reading;
    case "mistakes": {
      const [first, ...others] = answer.mistakes.map(
        ({ message, details }) => new UserError(message, details),
      );
      throw first === undefined ? new BugError("no mistake is no answer") : together(first, others);
    }
    case "bug":
      throw Object.assign(new Error(answer.message), { stack: answer.stack });
  }
}

function ask(source: DocsSource): Promise<Answer> {
  const child = reader();
  let errors = "";
  child.stderr?.on("data", (text) => {
    errors += String(text);
  });
  return new Promise((resolve, reject) => {
    const onEnd = (code: number | null, signal: string | null): void => {
      const why = `${signal ?? String(code)}\n${errors}`;
      reject(new BugError(`the reader of schemas ended early: ${why}`));
    };
    child.once("exit", onEnd);
    child.once("message", (answer) => {
      child.off("exit", onEnd);
      child.stderr?.removeAllListeners("data").resume();
      // Waiting for the next question must not keep this process from ending.
      child.unref();
      child.channel?.unref();
      resolve(answer as Answer);
    });
    child.ref();
    child.channel?.ref();
    child.send(source);
  });
}

function reader(): ChildProcess {
  if (running !== undefined) return running;
  const child = fork(program, {
    serialization: "advanced",
    // The native compiler says something on standard error even if all is well.
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  if (child.stderr instanceof Socket) child.stderr.unref();
  child.once("exit", () => {
    running = undefined;
  });
  running = child;
  return child;
}
