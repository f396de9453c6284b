// A cursor over Nix source text: white space, comments, and errors that point at their place.
//
// Contract: holes of a template are one character each, `HOLE`, which no Nix text can contain. The
// cursor knows their places and their contents; the parser gives the contents a meaning.

import { BugError } from "../errors.ts";
import type { Hole } from "./quote.ts";

/** Stands for a hole. NUL, because no Nix file can contain it. */
export const HOLE = "\0";

/** The comments and blank lines between two tokens. */
interface Gap {
  /** Lines of `#` comments, without the `#`. */
  readonly comments: readonly string[];
  /** A blank line before the comments, or before the token if there are none. */
  readonly blankLine: boolean;
}

export class Source {
  readonly #text: string;
  readonly #holes: ReadonlyMap<number, Hole>;
  #position = 0;

  constructor(text: string, holes: readonly Hole[]) {
    this.#text = text;
    const positions = [...text.matchAll(/\0/g)].map((match) => match.index);
    this.#holes = new Map(
      positions.flatMap((position, index) => {
        const hole = holes[index];
        return hole === undefined ? [] : [[position, hole] as const];
      }),
    );
    if (positions.length !== holes.length || this.#holes.size !== holes.length) {
      throw new BugError("the source text and the holes of a template do not match");
    }
  }

  get position(): number {
    return this.#position;
  }

  /** Goes back to an earlier place, after the parser has looked ahead. */
  rewind(position: number): void {
    this.#position = position;
  }

  get atEnd(): boolean {
    return this.#position >= this.#text.length;
  }

  /** Whether this text stands here. */
  looksAt(text: string): boolean {
    return this.#text.startsWith(text, this.#position);
  }

  /** The text that a sticky pattern matches here. */
  peek(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position;
    return pattern.exec(this.#text)?.[0];
  }

  /** Takes the text that a sticky pattern matches here. */
  take(pattern: RegExp): string | undefined {
    const found = this.peek(pattern);
    this.#position += found?.length ?? 0;
    return found;
  }

  /** Takes exactly this text if it stands here. */
  takeText(text: string): boolean {
    if (!this.looksAt(text)) {
      return false;
    }
    this.#position += text.length;
    return true;
  }

  /** Takes any one character. */
  takeCharacter(): string {
    const code = this.#text.codePointAt(this.#position);
    if (code === undefined) {
      return this.fail("the end of the text comes too early");
    }
    const character = String.fromCodePoint(code);
    this.#position += character.length;
    return character;
  }

  /** Takes a hole if one is here. */
  takeHole(): { readonly filling: Hole } | undefined {
    const filling = this.#holes.get(this.#position);
    if (filling === undefined) {
      return undefined;
    }
    this.#position += 1;
    return { filling };
  }

  /** Passes white space and all comments. */
  lookPast(): void {
    this.take(/(?:[ \t\n]|#[^\n]*)*/y);
  }

  /** Passes white space; fails for a comment, which may not stand here. */
  skip(): void {
    if (this.#gap().comments.length > 0) {
      this.fail(
        "a comment can only stand on its own line before a binding, a list element or a parameter",
      );
    }
  }

  /** Passes white space and the comment that belongs to the next token. */
  takeLeading(): { readonly comment: string | undefined; readonly blankLine: boolean } {
    const { comments, blankLine } = this.#gap();
    return { comment: comments.length === 0 ? undefined : comments.join("\n"), blankLine };
  }

  #gap(): Gap {
    const blankLine = /^[ \t]*\n[ \t]*\n/.test(this.take(/[ \t\n]*/y) ?? "");
    const comments: string[] = [];
    while (this.looksAt("#")) {
      if (this.#lineSoFar().trim() !== "") {
        this.fail("a comment must stand on its own line");
      }
      comments.push(this.#comment());
      if (/^\n[ \t]*\n/.test(this.take(/[ \t\n]*/y) ?? "")) {
        this.fail("no blank line can follow a comment");
      }
    }
    return { comments, blankLine };
  }

  #lineSoFar(): string {
    const lineStart = this.#text.lastIndexOf("\n", this.#position - 1) + 1;
    return this.#text.slice(lineStart, this.#position);
  }

  #comment(): string {
    this.take(/# ?/y);
    let comment = "";
    while (!this.atEnd && !this.looksAt("\n")) {
      const hole = this.takeHole();
      if (hole === undefined) {
        comment += this.takeCharacter();
      } else if (typeof hole.filling === "string") {
        comment += hole.filling;
      } else {
        this.fail("a hole in a comment must be a string");
      }
    }
    return comment;
  }

  /** Throws, with the place of the mistake. */
  fail(problem: string, position = this.#position): never {
    const before = this.#text.slice(0, position);
    const lineStart = before.lastIndexOf("\n") + 1;
    const lineEnd = this.#text.indexOf("\n", position);
    const show = (text: string): string => text.replaceAll(HOLE, "${…}");
    const line = show(this.#text.slice(lineStart, lineEnd === -1 ? undefined : lineEnd));
    const column = show(before.slice(lineStart)).length;
    const lineNumber = before.split("\n").length;
    throw new BugError(
      `Nix syntax, line ${lineNumber}, column ${column + 1}: ${problem}\n` +
        `  ${line}\n  ${" ".repeat(column)}^\n`,
    );
  }
}
