// Reads the source of an ECMAScript regular expression without flags into a tree.
//
// Contract: accepts exactly what can be said as a POSIX extended regular expression; anything else
// is an UntranslatableError with the reason. Sets of characters are kept by meaning (which ASCII
// characters are in, whether the others are), so that a printer is free to write them its own way.

/** A part of the expression that POSIX has no word for. The message is a reason for people. */
export class UntranslatableError extends Error {}

/** Characters of one position. NUL is never in: no Nix string can hold it. */
export interface CharacterSet {
  readonly kind: "set";
  readonly ascii: ReadonlySet<number>;
  /** Whether characters outside ASCII are in. */
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

const digits = setOf(codes("0123456789"));
const wordCharacters = setOf([...range(65, 90), ...range(97, 122), ...digits.ascii, 95]);
const spaces = setOf(codes("\t\n\v\f\r "));
/** What `.` stands for: ECMAScript leaves out line ends. */
const notLineEnd = complement(setOf(codes("\n\r")));

const classEscapes: Readonly<Record<string, CharacterSet>> = {
  d: digits,
  D: complement(digits),
  w: wordCharacters,
  W: complement(wordCharacters),
  s: spaces,
  S: complement(spaces),
};

const controlEscapes: Readonly<Record<string, string>> = {
  t: "\t",
  n: "\n",
  v: "\v",
  f: "\f",
  r: "\r",
};

export function parseRegExp(source: string): Alternatives {
  return new Parser(source).parse();
}

class Parser {
  private position = 0;
  private readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  parse(): Alternatives {
    const alternatives = this.alternatives();
    if (this.position < this.source.length) throw new UntranslatableError("a `)` without `(`");
    return alternatives;
  }

  private alternatives(): Alternatives {
    const branches = [this.sequence()];
    while (this.take("|")) branches.push(this.sequence());
    return branches;
  }

  private sequence(): Sequence {
    const terms: Term[] = [];
    for (;;) {
      const next = this.source[this.position];
      if (next === undefined || next === "|" || next === ")") return terms;
      terms.push(this.quantified(this.atom()));
    }
  }

  private quantified(of: Term): Term {
    const counts = this.quantifier();
    if (counts === undefined) return of;
    if (this.take("?")) throw new UntranslatableError("a lazy quantifier");
    return { kind: "repeat", of, ...counts };
  }

  private quantifier(): { readonly min: number; readonly max: number | undefined } | undefined {
    if (this.take("*")) return { min: 0, max: undefined };
    if (this.take("+")) return { min: 1, max: undefined };
    if (this.take("?")) return { min: 0, max: 1 };
    // A brace that is not a quantifier stands for itself.
    const counts = this.takePattern(/\{(\d+)(,?)(\d*)\}/y);
    if (counts === undefined) return undefined;
    const [, min = "", comma = "", max = ""] = counts;
    if (comma === "") return { min: Number(min), max: Number(min) };
    return { min: Number(min), max: max === "" ? undefined : Number(max) };
  }

  private atom(): Term {
    if (this.take("^")) return { kind: "anchor", at: "start" };
    if (this.take("$")) return { kind: "anchor", at: "end" };
    if (this.take(".")) return notLineEnd;
    if (this.take("[")) return this.characterClass();
    if (this.take("(")) return this.group();
    if (this.take("\\")) return this.escape();
    return characterTerm(this.next());
  }

  private group(): Term {
    if (this.take("?") && !this.take(":")) {
      const rest = this.source.slice(this.position, this.position + 2);
      if (rest.startsWith("=") || rest.startsWith("!")) throw new UntranslatableError("lookahead");
      if (rest === "<=" || rest === "<!") throw new UntranslatableError("lookbehind");
      if (rest.startsWith("<")) throw new UntranslatableError("a named group");
      throw new UntranslatableError("flags inside the expression");
    }
    const of = this.alternatives();
    if (!this.take(")")) throw new UntranslatableError("a `(` without `)`");
    return { kind: "group", of };
  }

