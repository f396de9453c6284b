// Text to Nix source text: one function per place where text can stand.
//
// Contract: what Nix reads back is exactly the text given, whatever the text is. Text that Nix
// cannot hold (NUL, half of a surrogate pair) is refused. Each function returns the source without
// the delimiters around it. The rules are those of Nix's own lexer:
// https://nix.dev/manual/nix/stable/language/string-literals

import { BugError, UserError } from "../errors.ts";

/** Words that cannot be attribute names or variables without quotes. */
const KEYWORDS: ReadonlySet<string> = new Set([
  "assert",
  "else",
  "if",
  "in",
  "inherit",
  "let",
  "or",
  "rec",
  "then",
  "with",
]);

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_'-]*$/;

/** Whether the text can be written as a name without quotes. */
export function isIdentifier(text: string): boolean {
  return IDENTIFIER.test(text) && !KEYWORDS.has(text);
}

export function isKeyword(text: string): boolean {
  return KEYWORDS.has(text);
}

/** Refuses text that no Nix file can hold. */
export function checkText(text: string): string {
  if (text.includes("\0")) {
    throw new UserError("a Nix string cannot hold the NUL character", {
      received: JSON.stringify(text),
      next: "remove the \\u0000 from the text",
    });
  }
  if (!text.isWellFormed()) {
    throw new UserError("a Nix string must be well-formed Unicode", {
      received: JSON.stringify(text),
      next: "remove the half of a surrogate pair from the text",
    });
  }
  return text;
}

/**
 * Text between `"` and `"`. Nix turns a carriage return in the source into a newline, so it is
 * written as an escape; other control characters have no escape in Nix and stand for themselves.
 * `$${` is not an interpolation in Nix, but its first `$` could be the end of an earlier piece, so
 * every `${` is escaped.
 *
 * `beforeInterpolation`: the text is followed by `${…}`, and a `$` at its end would merge with it.
 */
export function escapeString(text: string, beforeInterpolation = false): string {
  const escaped = checkText(text).replace(/[\\"\n\r\t]|\$(?=\{)/g, (found) =>
    found === "\n" ? "\\n" : found === "\r" ? "\\r" : found === "\t" ? "\\t" : `\\${found}`,
  );
  return beforeInterpolation ? escaped.replace(/\$$/, "\\$") : escaped;
}

/** What surrounds a piece of text inside an indented string. */
export interface IndentedContext {
  /** The piece is followed by `${…}`. */
  readonly beforeInterpolation: boolean;
  /** The piece is the last one: the closing quotes follow. */
  readonly atEnd: boolean;
}

/**
 * One line (or piece of a line) between `''` and `''`. Leading blanks are the business of
 * `escapeIndentedLines`, which sees the whole string.
 *
 * A quote directly before another quote would begin the end of the string, so each quote of a run
 * is escaped as part of a pair (`''` is written `'''`), and a lone quote before the end or before an
 * interpolation as `''\'`. A tab is written as an escape because formatters take a tab at the start
 * of a line for indentation.
 */
export function escapeIndentedPiece(text: string, context: IndentedContext): string {
  const lastIsExposed = context.beforeInterpolation || context.atEnd;
  return checkText(text).replace(/\r|\t|'+|\$+(?=\{)|\$+$/g, (found, offset: number) => {
    const isLast = offset + found.length === text.length;
    switch (found[0]) {
      case "\r":
        return "''\\r";
      case "\t":
        return "''\\t";
      case "'":
        return escapeQuotes(found.length, text[offset + found.length], isLast && lastIsExposed);
      default:
        return isLast && !context.beforeInterpolation ? found : "''$".repeat(found.length);
    }
  });
}

function escapeQuotes(count: number, next: string | undefined, exposed: boolean): string {
  const pairs = "'''".repeat(Math.floor(count / 2));
  if (count % 2 === 0) {
    return pairs;
  }
  // After a pair, or before something that itself begins with two quotes, a lone quote is
  // ambiguous; anywhere else it stands for itself.
  const ambiguous = pairs !== "" || exposed || next === "$" || next === "\r" || next === "\t";
  return pairs + (ambiguous ? "''\\'" : "'");
}

/** An attribute name: bare where Nix allows it, quoted otherwise (also for keywords). */
export function escapeAttrName(name: string): string {
  return isIdentifier(name) ? name : `"${escapeString(name)}"`;
}

/** Checks a variable's name: there is no way to quote one. */
export function escapeIdentifier(name: string): string {
  if (!isIdentifier(name)) {
    throw new BugError(`${JSON.stringify(name)} is not a Nix identifier`);
  }
  return name;
}

const PATH_TEXT = /^[A-Za-z0-9._+\-/~]*$/;

/** Text inside a path. Paths have no escapes: what does not fit must be a string. */
export function escapePathText(text: string): string {
  if (!PATH_TEXT.test(text)) {
    throw new BugError(`${JSON.stringify(text)} cannot stand in a Nix path`);
  }
  return text;
}

/** The lines of a `#` comment. A line break of any kind begins a new line, so nothing escapes. */
export function escapeComment(text: string): readonly string[] {
  return checkText(text)
    .split(/\r\n|\r|\n/)
    .map((line) => (line.trimEnd() === "" ? "#" : `# ${line.trimEnd()}`));
}
