// Reports a run: as lines for people, and as one JSON document for machines.

import type { Colors } from "picocolors/types.js";
import type { UserErrorDetails } from "../errors.ts";
import type { Problem } from "./check.ts";
import type { Plan, PlanEntry } from "./plan.ts";

/** What `--json` prints. */
export interface JsonReport {
  readonly ok: boolean;
  readonly files: readonly JsonFile[];
  /** Size of all generated files. */
  readonly bytes: number;
  readonly durationMs: number;
  readonly errors: readonly (UserErrorDetails & {
    readonly message: string;
    /** The stack of a bug. */
    readonly stack?: string | undefined;
  })[];
}

interface JsonFile {
  readonly path: string;
  readonly status: PlanEntry["status"];
  /** Size of the generated text; null for a file that is not generated. */
  readonly bytes: number | null;
  /** The file on the disk had been changed by hand. */
  readonly edited: boolean;
}

export function jsonReport(
  plan: Plan,
  ok: boolean,
  durationMs: number,
  errors: JsonReport["errors"] = [],
): JsonReport {
  return {
    ok,
    files: plan.entries.map((entry) => ({
      path: labelOf(plan, entry),
      status: entry.status,
      bytes: "text" in entry ? bytesOf(entry) : null,
      edited: entry.status === "updated" && entry.edited,
    })),
    bytes: totalBytes(plan),
    durationMs: Math.round(durationMs),
    errors,
  };
}

/** A line per changed file, and a summary. */
export function writeReport(plan: Plan, durationMs: number, colors: Colors): string {
  const changed = plan.entries.filter(({ status }) => status !== "unchanged");
  const width = Math.max(0, ...changed.map((entry) => labelOf(plan, entry).length));
  const lines = changed.map((entry) =>
    [
      statusColor(entry, colors)(entry.status.padEnd("created".length)),
      labelOf(plan, entry).padEnd(width),
      remarkOf(entry),
    ].join("  "),
  );
  return [...lines, summaryOf(plan, durationMs)].join("\n");
}

/** A line per problem, with the diff, and the command that mends it. */
export function checkReport(
  plan: Plan,
  problems: readonly Problem[],
  durationMs: number,
  colors: Colors,
): string {
  const total = plan.entries.filter((entry) => "text" in entry).length;
  if (problems.length === 0) {
    return `${colors.green("up to date")}: ${count(total, "file")}, ${formatBytes(totalBytes(plan))} in ${formatTime(durationMs)}`;
  }
  const mendable = problems.some(isMendable);
  return [
    ...problems.flatMap((problem) => describeProblem(problem, colors)),
    colors.red(`${count(problems.length, "file")} not as the schema has it`),
    ...(mendable ? [`  next:     run \`${plan.directory.command}\` and commit the result`] : []),
  ].join("\n");
}

function describeProblem(problem: Problem, colors: Colors): readonly string[] {
  const line = (text: string): string =>
    `${colors.red(problem.kind.padEnd("outdated".length))}  ${problem.path}${text}`;
  switch (problem.kind) {
    case "missing":
      return [line("")];
    case "outdated":
      return [line(""), colorDiff(problem.diff, colors)];
    case "edited":
      return [line("  (changed by hand)"), colorDiff(problem.diff, colors)];
    case "orphan":
      return [line(`  (no longer generated${problem.removable ? "" : `; ${orphanAdvice}`})`)];
    case "foreign":
      return [line(`  (not generated; ${foreignAdvice})`)];
  }
}

const orphanAdvice = "changed by hand, so delete it yourself";
const foreignAdvice = "move or delete it";

/** Whether the command that writes also mends the problem. */
function isMendable(problem: Problem): boolean {
  switch (problem.kind) {
    case "missing":
    case "outdated":
    case "edited":
      return true;
    case "orphan":
      return problem.removable;
    case "foreign":
      return false;
  }
}

function remarkOf(entry: PlanEntry): string {
  switch (entry.status) {
    case "created":
    case "unchanged":
      return formatBytes(bytesOf(entry));
    case "updated":
      return `${formatBytes(bytesOf(entry))}${entry.edited ? "  (had been changed by hand)" : ""}`;
    case "orphan":
      return entry.removable
        ? "(no longer generated: removed)"
        : `(no longer generated; ${orphanAdvice})`;
    case "foreign":
      return `(not generated; ${foreignAdvice})`;
  }
}

function statusColor(entry: PlanEntry, colors: Colors): (text: string) => string {
  switch (entry.status) {
    case "created":
      return colors.green;
    case "updated":
      return colors.yellow;
    case "unchanged":
      return colors.dim;
    case "orphan":
    case "foreign":
      return colors.magenta;
  }
}

function colorDiff(diff: string, colors: Colors): string {
  const color = (line: string): string => {
    if (line.startsWith("+")) return colors.green(line);
    if (line.startsWith("-")) return colors.red(line);
    return line;
  };
  return diff.trimEnd().split("\n").map(color).join("\n");
}

function summaryOf(plan: Plan, durationMs: number): string {
  const statuses = ["created", "updated", "unchanged", "orphan", "foreign"] as const;
  const counts = statuses.flatMap((status) => {
    const number = plan.entries.filter((entry) => entry.status === status).length;
    return number === 0 ? [] : [`${String(number)} ${status}`];
  });
  const total = plan.entries.filter((entry) => "text" in entry).length;
  return `${count(total, "file")}, ${formatBytes(totalBytes(plan))} in ${formatTime(durationMs)}: ${counts.join(", ")}`;
}

function labelOf(plan: Plan, entry: PlanEntry): string {
  return `${plan.directory.label}/${entry.path}`;
}

function totalBytes(plan: Plan): number {
  return plan.entries.reduce((sum, entry) => sum + bytesOf(entry), 0);
}

function bytesOf(entry: PlanEntry): number {
  return "text" in entry ? Buffer.byteLength(entry.text) : 0;
}

function count(number: number, noun: string): string {
  return `${String(number)} ${noun}${number === 1 ? "" : "s"}`;
}

function formatBytes(bytes: number): string {
  return bytes < 1000 ? `${String(bytes)} B` : `${(bytes / 1000).toFixed(1)} kB`;
}

function formatTime(milliseconds: number): string {
  return milliseconds < 1000
    ? `${String(Math.round(milliseconds))} ms`
    : `${(milliseconds / 1000).toFixed(1)} s`;
}
