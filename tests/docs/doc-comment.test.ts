import { describe, expect, it } from "vitest";
import { readDocComment } from "../../src/docs/doc-comment.ts";
import { UserError } from "../../src/errors.ts";

const location = { file: "schema/it.ts", line: 3 };

/** A comment, and its text. */
const cases: readonly (readonly [string, string, string])[] = [
  ["one line", "/** The port. */", "The port."],
  ["without spaces", "/**The port.*/", "The port."],
  ["several lines", "/**\n * One\n * two.\n */", "One\ntwo."],
  ["text on the first line", "/** One\n * two. */", "One\ntwo."],
  ["paragraphs", "/**\n * One.\n *\n * Two.\n */", "One.\n\nTwo."],
  ["indentation that means something", "/**\n * - a\n *   b\n */", "- a\n  b"],
  ["lines without a star", "/**\n  One\n    two.\n */", "One\n  two."],
  ["Windows line ends", "/**\r\n * One\r\n * two.\r\n */", "One\ntwo."],
  ["stars in the text", "/** a * b ** c */", "a * b ** c"],
  ["a list of stars", "/**\n * * a\n * * b\n */", "* a\n* b"],
  ["a link", "/** See {@link thing}. */", "See thing."],
  ["a link with a text", "/** See {@link https://a.b/c the manual}. */", "See the manual."],
  ["a link with a bar", "/** See {@link thing|the thing}. */", "See the thing."],
  ["other kinds of link", "/** {@linkcode a} {@linkplain b c} */", "a c"],
  ["an option of the manual", "/** Like {option}`a.b`. */", "Like {option}`a.b`."],
  ["an address", "/** Mail a@b.c. */", "Mail a@b.c."],
  ["a tag in a code block", "/**\n * ```\n * @a\n * ```\n */", "```\n@a\n```"],
  ["what looks like Nix", "/** `${a}` and '' and \\ */", "`${a}` and '' and \\"],
  ["nothing", "/** */", ""],
];

describe("the text of a doc comment", () => {
  it.each(cases)("%s", (_, comment, want) => {
    expect(readDocComment(comment, location)).toBe(want);
  });
});

describe("tags are refused", () => {
  it.each([
    ["/** @deprecated old */", "@deprecated", "use the facet: option(type, { deprecated: … })"],
    [
      "/**\n * It.\n * @default 3\n */",
      "@default",
      "say it in a sentence, or as a facet of the option",
    ],
    [
      "/**\n * ```\n * @a\n * ```\n * @see b\n */",
      "@see",
      "say it in a sentence, or as a facet of the option",
    ],
  ])("%j", (comment, tag, next) => {
    expect(() => readDocComment(comment, location)).toThrow(
      new UserError(`a doc comment of an option has no tags, found ${tag}`, { location, next }),
    );
  });
});
