// Escapes text for Nix source: one function per place where text can stand.
//
// Contract: Nix reads back exactly the given text. Text that Nix cannot hold (NUL, half of a surrogate
// pair) is an error. Each function returns the source without
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

/** The next thing after a piece of text inside an indented string. */
export type IndentedNext = "interpolation" | "end";

/**
 * Text between `''` and `''`, newlines standing for themselves.
 *
 * `${` and a pair of quotes get two quotes and one quote in front; a tab and a carriage return become
 * escapes: Nix turns a carriage return in the source into a newline, and formatters take a tab at
 * the start of a line for indentation. Every escape begins with two quotes, so a single quote
 * before an escape, or before the end, is escaped itself.
 *
 * `protectedLine` takes care of spaces at the start of lines, because it sees all lines.
 */
export function escapeIndented(text: string, next: IndentedNext): string {
  return checkText(text).replace(/[\r\t]|'+|\$(?=\{)|\$$/g, (found, offset: number) => {
    const rest = text.slice(offset + found.length);
    if (found === "\r") {
      return "''\\r";
    }
    if (found === "\t") {
      return "''\\t";
    }
    if (found === "$") {
      return rest !== "" || next === "interpolation" ? "''$" : "$";
    }
    return escapeQuotes(found.length, beginsWithQuotes(rest, next));
  });
}

// Whether the source of the following text begins with two quotes.
function beginsWithQuotes(rest: string, next: IndentedNext): boolean {
  if (rest === "") {
    return next === "end";
  }
  return /^([\r\t]|\$\{)/.test(rest) || (rest === "$" && next === "interpolation");
}

function escapeQuotes(count: number, exposed: boolean): string {
  const pairs = "'''".repeat(Math.floor(count / 2));
  if (count % 2 === 0) {
    return pairs;
  }
  return pairs + (pairs !== "" || exposed ? "''\\'" : "'");
}

/** A space at the start of a line of an indented string that is not indentation. */
export const PROTECTED_SPACE = "''\\ ";

/**
 * Finds the line whose first space must be written as `PROTECTED_SPACE`, because Nix would take it
 * for indentation.
 *
 * Nix removes the common indentation of all lines (lines with only spaces do not count), and the spaces of
 * the last line if it has nothing else. One protected space in the right line leaves no common indentation.
 *
 * @param lines the lines of the whole string, with a visible character for each interpolation
 */
export function protectedLine(lines: readonly string[]): number | undefined {
  const last = lines.length - 1;
  if (/^ +$/.test(lines[last] ?? "")) {
    return last;
  }
  if (!lines.every((line) => line === "" || line.startsWith(" "))) {
    return undefined;
  }
  const visible = lines.findIndex((line) => /[^ ]/.test(line));
  const first = visible === -1 ? lines.findIndex((line) => line !== "") : visible;
  return first === -1 ? undefined : first;
}

/** An attribute name: bare where Nix allows it, quoted otherwise (also for keywords). */
export function escapeAttrName(name: string): string {
  return isIdentifier(name) ? name : `"${escapeString(name)}"`;
}

/** A non-negative floating-point number. Nix's lexer wants a point in it, also before an exponent. */
export function escapeFloat(value: number): string {
  const [digits, exponent] = String(value).split("e");
  const withPoint = digits?.includes(".") ? digits : `${digits}.0`;
  return exponent === undefined ? withPoint : `${withPoint}e${exponent}`;
}

/** Checks a variable's name, which Nix cannot quote. */
export function escapeIdentifier(name: string): string {
  if (!isIdentifier(name)) {
    throw new BugError(`${JSON.stringify(name)} is not a Nix identifier`);
  }
  return name;
}

const PATH_TEXT = /^[A-Za-z0-9._+\-/~]*$/;

/** Text inside a path. Paths have no escapes: other text must be a string. */
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
