// Translates ECMAScript regular expressions for `builtins.match` of Nix: to a POSIX extended regular
// expression that has to match the whole string.
//
// Contract: for every string of ASCII characters, `regex.test(string)` equals
// `builtins.match pattern string != null`. It refuses other expressions with a reason. Nix
// matches bytes, so a character outside ASCII counts as the two to four bytes of its UTF-8 form
// if an expression counts characters.
//
// The output uses only syntax that both C++ libraries behind Nix accept, libstdc++ on Linux and libc++ on
// macOS: no empty alternative or group, and no escape but of a metacharacter.
//
// https://nix.dev/manual/nix/latest/language/builtins#builtins-match
// https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap09.html#tag_09_04

import {
  type Alternatives,
  type CharacterSet,
  parseRegExp,
  type Sequence,
  type Term,
  UntranslatableError,
} from "./ecmascript.ts";

export type PatternResult =
  { readonly ok: true; readonly pattern: string } | { readonly ok: false; readonly reason: string };

/** libstdc++ copies repeated parts, and gives up at 100000 states. */
const maxStates = 20_000;

export function translatePattern(regex: RegExp): PatternResult {
  if (regex.flags !== "") {
    return { ok: false, reason: `the flag ${Array.from(regex.flags).join(", ")}` };
  }
  try {
    const alternatives = parseRegExp(regex.source);
    if (statesOfAll(alternatives) > maxStates) {
      return { ok: false, reason: "repetitions that are too large for Nix" };
    }
    return { ok: true, pattern: alternatives.map(printWhole).join("|") };
  } catch (error) {
    if (error instanceof UntranslatableError) return { ok: false, reason: error.message };
    throw error;
  }
}

/** A regular expression for exactly this text. */
export function escapeRegExp(text: string): string {
  return text
    .replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")
    .replace(/\n/g, "\\n")
    .replace(/\r/g, "\\r");
}

/** An alternative at the top: without an anchor, anything may precede or follow it. */
function printWhole(sequence: Sequence): string {
  const start = sequence.findIndex((term) => !isAnchor(term, "start"));
  const first = start === -1 ? sequence.length : start;
  const last = sequence.findLastIndex((term) => !isAnchor(term, "end"));
  const inner = printSequence(sequence.slice(first, last + 1));
  const before = first > 0 ? "" : ".*";
  const after = last < sequence.length - 1 ? "" : ".*";
  if (inner !== "") return before + inner + after;
  return before === "" && after === "" ? "^$" : ".*";
}

function isAnchor(term: Term, at: "start" | "end"): boolean {
  return term.kind === "anchor" && term.at === at;
}

function printSequence(sequence: Sequence): string {
  return sequence.map(printTerm).join("");
}

function printTerm(term: Term): string {
  switch (term.kind) {
    case "set":
      return printSet(term);
    case "character":
      return term.text;
    case "anchor":
      return term.at === "start" ? "^" : "$";
    case "group":
      return printGroup(term.of);
    case "repeat":
      return printRepeat(term.of, term.min, term.max);
  }
}

/** Empty alternatives are not portable: `(a|)` is written `(a)?`. */
function printGroup(alternatives: Alternatives): string {
  const branches = alternatives.map(printSequence);
  const full = branches.filter((branch) => branch !== "");
  if (full.length === 0) return "";
  return `(${full.join("|")})${full.length < branches.length ? "?" : ""}`;
}

function printRepeat(of: Term, min: number, max: number | undefined): string {
  const atom = printTerm(of);
  if (atom === "" || max === 0) return "";
  if (min === 1 && max === 1) return atom;
  const isAtom = of.kind === "set" || (of.kind === "group" && !atom.endsWith("?"));
  return (isAtom ? atom : `(${atom})`) + printCounts(min, max);
}

function printCounts(min: number, max: number | undefined): string {
  if (max === undefined) return min === 0 ? "*" : min === 1 ? "+" : `{${min},}`;
  if (min === 0 && max === 1) return "?";
  return min === max ? `{${min}}` : `{${min},${max}}`;
}

const metacharacters = new Set("^.[$()|*+?{\\");

