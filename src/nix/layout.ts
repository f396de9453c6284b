// Layout: prettier's Docs, plus three things that Nix's official style (RFC 166) needs.
//
//   nest        Indentation follows the lines that really appear: even if several constructs open on
//               one line, the next line is one step deeper. Prettier's own `indent` would add a
//               step for each. So the text has marks for nesting, and `render` counts the steps once
//               the line breaks are known. The style measures lines without their indentation, so
//               indentation can come last.
//   priority    A part of a group. If the group does not fit on a line, this part is expanded first,
//               if the rest then fits on one line.
//   transparent A group whose priority parts also belong to the group around it.
//
// Contract: printers build a `Layout` from these and from prettier's builders; `group` resolves it to
// a Doc; `render` turns that into text. Nobody counts columns or passes an indentation.

import { doc, type Doc } from "prettier";

const { builders } = doc;

const WIDTH = 100;
const STEP = "  ";

/** A part of a group, see above. */
export interface Priority {
  readonly role: "priority";
  readonly contents: Layout;
}

/** A group, see above. */
export interface Transparent {
  readonly role: "transparent";
  readonly contents: Layout;
}

export type Layout = Doc | Priority | Transparent | readonly Layout[];

/** A space or a line break. */
export const line: Layout = builders.line;
/** Nothing or a line break. */
export const softline: Layout = builders.softline;
export const hardline: Layout = builders.hardline;

// ---- text ----------------------------------------------------------------------------------

// Marks are control characters: prettier gives them no width. Text from outside never contains any,
// because `text` replaces them.
const MARK = {
  nest: "\u0001",
  unnest: "\u0002",
  flat: "\u0003",
  unflat: "\u0004",
  /** On a line that is meant to be empty. */
  empty: "\u0005",
  /** One column deeper, whatever the nesting. */
  offset: "\u0006",
  unoffset: "\u0007",
  /** A second space that became one with the first. */
  merged: "\u0008",
} as const;

// A stand-in for a character has the width of one character, because the style counts code points. It consists
// of a control character for the Unicode plane (no width), and a private character for the place in it.
const PLANE_BASE = 0x0e;
const PLACE_BASE = 0xf0000;

function standIn(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return (
    String.fromCodePoint(PLANE_BASE + (code >> 16)) +
    String.fromCodePoint(PLACE_BASE + (code & 0xffff))
  );
}

function removeStandIns(text: string): string {
  return text.replace(/([\u000e-\u001e])(.)/gu, (_, plane: string, place: string) =>
    String.fromCodePoint(
      ((plane.charCodeAt(0) - PLANE_BASE) << 16) + ((place.codePointAt(0) ?? 0) - PLACE_BASE),
    ),
  );
}

/** Text on one line, printed unchanged, its spaces included. */
export function text(content: string): Doc {
  return content.replace(/[^\u0021-\u007e]/gu, standIn);
}

/**
 * A second separator: `render` prints only one of the two, but both count in the measure of an
 * interpolation.
 */
export const mergedSpace: Layout = MARK.merged;

/** A line without anything on it. */
export const emptyLine: Layout = MARK.empty;

// ---- structure -----------------------------------------------------------------------------

/** Lines that begin inside are one step deeper than the line on which it opens. */
export function nest(contents: Layout): Layout {
  return [MARK.nest, contents, MARK.unnest];
}

/** Lines inside are this number of columns deeper. */
export function offset(columns: number, contents: Layout): Layout {
  return columns === 0
    ? contents
    : [MARK.offset.repeat(columns), contents, MARK.unoffset.repeat(columns)];
}

export function priority(contents: Layout): Priority {
  return { role: "priority", contents };
}

export function transparent(contents: Layout): Transparent {
  return { role: "transparent", contents };
}

/** Puts a separator between parts. */
export function join(separator: Layout, parts: readonly Layout[]): Layout {
  return parts.flatMap((part, index) => (index === 0 ? [part] : [separator, part]));
}

