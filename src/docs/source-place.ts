// Places in the schema's sources, for messages: file, line and column, and the line itself with a mark
// below the mistake.

import { relative, sep } from "node:path";
import type { SourceFile } from "ts-morph";
import type { SourceLocation } from "../errors.ts";

/** A part of a source file. */
export interface SourceSpan {
  readonly file: SourceFile;
  /** Position in the file. */
  readonly start: number;
  readonly length: number;
}

export function locateSpan({ file, start }: SourceSpan, root: string): SourceLocation {
  return { file: pathOf(file, root), ...file.getLineAndColumnAtPos(start) };
}

export function pathOf(file: SourceFile, root: string): string {
  return relative(root, file.getFilePath()).split(sep).join("/");
}

/** The length of the shown part of a longer line. */
const shownLength = 100;

/** The first line of a span, with its number, and marks below the span. */
export function excerptOf({ file, start, length }: SourceSpan): string {
  const { line: number, column } = file.getLineAndColumnAtPos(start);
  // Tabs become spaces, so that the line has the same width on every terminal.
  const line = (file.getFullText().split(/\r?\n/)[number - 1] ?? "").replaceAll("\t", " ");
  const from = line.length <= shownLength ? 0 : Math.max(0, column - 1 - shownLength / 2);
  const shown = line.slice(from, from + shownLength);
  const offset = column - 1 - from;
  const marks = "^".repeat(Math.max(1, Math.min(length, shown.length - offset)));
  const margin = String(number);
  return [
    `${margin} | ${shown}`,
    `${" ".repeat(margin.length)} | ${" ".repeat(offset)}${marks}`,
  ].join("\n");
}
