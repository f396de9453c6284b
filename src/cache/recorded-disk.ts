// A disk that records questions and answers. A program that asks the same questions gets the same result
// as long as the answers are the same. Checking that takes far less time than making the result. A missing
// file is an answer, too: TypeScript looks in many places for a module.

import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { digestText } from "./digest.ts";

export interface DiskEntry {
  /** Absolute path. */
  readonly name: string;
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  readonly isSymlink: boolean;
}

/** Read access to a disk. As in Node, `readText`, `list` and `realPath` throw for a missing path. */
export interface Disk {
  readonly isFile: (path: string) => boolean;
  readonly isDirectory: (path: string) => boolean;
  readonly readText: (path: string) => string;
  readonly list: (path: string) => readonly DiskEntry[];
  readonly realPath: (path: string) => string;
}

export const realDisk: Disk = {
  isFile: (path) => kindOf(path)?.isFile() ?? false,
  isDirectory: (path) => kindOf(path)?.isDirectory() ?? false,
  readText: (path) => readFileSync(path, "utf8"),
  list: (path) =>
    readdirSync(path, { withFileTypes: true })
      .map((entry) => {
        const name = join(path, entry.name);
        const kind = entry.isSymbolicLink() ? (kindOf(name) ?? entry) : entry;
        return {
          name,
          isFile: kind.isFile(),
          isDirectory: kind.isDirectory(),
          isSymlink: entry.isSymbolicLink(),
        };
      })
      .sort((left, right) => (left.name < right.name ? -1 : 1)),
  realPath: (path) => realpathSync(path),
};

function kindOf(path: string): ReturnType<typeof statSync> {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // A part of the path is a file, or a directory that this user may not search.
    return undefined;
  }
}

type Question = keyof Disk;

/** The questions and their answers; a long answer is a digest. */
export type Trace = readonly (readonly [question: Question, path: string, answer: string])[];

export interface RecordedDisk {
  readonly disk: Disk;
  /** All questions until now; undefined if one question had two answers, because somebody was writing. */
  readonly trace: () => Trace | undefined;
  /**
   * The files whose text has changed since they were read. The record forgets them, so that the caller can read
   * them again. Undefined if another answer has changed, such as the existence of a file.
   */
  readonly takeChangedTexts: () => readonly string[] | undefined;
}

export function recordDisk(disk: Disk = realDisk): RecordedDisk {
  const answers = new Map<string, Trace[number]>();
  let isConsistent = true;
  const ask =
    <Q extends Question>(question: Q) =>
    (path: string): ReturnType<Disk[Q]> => {
      const result = resultOf(disk, question, path);
      const id = `${question} ${path}`;
      const answer = answerOf(result);
      const before = answers.get(id);
      if (before !== undefined && before[2] !== answer) isConsistent = false;
      answers.set(id, [question, path, answer]);
      if ("error" in result) throw result.error;
      return result.value;
    };
  return {
    disk: {
      isFile: ask("isFile"),
      isDirectory: ask("isDirectory"),
      readText: ask("readText"),
      list: ask("list"),
      realPath: ask("realPath"),
    },
    trace: () => (isConsistent ? [...answers.values()] : undefined),
    takeChangedTexts: () => {
      const changed = [...answers.values()].filter((answered) => !isUpToDate([answered], disk));
      if (!isConsistent || changed.some(([question]) => question !== "readText")) return undefined;
      for (const [question, path] of changed) answers.delete(`${question} ${path}`);
      return changed.map(([, path]) => path);
    },
  };
}

/** Whether all questions would get the same answers now. */
export function isUpToDate(trace: Trace, disk: Disk = realDisk): boolean {
  return trace.every(
    ([question, path, answer]) => answerOf(resultOf(disk, question, path)) === answer,
  );
}

export function isTrace(value: unknown): value is Trace {
  return Array.isArray(value) && value.every(isAnswered);
}

function isAnswered(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length === 3 &&
    value.every((part) => typeof part === "string") &&
    Object.hasOwn(realDisk, value[0] ?? "")
  );
}

type Result<T> = { readonly value: T } | { readonly error: unknown };

function resultOf<Q extends Question>(
  disk: Disk,
  question: Q,
  path: string,
): Result<ReturnType<Disk[Q]>> {
  try {
    const ask = disk[question] as (path: string) => ReturnType<Disk[Q]>;
    return { value: ask(path) };
  } catch (error) {
    return { error };
  }
}

function answerOf(result: Result<ReturnType<Disk[Question]>>): string {
  if ("error" in result) {
    const { error } = result;
    return `error ${error instanceof Error && "code" in error ? String(error.code) : "unknown"}`;
  }
  const { value } = result;
  return typeof value === "boolean" ? String(value) : digestText(JSON.stringify(value));
}