/** Text that is printed only if the group is spread over lines. */
export function whenBroken(contents: string): Layout {
  return builders.ifBreak(contents);
}

function isRole(layout: Layout): layout is Priority | Transparent {
  return typeof layout === "object" && "role" in layout;
}

function isSequence(layout: Layout): layout is readonly Layout[] {
  return Array.isArray(layout);
}

/** All on one line if that fits; otherwise priority parts first; otherwise each line breaks. */
export function group(contents: Layout): Doc {
  const broken = toDoc(contents);
  const segments = segmentsOf(contents);
  const isForced = flatText(broken) === undefined;
  // The last priority part is tried first.
  const states = segments.reduce<readonly Doc[]>(
    (others, _, index) => [...expandOnly(segments, index, others), ...others],
    [broken],
  );
  const choice = choose(isForced ? states : [withFlatMarks(broken), ...states]);
  // Prettier does not look into the choices for forced line breaks.
  return isForced ? [choice, builders.breakParent] : choice;
}

/** The first of the states that fits; the last one is spread over lines. */
function choose(states: readonly Doc[]): Doc {
  const [only, ...others] = states;
  return others.length === 0
    ? builders.group(only ?? "", { shouldBreak: true })
    : builders.conditionalGroup([...states]);
}

/** A Doc in which every part is a group of its own. */
function toDoc(layout: Layout): Doc {
  if (isSequence(layout)) {
    return layout.map(toDoc);
  }
  if (!isRole(layout)) {
    return layout;
  }
  return layout.role === "priority" ? group(layout.contents) : plainGroup(toDoc(layout.contents));
}

function plainGroup(contents: Doc): Doc {
  return flatText(contents) === undefined
    ? builders.group(contents, { shouldBreak: true })
    : builders.conditionalGroup([withFlatMarks(contents), contents]);
}

function withFlatMarks(contents: Doc): Doc {
  return [MARK.flat, contents, MARK.unflat];
}

/** The contents of a group, cut at its priority parts. */
function segmentsOf(layout: Layout): readonly Layout[] {
  if (isSequence(layout)) {
    return layout.flatMap(segmentsOf);
  }
  return isRole(layout) && layout.role === "transparent" ? segmentsOf(layout.contents) : [layout];
}

/**
 * The states of a group with one priority part expanded and the rest on one line, if that is possible.
 *
 * @param others the later states
 */
function expandOnly(segments: readonly Layout[], index: number, others: readonly Doc[]): Doc[] {
  const segment = segments[index];
  if (segment === undefined || !isRole(segment) || segment.role !== "priority") {
    return [];
  }
  const before = toDoc(segments.slice(0, index));
  const after = toDoc(segments.slice(index + 1));
  const expanded = toDoc(segment.contents);
  const beforeText = flatText(before);
  const afterText = flatText(after);
  if (beforeText === undefined || afterText === undefined) {
    return [];
  }
  // At least one character follows a group nearly everywhere: a semicolon or a closing delimiter.
  if (widthOf(lastLine(expanded)) + widthOf(afterText) >= WIDTH) {
    return [];
  }
  const state = [
    withFlatMarks(before),
    builders.group(expanded, { shouldBreak: true }),
    withFlatMarks(after),
  ];
  // A part that is a group itself stays on its line if it fits there together with the beginning of the next
  // part, up to that part's first possible break. Expanding it then gains nothing: the next part does not fit.
  const opening = firstLine(after);
  const expandedText = flatten(expanded).some(isLine) ? undefined : flatText(expanded);
  return opening.isCut && expandedText !== undefined
    ? [stateIfFits(beforeText + expandedText + opening.text, choose(others)), state]
    : [state];
}

/**
 * A state that is chosen if some text fits on the rest of the line, but prints something else.
 * Prettier measures a state before it prints it, so a group inside is not known to be broken then.
 */
