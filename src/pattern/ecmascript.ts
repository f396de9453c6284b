// Reads the source of an ECMAScript regular expression without flags into a tree.
//
// regexpp reads the syntax; this file gives it a meaning. Contract: accepts exactly the expressions that a POSIX
// extended regular expression can express; for others it throws an UntranslatableError with the reason.
// The tree has sets of characters by their members (ASCII characters one by one, all others together), so
// that a printer is free to write them its own way.

import { type AST, RegExpParser } from "@eslint-community/regexpp";

/** A part of the expression has no equivalent in POSIX. The message is a reason for people. */
export class UntranslatableError extends Error {}

/** The possible characters at one position. NUL is never among them: no Nix string contains it. */
export interface CharacterSet {
  readonly kind: "set";
  readonly ascii: ReadonlySet<number>;
  /** Whether all characters outside ASCII are members. */
  readonly others: boolean;
}

export type Term =
  | CharacterSet
  /** One character outside ASCII. */
  | { readonly kind: "character"; readonly text: string }
  | { readonly kind: "anchor"; readonly at: "start" | "end" }
  | { readonly kind: "group"; readonly of: Alternatives }
  | {
      readonly kind: "repeat";
      readonly of: Term;
      readonly min: number;
      readonly max: number | undefined;
    };

export type Sequence = readonly Term[];
export type Alternatives = readonly Sequence[];

const asciiEnd = 0x80;

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function codes(text: string): readonly number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}

function setOf(members: Iterable<number>, others = false): CharacterSet {
  return { kind: "set", ascii: new Set([...members].filter((code) => code !== 0)), others };
}

function complement(set: CharacterSet): CharacterSet {
  return setOf(
    range(1, asciiEnd - 1).filter((code) => !set.ascii.has(code)),
    !set.others,
  );
}

function union(sets: readonly CharacterSet[]): CharacterSet {
  return setOf(
    sets.flatMap((set) => [...set.ascii]),
    sets.some((set) => set.others),
  );
}

const digit = setOf(codes("0123456789"));
const word = setOf([...range(65, 90), ...range(97, 122), ...digit.ascii, 95]);
const space = setOf(codes("\t\n\v\f\r "));
const escapes = { digit, space, word };
/** The set of `.`: in ECMAScript, all characters but line ends. */
const notLineEnd = complement(setOf(codes("\n\r")));

const parser = new RegExpParser();

export function parseRegExp(source: string): Alternatives {
  return readAlternatives(parser.parsePattern(source));
}

function readAlternatives({ alternatives }: Pick<AST.Pattern, "alternatives">): Alternatives {
  return alternatives.map(({ elements }) => elements.map(readElement));
}

function readElement(element: AST.Element): Term {
  switch (element.type) {
    case "Character":
      return characterTerm(element);
    case "CharacterSet":
      return readSet(element);
    case "CharacterClass":
      return readClass(element);
    case "Group":
      if (element.modifiers === null) return { kind: "group", of: readAlternatives(element) };
      throw new UntranslatableError("flags inside the expression");
    case "CapturingGroup":
      if (element.name === null) return { kind: "group", of: readAlternatives(element) };
      throw new UntranslatableError("a named group");
    case "Quantifier":
      return readQuantifier(element);
    case "Assertion":
      return readAssertion(element);
    case "Backreference":
      throw new UntranslatableError(`a backreference (${element.raw})`);
    case "ExpressionCharacterClass":
      throw withFlag(element);
  }
}

function readQuantifier({ element, greedy, min, max }: AST.Quantifier): Term {
  if (!greedy) throw new UntranslatableError("a lazy quantifier");
  return { kind: "repeat", of: readElement(element), min, max: max === Infinity ? undefined : max };
}

function readAssertion({ kind, raw }: AST.Assertion): Term {
  switch (kind) {
    case "start":
    case "end":
      return { kind: "anchor", at: kind };
    case "word":
      throw new UntranslatableError(`a word boundary (${raw})`);
    case "lookahead":
    case "lookbehind":
      throw new UntranslatableError(kind);
  }
}

function readSet(set: AST.CharacterSet): CharacterSet {
  switch (set.kind) {
    case "any":
      return notLineEnd;
    case "digit":
    case "space":
    case "word":
      return set.negate ? complement(escapes[set.kind]) : escapes[set.kind];
    case "property":
      throw withFlag(set);
  }
}

function readClass({ elements, negate }: AST.CharacterClass): CharacterSet {
  const members = union(elements.map(readMember));
  const set = negate ? complement(members) : members;
  if (set.ascii.size > 0 || set.others) return set;
  throw new UntranslatableError("a class no character is in");
}

function readMember(member: AST.CharacterClassElement): CharacterSet {
  switch (member.type) {
    case "Character":
      return setOf([asciiCode(member)]);
    case "CharacterClassRange":
      return setOf(range(asciiCode(member.min), asciiCode(member.max)));
    case "CharacterSet":
      return readSet(member);
    case "CharacterClass":
    case "ClassStringDisjunction":
    case "ExpressionCharacterClass":
      throw withFlag(member);
  }
}

/** The error for syntax that needs the flags `u` or `v`; expressions with flags are refused before. */
function withFlag({ raw }: AST.Node): UntranslatableError {
  return new UntranslatableError(`the expression ${raw}`);
}

function characterTerm(character: AST.Character): Term {
  const code = codeOf(character);
  if (code === 0) throw new UntranslatableError("the character NUL");
  if (code < asciiEnd) return setOf([code]);
  // Without the flag `u`, a quantifier would repeat only the second half of the character.
  if (code >= 0xd800 && code <= 0xdfff) {
    throw new UntranslatableError("a character outside the Basic Multilingual Plane");
  }
  return { kind: "character", text: String.fromCharCode(code) };
}

function asciiCode(character: AST.Character): number {
  const code = codeOf(character);
  if (code < asciiEnd) return code;
  throw new UntranslatableError("a class with characters outside ASCII (Nix matches bytes)");
}

/** Refuses an escaped letter that stands for itself: the author of `\p` or `\z` meant something else. */
function codeOf({ raw, value }: AST.Character): number {
  if (/^\\[A-Za-z]$/.test(raw) && raw.charCodeAt(1) === value) {
    throw new UntranslatableError(`the escape ${raw}`);
  }
  return value;
}
