// Strings, and the expressions interpolated into them.
//
// https://github.com/NixOS/nixfmt/blob/master/standard.md#strings

import type {
  IndentedStringNode,
  NixExpr,
  PathNode,
  StringNode,
  StringPart,
  InterpolationPart,
} from "./ast.ts";
import {
  PROTECTED_SPACE,
  escapeIndented,
  escapePathText,
  escapeString,
  protectedLine,
} from "./escape.ts";
import {
  emptyLine,
  group,
  hardline,
  isNarrow,
  join,
  nest,
  offset,
  onOneLine,
  softline,
  text,
  type Layout,
} from "./layout.ts";
import { printTerm } from "./print-absorbed.ts";
import { print, printParenthesized } from "./print.ts";
import { isAbsorbableTerm, isSimple } from "./shape.ts";

/** A piece of one line of a string, its text already escaped. */
type Piece = { readonly kind: "source"; readonly source: string } | InterpolationPart;

export function printString({ parts }: StringNode): Layout {
  const pieces = parts.map((part, index): Piece =>
    part.kind === "text"
      ? { kind: "source", source: escapeString(part.text, parts[index + 1] !== undefined) }
      : part,
  );
  return group(['"', printLine(pieces), '"']);
}

export function printPathLiteral({ parts }: PathNode): Layout {
  return printLine(
    parts.map((part): Piece =>
      part.kind === "text" ? { kind: "source", source: escapePathText(part.text) } : part,
    ),
  );
}

/** The opening quotes end their line, unless there is only one. */
export function printIndentedString({ parts }: IndentedStringNode): Layout {
  const lines = splitLines(parts).map((pieces) =>
    pieces.length === 0 ? emptyLine : printLine(pieces),
  );
  return group(["''", hardline, nest(join(hardline, lines)), "''"]);
}

function splitLines(parts: readonly StringPart[]): readonly (readonly Piece[])[] {
  const lines: Piece[][] = [[]];
  parts.forEach((part, index) => {
    if (part.kind === "interpolation") {
      lines.at(-1)?.push(part);
      return;
    }
    const next = parts[index + 1] === undefined ? "end" : "interpolation";
    const [first, ...rest] = escapeIndented(part.text, next).split("\n");
    for (const [at, source] of [first ?? "", ...rest].entries()) {
      const pieces: Piece[] = source === "" ? [] : [{ kind: "source", source }];
      if (at === 0) {
        lines.at(-1)?.push(...pieces);
      } else {
        lines.push(pieces);
      }
    }
  });
  const exposed = protectedLine(
    lines.map((pieces) =>
      pieces.map((piece) => (piece.kind === "source" ? piece.source : "x")).join(""),
    ),
  );
  return lines.map((pieces, index) => (index === exposed ? protectFirstSpace(pieces) : pieces));
}

function protectFirstSpace(pieces: readonly Piece[]): readonly Piece[] {
  const [first, ...rest] = pieces;
  return first?.kind === "source"
    ? [{ kind: "source", source: PROTECTED_SPACE + first.source.slice(1) }, ...rest]
    : pieces;
}

/** One line of a string. If its code is spread over lines, these are indented like the line. */
function printLine(pieces: readonly Piece[]): Layout {
  const [first, ...rest] = pieces;
  if (first === undefined) {
    return [];
  }
  if (first.kind === "interpolation") {
    return rest.length === 0 ? printLoneInterpolation(first.expression) : printPieces(pieces);
  }
  const blanks = /^\s*/.exec(first.source)?.[0] ?? "";
  const [second, ...others] = rest;
  const isLone =
    /^ *$/.test(first.source) && second?.kind === "interpolation" && others.length === 0;
  return [
    text(first.source),
    offset(blanks.length, isLone ? printLoneInterpolation(second.expression) : printPieces(rest)),
  ];
}

function printPieces(pieces: readonly Piece[]): Layout {
  return pieces.map((piece) =>
    piece.kind === "source" ? text(piece.source) : printInterpolation(piece.expression),
  );
}

/** An interpolation that is alone on a line of a string is laid out like parentheses. */
function printLoneInterpolation(expression: NixExpr): Layout {
  return group(["${", nest(printParenthesized(expression)), "}"]);
}

/** An interpolation this short stays on its line, even if that becomes too long. */
const MAX_FORCED_WIDTH = 30;

/** `${expression}` among other text, or as an attribute name. */
export function printInterpolation(expression: NixExpr): Layout {
  if (isAbsorbableTerm(expression)) {
    return group(["${", printTerm(expression), "}"]);
  }
  const contents = group(print(expression));
  const flat = onOneLine(contents);
  if (isSimple(expression)) {
    return ["${", flat ?? contents, "}"];
  }
  return flat !== undefined && isNarrow(flat, MAX_FORCED_WIDTH)
    ? ["${", flat, "}"]
    : group(["${", softline, nest(contents), softline, "}"]);
}