function stateIfFits(measured: string, printed: Doc): Doc {
  const id = Symbol("measured");
  return [
    builders.group("", { id, shouldBreak: true }),
    builders.ifBreak(
      builders.group(printed, { shouldBreak: true }),
      [measured, builders.hardlineWithoutBreakParent],
      { groupId: id },
    ),
  ];
}

/**
 * A separator and the contents after it: on the same line if the contents fit, up to their first possible line
 * break; otherwise on the next line if they fit there; otherwise on the better of the two.
 */
export function fill(separator: " " | "", contents: Layout): Doc {
  const parts = flatten(toDoc(contents));
  const end = parts.findIndex(mayBreak);
  const first = end === -1 ? parts : parts.slice(0, end);
  const rest = end === -1 ? [] : parts.slice(end);
  const separatorDoc = separator === " " ? builders.line : builders.softline;
  const flat = flatText(first);
  if (flat === undefined || widthOf(flat) > WIDTH) {
    const choice = builders.group(separatorDoc);
    fills.add(choice);
    return [choice, ...parts];
  }
  const choice = builders.conditionalGroup([
    [separatorDoc, first],
    [builders.hardline, first],
  ]);
  fills.add(choice);
  return [choice, ...rest];
}

/** The groups that begin with the separator of a `fill`. */
const fills = new WeakSet<object>();

/** Whether the line may end here, independently of the groups around. */
function mayBreak(part: Doc): boolean {
  return isLine(part) || (typeof part === "object" && fills.has(part));
}

function isLine(part: Doc): boolean {
  return typeof part === "object" && "type" in part && part.type === "line";
}

function flatten(contents: Doc): Doc[] {
  return Array.isArray(contents) ? contents.flatMap(flatten) : [contents];
}

/** The contents on one line of any width; undefined if they have a forced line break. */
export function onOneLine(contents: Layout): string | undefined {
  // No marks for flat text: unlike in a group that happened to fit, later lines may be nested in it.
  return flatText(toDoc(contents))?.replaceAll(MARK.flat, "").replaceAll(MARK.unflat, "");
}

// ---- measuring -----------------------------------------------------------------------------

const flatTexts = new WeakMap<object, string | false>();

/** The text of a Doc on one line; undefined if it has a forced line break. */
function flatText(contents: Doc): string | undefined {
  if (typeof contents === "string") {
    return contents;
  }
  const known = flatTexts.get(contents);
  const found = known ?? measureFlat(contents) ?? false;
  flatTexts.set(contents, found);
  return found === false ? undefined : found;
}

function measureFlat(contents: Exclude<Doc, string>): string | undefined {
  if (Array.isArray(contents)) {
    const texts: string[] = [];
    for (const part of contents) {
      const found = flatText(part);
      if (found === undefined) {
        return undefined;
      }
      texts.push(found);
    }
    return texts.join("");
  }
  if (contents.type === "line") {
    return "hard" in contents ? undefined : "soft" in contents ? "" : " ";
  }
  if (contents.type === "group") {
    return contents.break ? undefined : flatText(contents.contents);
  }
  // This file uses only these four kinds, so any other is a forced break.
  return contents.type === "if-break" ? flatText(contents.flatContents) : undefined;
}

/** The text of a Doc on one line up to the first possible break of a group inside. */
function firstLine(
  contents: Doc,
  inGroup = false,
): { readonly text: string; readonly isCut: boolean } {
  if (typeof contents === "string") {
    return { text: contents, isCut: false };
  }
  if (Array.isArray(contents)) {
    let opening = "";
    for (const part of contents) {
      const { text: found, isCut } = firstLine(part, inGroup);
      opening += found;
      if (isCut) {
        return { text: opening, isCut };
      }
    }
    return { text: opening, isCut: false };
  }
  if (contents.type === "line") {
    return inGroup ? { text: "", isCut: true } : { text: flatText(contents) ?? "", isCut: false };
  }
  return contents.type === "group"
    ? firstLine(contents.contents, inGroup || !fills.has(contents))
    : { text: "", isCut: false };
}

