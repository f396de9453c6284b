// Parses string literals into their pieces: it reads escapes and removes indentation.
//
// Contract: the reverse of `escape.ts`. Each function begins after the opening delimiter and takes
// the closing one.
// https://nix.dev/manual/nix/stable/language/string-literals

import type { NixExpr, StringPart } from "./ast.ts";
import { interpolation, isExpr, text } from "./create.ts";
import type { Source } from "./source.ts";

/** Parses the expression of an interpolation, up to its closing brace. */
export type ParseExpression = (source: Source) => NixExpr;

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

function unescape(character: string): string {
  return ESCAPES.get(character) ?? character;
}

/** Parses up to and including the closing `"`. */
export function parseQuoted(source: Source, parseExpression: ParseExpression): StringPart[] {
  const start = source.position;
  const parts: StringPart[] = [];
  while (!source.takeText('"')) {
    if (source.atEnd) {
      source.fail('this string has no closing `"`', start);
    }
    const inserted = parseInserted(source, parseExpression);
    if (inserted !== undefined) {
      parts.push(inserted);
    } else if (source.takeText("\\")) {
      parts.push(text(unescape(source.takeCharacter())));
    } else {
      // `$${` begins no interpolation: the first dollar takes the second with it.
      parts.push(text(source.take(/\$\$/y) ?? source.takeCharacter()));
    }
  }
  return parts;
}

/** `${expression}` or a hole. */
function parseInserted(source: Source, parseExpression: ParseExpression): StringPart | undefined {
  const start = source.position;
  const hole = source.takeHole();
  if (hole !== undefined) {
    const { filling } = hole;
    if (typeof filling === "string") {
      return text(filling);
    }
    return isExpr(filling)
      ? interpolation(filling)
      : source.fail("a hole in a string must be a string or a Nix expression", start);
  }
  if (!source.takeText("${")) {
    return undefined;
  }
  const expression = parseExpression(source);
  source.skip();
  if (!source.takeText("}")) {
    source.fail("expected `}` after the interpolated expression");
  }
  return interpolation(expression);
}

/** A piece of an indented string; only `plain` text can hold indentation. */
type IndentedPiece =
  | { readonly kind: "plain"; readonly text: string }
  | { readonly kind: "fixed"; readonly part: StringPart };

/** Parses up to and including the closing `''`. */
export function parseIndented(source: Source, parseExpression: ParseExpression): StringPart[] {
  const start = source.position;
  source.take(/ *\n/y);
  const pieces: IndentedPiece[] = [];
  const fixed = (part: StringPart): void => {
    pieces.push({ kind: "fixed", part });
  };
  for (;;) {
    if (source.atEnd) {
      source.fail("this string has no closing `''`", start);
    }
    const inserted = parseInserted(source, parseExpression);
    if (inserted !== undefined) {
      fixed(inserted);
    } else if (source.takeText("''$")) {
      fixed(text("$"));
    } else if (source.takeText("'''")) {
      fixed(text("''"));
    } else if (source.takeText("''\\")) {
      fixed(text(unescape(source.takeCharacter())));
    } else if (source.takeText("''")) {
      return removeIndentation(pieces);
    } else {
      pieces.push({ kind: "plain", text: takePlain(source) });
    }
  }
}

// Takes a run of the same length as Nix's lexer, because the end of a run decides where the last line begins.
function takePlain(source: Source): string {
  return source.take(/(?:[^$'\0]|\$[^{'\0]|'[^'$\0])+/y) ?? source.takeCharacter();
}

function removeIndentation(pieces: readonly IndentedPiece[]): StringPart[] {
  const indentation = commonIndentation(pieces);
  let atLineStart = true;
  return pieces.map((piece, index) => {
    if (piece.kind === "fixed") {
      atLineStart = false;
      return piece.part;
    }
    const lines = piece.text.split("\n").map((line, lineIndex) => {
      const stripped =
        lineIndex > 0 || atLineStart
          ? line.slice(Math.min(indentation, leadingSpaces(line)))
          : line;
      return stripped;
    });
    const lastLine = lines.at(-1) ?? "";
    const endsBlank = lines.length > 1 && /^ *$/.test(lastLine);
    atLineStart =
      (lines.length > 1 || atLineStart) && /^ *$/.test(piece.text.split("\n").at(-1) ?? "");
    return index === pieces.length - 1 && endsBlank
      ? text([...lines.slice(0, -1), ""].join("\n"))
      : text(lines.join("\n"));
  });
}

function leadingSpaces(line: string): number {
  return line.length - line.replace(/^ +/, "").length;
}

/** The least indentation of a line with visible text. */
function commonIndentation(pieces: readonly IndentedPiece[]): number {
  // Every piece but plain text is visible, so a visible character stands for it.
  const whole = pieces.map((piece) => (piece.kind === "plain" ? piece.text : "x")).join("");
  const visible = whole.split("\n").filter((line) => /[^ ]/.test(line));
  return Math.min(...visible.map(leadingSpaces));
}
