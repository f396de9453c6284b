import { describe, expect, test } from "vitest";
import {
  escapeAttrName,
  escapeComment,
  escapeFloat,
  escapeIdentifier,
  escapeIndented,
  escapePathText,
  escapeString,
  isIdentifier,
  protectedLine,
} from "../../src/nix/escape.ts";
import { BugError, UserError } from "../../src/errors.ts";

describe("escapeString", () => {
  const cases: readonly (readonly [given: string, want: string])[] = [
    ["plain", "plain"],
    ["", ""],
    ["${x}", "\\${x}"],
    ["$${x}", "$\\${x}"],
    ["$x $", "$x $"],
    ['say "hi"', 'say \\"hi\\"'],
    ["a\\b", "a\\\\b"],
    ["\\${x}", "\\\\\\${x}"],
    ["a\nb\rc\td", "a\\nb\\rc\\td"],
    ["\r\n", "\\r\\n"],
    ["'' '", "'' '"],
    ["\u0001\u007f", "\u0001\u007f"],
    ["é漢👩‍👩‍👧", "é漢👩‍👩‍👧"],
  ];
  test.each(cases)("%j", (given, want) => {
    expect(escapeString(given)).toBe(want);
  });

  test("a dollar before an interpolation", () => {
    expect(escapeString("cost: $", true)).toBe("cost: \\$");
    expect(escapeString("$$", true)).toBe("$\\$");
    expect(escapeString("cost: $")).toBe("cost: $");
  });

  test.each([
    ["NUL", "a\0b"],
    ["half of a surrogate pair", "a\ud800b"],
    ["the other half", "\udc00"],
  ])("refuses %s", (_, given) => {
    expect(() => escapeString(given)).toThrow(UserError);
    expect(() => escapeIndented(given, "end")).toThrow(UserError);
    expect(() => escapeAttrName(given)).toThrow(UserError);
    expect(() => escapeComment(given)).toThrow(UserError);
  });
});

describe("escapeIndented", () => {
  const cases: readonly (readonly [given: string, next: "end" | "interpolation", want: string])[] =
    [
      ["plain\ntext", "end", "plain\ntext"],
      ["${x}", "end", "''${x}"],
      ["$${x}", "end", "$''${x}"],
      ["$", "end", "$"],
      ["$", "interpolation", "''$"],
      ["it's", "end", "it's"],
      ["''", "end", "'''"],
      ["'''", "end", "'''''\\'"],
      ["''''", "end", "''''''"],
      ["'", "end", "''\\'"],
      ["'", "interpolation", "'"],
      ["'${x}", "end", "''\\'''${x}"],
      ["'$", "interpolation", "''\\'''$"],
      ["'$x", "end", "'$x"],
      ["'\t", "end", "''\\'''\\t"],
      ["a\tb\rc", "end", "a''\\tb''\\rc"],
      ['back\\slash "quoted"', "end", 'back\\slash "quoted"'],
    ];
  test.each(cases)("%j before %s", (given, next, want) => {
    expect(escapeIndented(given, next)).toBe(want);
  });
});

describe("protectedLine", () => {
  const cases: readonly (readonly [lines: readonly string[], want: number | undefined])[] = [
    [["a", "  b", ""], undefined],
    [["  a", "  b", ""], 0],
    [["", "  a", " b"], 1],
    [["a", "  "], 1],
    [["  ", "", ""], 0],
    [["", ""], undefined],
    [["a", "  ", ""], undefined],
  ];
  test.each(cases)("%j", (lines, want) => {
    expect(protectedLine(lines)).toBe(want);
  });
});

describe("names", () => {
  const cases: readonly (readonly [given: string, want: string])[] = [
    ["enable", "enable"],
    ["a-b_c'", "a-b_c'"],
    ["_", "_"],
    ["true", "true"],
    ["a.b", '"a.b"'],
    ["", '""'],
    ["1a", '"1a"'],
    ["-a", '"-a"'],
    ["é", '"é"'],
    ["${x}", '"\\${x}"'],
    ["if", '"if"'],
    ["or", '"or"'],
    ["inherit", '"inherit"'],
  ];
  test.each(cases)("attribute %j", (given, want) => {
    expect(escapeAttrName(given)).toBe(want);
  });

  test("a variable must be an identifier", () => {
    expect(escapeIdentifier("lib")).toBe("lib");
    for (const name of ["if", "a.b", "", "1", "a b"]) {
      expect(isIdentifier(name)).toBe(false);
      expect(() => escapeIdentifier(name)).toThrow(BugError);
    }
  });
});

describe("paths, numbers and comments", () => {
  test("a path holds no blanks and no interpolation marks", () => {
    expect(escapePathText("./a-b/c.nix")).toBe("./a-b/c.nix");
    for (const text of ["./a b", "./${x}", "./a;b", "./é"]) {
      expect(() => escapePathText(text)).toThrow(BugError);
    }
  });

  const floats: readonly (readonly [given: number, want: string])[] = [
    [1, "1.0"],
    [0.5, "0.5"],
    [0, "0.0"],
    [1e21, "1.0e+21"],
    [1.5e-7, "1.5e-7"],
    [1e308, "1.0e+308"],
    [0.1 + 0.2, "0.30000000000000004"],
  ];
  test.each(floats)("float %d", (given, want) => {
    expect(escapeFloat(given)).toBe(want);
  });

  test("no text ends a comment early", () => {
    expect(escapeComment("one\ntwo")).toEqual(["# one", "# two"]);
    expect(escapeComment("a\r}; evil = 1;\r\nb")).toEqual(["# a", "# }; evil = 1;", "# b"]);
    expect(escapeComment("a\n\nb  ")).toEqual(["# a", "#", "# b"]);
  });
});