/**
 * The text after the last line break of a Doc that does not fit on a line. A group at its end is
 * spread over lines, too: otherwise it would fit together with the next part.
 */
function lastLine(contents: Doc): string {
  return tailOf(contents).text;
}

function tailOf(contents: Doc): { readonly text: string; readonly isCut: boolean } {
  if (typeof contents === "string") {
    return { text: contents, isCut: false };
  }
  if (Array.isArray(contents)) {
    let tail = "";
    for (const part of contents.toReversed()) {
      const { text: found, isCut } = tailOf(part);
      tail = found + tail;
      if (isCut) {
        return { text: tail, isCut };
      }
    }
    return { text: tail, isCut: false };
  }
  if (contents.type === "line") {
    return { text: "", isCut: true };
  }
  if (contents.type === "group") {
    return tailOf(expandedState(contents));
  }
  return contents.type === "if-break" ? tailOf(contents.breakContents) : { text: "", isCut: false };
}

/** The state of a group that is spread over lines. Prettier's types claim that every group has states. */
function expandedState(of: {
  readonly contents: Doc;
  readonly expandedStates?: readonly Doc[];
}): Doc {
  return of.expandedStates?.at(-1) ?? of.contents;
}

/** Columns on one line, as the style counts them. */
function widthOf(flat: string): number {
  return Array.from(flat.replace(/[\u0000-\u001f]/g, "")).length;
}

/** Whether a result of `onOneLine` is so narrow that it never leaves its line. */
export function isNarrow(flat: string, columns: number): boolean {
  return widthOf(flat.replaceAll(MARK.merged, " ")) <= columns;
}

// ---- rendering -----------------------------------------------------------------------------

/** The text of a Doc, with its indentation. */
export function render(contents: Doc): string {
  const { formatted } = doc.printer.printDocToString(contents, {
    printWidth: WIDTH,
    tabWidth: 0,
    useTabs: true,
  });
  return removeStandIns(indentLines(formatted));
}

/** A line that has begun, and the nesting of the text on it. */
interface Opening {
  readonly indentation: string;
  readonly nesting: number;
}

/** Replaces the marks by indentation, and removes unwanted empty lines. */
function indentLines(marked: string): string {
  const openings: Opening[] = [{ indentation: "", nesting: 0 }];
  let nesting = 0;
  let flat = 0;
  let columns = 0;
  const lines: string[] = [];
  for (const markedLine of marked.split("\n")) {
    let output = "";
    let isEmptyOnPurpose = false;
    for (const character of markedLine) {
      switch (character) {
        case MARK.nest:
          nesting += 1;
          break;
        case MARK.unnest:
          nesting -= 1;
          break;
        case MARK.flat:
          flat += 1;
          break;
        case MARK.unflat:
          flat -= 1;
          break;
        case MARK.offset:
          columns += 1;
          break;
        case MARK.unoffset:
          columns -= 1;
          break;
        case MARK.merged:
          break;
        case MARK.empty:
          isEmptyOnPurpose = true;
          break;
        case " ":
          output += output === "" ? "" : " ";
          break;
        default:
          // A group on one line opens nothing in which a later line could be nested.
          if (output === "" || flat === 0) {
            const { indentation } = open(openings, nesting, output === "");
            output = output === "" ? indentation + " ".repeat(columns) : output;
          }
          output += character;
      }
    }
    if (output !== "" || isEmptyOnPurpose) {
      lines.push(output.replace(/ +$/, ""));
    }
  }
  return lines.join("\n");
}

/** The opening for text with this nesting; a new one if the text is nested deeper than the last opening. */
function open(openings: Opening[], nesting: number, atLineStart: boolean): Opening {
  let last = openings.at(-1);
  while (last !== undefined && last.nesting > nesting) {
    openings.pop();
    last = openings.at(-1);
  }
  const indentation = last?.indentation ?? "";
  if (last?.nesting === nesting) {
    return last;
  }
  const opening = { indentation: atLineStart ? indentation + STEP : indentation, nesting };
  openings.push(opening);
  return opening;
}