function printSet(set: CharacterSet): string {
  if (!set.others) {
    const [only] = set.ascii;
    if (set.ascii.size === 1 && only !== undefined) {
      const character = String.fromCharCode(only);
      return metacharacters.has(character) ? `\\${character}` : printable(only);
    }
    return `[${bracketMembers(set.ascii, false)}]`;
  }
  const excluded = new Set(allAscii.filter((code) => !set.ascii.has(code)));
  return excluded.size === 0 ? "." : `[^${bracketMembers(excluded, true)}]`;
}

const allAscii = Array.from({ length: 0x7f }, (_, index) => index + 1);

/** Named classes for characters that are not visible. */
const namedClasses = [
  { name: "[:cntrl:]", codes: allAscii.filter((code) => code < 0x20 || code === 0x7f) },
  { name: "[:space:]", codes: [9, 10, 11, 12, 13, 32] },
];

/**
 * The inside of a bracket expression. Nothing can be escaped there, so the characters with a
 * meaning go where they have none: `]` first, `^` not first, `-` last, `[` not before `:.=`.
 */
function bracketMembers(codes: ReadonlySet<number>, negated: boolean): string {
  const rest = new Set(codes);
  const names = namedClasses.filter((named) => named.codes.every((code) => rest.has(code)));
  for (const code of names.flatMap((named) => named.codes)) rest.delete(code);
  const special = new Set<string>();
  const runs: (readonly [number, number])[] = [];
  for (const [first, last] of runsOf(rest)) {
    const [from, to] = withoutSpecialEnds(first, last, special);
    if (from <= to) runs.push([from, to]);
  }
  const ordered = runs.toSorted(([a], [b]) => rank(a) - rank(b) || a - b).map(printRun);
  const at = (character: string): string => (special.has(character) ? character : "");
  const members = [at("]"), ...ordered, ...names.map((named) => named.name), at("["), at("\\")];
  const body = members.join("");
  // `[^-]` would mean something else.
  if (body === "" && !negated && special.has("^")) return `${at("-")}^`;
  return body + at("^") + at("-");
}

/** Letters and digits in the order people write them, then everything else. */
function rank(code: number): number {
  const character = String.fromCharCode(code);
  return ["A-Z", "a-z", "0-9", "\\s\\S"].findIndex((group) =>
    new RegExp(`[${group}]`).test(character),
  );
}

function runsOf(codes: ReadonlySet<number>): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  for (const code of [...codes].sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run?.[1] === code - 1) run[1] = code;
    else runs.push([code, code]);
  }
  return runs;
}

/** Shortens a run until neither end is special, and collects the removed characters. */
function withoutSpecialEnds(
  first: number,
  last: number,
  special: Set<string>,
): readonly [number, number] {
  let [from, to] = [first, last];
  for (; from <= to && "]^-[\\".includes(String.fromCharCode(from)); from += 1) {
    special.add(String.fromCharCode(from));
  }
  for (; from <= to && "]^-[\\".includes(String.fromCharCode(to)); to -= 1) {
    special.add(String.fromCharCode(to));
  }
  return [from, to];
}

function printRun([first, last]: readonly [number, number]): string {
  if (last - first < 2) {
    return first === last ? printable(first) : printable(first) + printable(last);
  }
  return `${printable(first)}-${printable(last)}`;
}

/** The character itself, unless it would be invisible in generated code. */
function printable(code: number): string {
  const character = String.fromCharCode(code);
  if ((code < 0x20 && !"\t\n\r".includes(character)) || code === 0x7f) {
    throw new UntranslatableError(
      "single control characters (all of them, [\\x00-\\x1f\\x7f], can be said)",
    );
  }
  return character;
}

/** How many states the compiled expression has, about. */
function statesOf(term: Term): number {
  switch (term.kind) {
    case "set":
    case "character":
    case "anchor":
      return 1;
    case "group":
      return 2 + statesOfAll(term.of);
    case "repeat":
      return 1 + (statesOf(term.of) + 1) * Math.max(term.max ?? term.min + 1, 1);
  }
}

function statesOfAll(alternatives: Alternatives): number {
  return alternatives.flat().reduce((sum, term) => sum + statesOf(term), alternatives.length);
}
