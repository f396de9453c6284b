// The text of a doc comment, as Markdown.

import { UserError, type SourceLocation } from "../errors.ts";

/**
 * @param comment the comment as written, with its delimiters
 * @param location for the error
 */
export function readDocComment(comment: string, location: SourceLocation): string {
  const [first = "", ...others] = comment
    .replace(/^\/\*\*/, "")
    .replace(/\*\/$/, "")
    .split(/\r?\n/);
  const lines = [first.trimStart(), ...withoutMargin(others)].map((line) => line.trimEnd());
  const text = renderLinks(lines.join("\n")).replace(/^\n+|\n+$/g, "");
  refuseTags(text, location);
  return text;
}

/** The lines without the star at their beginning, or without their indentation if they have no stars. */
function withoutMargin(lines: readonly string[]): readonly string[] {
  const full = lines.filter((line) => line.trim() !== "");
  const margin = full.every((line) => /^\s*\*/.test(line))
    ? /^\s*\* ?/
    : new RegExp(`^\\s{0,${Math.min(...full.map((line) => line.search(/\S/)))}}`);
  return lines.map((line) => line.replace(margin, ""));
}

/** `{@link target}` as its target, `{@link target|text}` and `{@link target text}` as the text. */
function renderLinks(text: string): string {
  return text.replace(
    /\{@link(?:code|plain)?\s+([^\s|}]+)(?:\s*\|\s*|\s+)?([^}]*)\}/g,
    (_, target: string, label: string) => label.trim() || target,
  );
}

/** Refuses tags: they describe code, and options have facets for the same purpose. */
function refuseTags(text: string, location: SourceLocation): void {
  const withoutCode = text.replace(/^(`{3,}|~{3,})[\s\S]*?^\1/gm, "");
  const tag = /^\s*@[A-Za-z]+/m.exec(withoutCode)?.[0].trim();
  if (tag === undefined) return;
  throw new UserError(`a doc comment of an option has no tags, found ${tag}`, {
    location,
    next:
      tag === "@deprecated"
        ? "use the facet: option(type, { deprecated: … })"
        : "say it in a sentence, or as a facet of the option",
  });
}
