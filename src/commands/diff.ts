// What `nixmodgen diff` prints: for people, as a changelog entry, or as JSON.

import type { Colors } from "picocolors/types.js";
import type { Change, ChangeKind } from "../interface/compare-interfaces.ts";

/** What `diff --json` prints. */
export interface DiffReport {
  readonly ok: true;
  readonly changes: readonly Change[];
  /** Whether a configuration may need a change. */
  readonly breaks: boolean;
}

export function diffAsJson(changes: readonly Change[]): DiffReport {
  return { ok: true, changes, breaks: changes.some(({ breaks }) => breaks) };
}

export function diffAsText(changes: readonly Change[], colors: Colors): string {
  if (changes.length === 0) return "no change that a user could notice";
  const width = Math.max(...changes.map(({ kind }) => kind.length));
  const breaking = changes.filter(({ breaks }) => breaks).length;
  return [
    ...changes.map((change) => {
      const { kind, text, breaks } = change;
      const color = breaks ? colors.red : colorsOf(colors)[kind];
      const mark = breaks ? colors.red("  (breaks configurations)") : "";
      return `${color(kind.padEnd(width))}  ${nameOf(change)}: ${text}${mark}`;
    }),
    `${count(changes.length, "change")}, ${breaking === 0 ? "none breaks" : breaking === 1 ? "1 breaks" : `${String(breaking)} break`} configurations`,
  ].join("\n");
}

function colorsOf(colors: Colors): Readonly<Record<ChangeKind, (text: string) => string>> {
  return {
    removed: colors.yellow,
    retyped: colors.yellow,
    renamed: colors.yellow,
    added: colors.green,
    default: colors.yellow,
    moved: colors.yellow,
    deprecated: colors.yellow,
    weakened: colors.red,
    changed: colors.yellow,
    strengthened: colors.green,
  };
}

/** The service, option or rule, as users know it. */
export function nameOf({ about, service, subject }: Change): string {
  switch (about) {
    case "service":
      return `services.${service}`;
    case "option":
      return `services.${service}.${subject}`;
    case "rule":
      return `rule ${subject} of ${service}`;
  }
}

/** The sections of a changelog (https://keepachangelog.com), in their usual order. */
const sections = ["Added", "Changed", "Deprecated", "Removed", "Security"] as const;

const sectionOf: Readonly<Record<ChangeKind, (typeof sections)[number]>> = {
  removed: "Removed",
  retyped: "Changed",
  renamed: "Changed",
  added: "Added",
  default: "Changed",
  moved: "Changed",
  deprecated: "Deprecated",
  weakened: "Security",
  changed: "Security",
  strengthened: "Security",
};

/** An entry for CHANGELOG.md. */
export function diffAsChangelog(changes: readonly Change[]): string {
  const parts = sections.flatMap((title) => {
    const lines = changes.filter(({ kind }) => sectionOf[kind] === title).map(changelogLine);
    return lines.length === 0 ? [] : [`### ${title}\n\n${lines.join("\n")}`];
  });
  return ["## [Unreleased]", ...parts].join("\n\n");
}

function changelogLine(change: Change): string {
  const { kind, text, breaks } = change;
  return `- ${breaks ? "**Breaking:** " : ""}\`${nameOf(change)}\`, ${kind}: ${text}`;
}

function count(number: number, noun: string): string {
  return `${String(number)} ${noun}${number === 1 ? "" : "s"}`;
}