  private escape(): Term {
    const next = this.source[this.position] ?? "";
    const named = classEscapes[next];
    if (named !== undefined) {
      this.position += 1;
      return named;
    }
    if (next === "b" || next === "B") throw new UntranslatableError(`a word boundary (\\${next})`);
    if (/[1-9]/.test(next)) throw new UntranslatableError(`a backreference (\\${next})`);
    if (next === "k") throw new UntranslatableError("a backreference (\\k)");
    return characterTerm(this.escapedCharacter());
  }

  private characterClass(): CharacterSet {
    const negated = this.take("^");
    const members: CharacterSet[] = [];
    while (!this.take("]")) {
      const first = this.classMember();
      const isRange = this.source[this.position] === "-" && this.source[this.position + 1] !== "]";
      if (!isRange) {
        members.push(toSet(first));
        continue;
      }
      this.position += 1;
      const last = this.classMember();
      // With a class at one end the `-` stands for itself: `[\w-.]`.
      members.push(
        ...(typeof first === "string" && typeof last === "string"
          ? [setOf(range(asciiCode(first), asciiCode(last)))]
          : [toSet(first), toSet("-"), toSet(last)]),
      );
    }
    const set = negated ? complement(union(members)) : union(members);
    if (set.ascii.size === 0 && !set.others) {
      throw new UntranslatableError("a class no character is in");
    }
    return set;
  }

  private classMember(): string | CharacterSet {
    if (!this.take("\\")) return this.next();
    const next = this.source[this.position] ?? "";
    const named = classEscapes[next];
    if (named !== undefined) {
      this.position += 1;
      return named;
    }
    if (next === "b") throw new UntranslatableError("a backspace (\\b)");
    if (/[1-9]/.test(next)) throw new UntranslatableError(`an octal escape (\\${next})`);
    return this.escapedCharacter();
  }

  /** The character an escape stands for; the backslash is already taken. */
  private escapedCharacter(): string {
    const code =
      this.takePattern(/x([0-9A-Fa-f]{2})/y) ??
      this.takePattern(/u([0-9A-Fa-f]{4})/y) ??
      this.takePattern(/(0)(?![0-9])/y);
    if (code?.[1] !== undefined) return String.fromCharCode(parseInt(code[1], 16));
    const next = this.next();
    const control = controlEscapes[next];
    if (control !== undefined) return control;
    if (next === "p" || next === "P") throw new UntranslatableError("a Unicode property");
    if (/[A-Za-z0-9]/.test(next)) throw new UntranslatableError(`the escape \\${next}`);
    return next;
  }

  private next(): string {
    const character = this.source[this.position];
    if (character === undefined) throw new UntranslatableError("an unfinished expression");
    this.position += 1;
    return character;
  }

  private take(text: string): boolean {
    if (!this.source.startsWith(text, this.position)) return false;
    this.position += text.length;
    return true;
  }

  /** `pattern` must be sticky. */
  private takePattern(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.source);
    if (match === null) return undefined;
    this.position += match[0].length;
    return match;
  }
}

function characterTerm(character: string): Term {
  const code = character.charCodeAt(0);
  if (code === 0) throw new UntranslatableError("the character NUL");
  if (code < asciiEnd) return setOf([code]);
  // Without the flag `u`, half a character is what a quantifier after it would repeat.
  if (code >= 0xd800 && code <= 0xdfff) {
    throw new UntranslatableError("a character outside the Basic Multilingual Plane");
  }
  return { kind: "character", text: character };
}

function asciiCode(character: string): number {
  const code = character.charCodeAt(0);
  if (code >= asciiEnd) {
    throw new UntranslatableError("a class with characters outside ASCII (Nix matches bytes)");
  }
  return code;
}

function toSet(member: string | CharacterSet): CharacterSet {
  return typeof member === "string" ? setOf([asciiCode(member)]) : member;
}
