import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escapeRegExp, translatePattern } from "../../src/pattern/posix.ts";
import { findNix, nixEval } from "../support/tools.ts";
import { lacking } from "../support/lacking.ts";

/** Pattern given, POSIX pattern wanted. */
const readable: readonly (readonly [RegExp, string])[] = [
  [/^[a-z][a-z0-9-]*$/, "[a-z][a-z0-9-]*"],
  [/^[A-Za-z_][A-Za-z0-9_]*$/, "[A-Za-z_][A-Za-z0-9_]*"],
  [/^\d+$/, "[0-9]+"],
  [/^\w+$/, "[A-Za-z0-9_]+"],
  [/^\s*$/, "[[:space:]]*"],
  [/^\S+$/, "[^[:space:]]+"],
  [/^[\w.-]+$/, "[A-Za-z0-9._-]+"],
  [/^[\w-.]+$/, "[A-Za-z0-9._-]+"],
  [/^.+$/, "[^\n\r]+"],
  [/^[\s\S]{3,64}$/, ".{3,64}"],
  [/a/, ".*a.*"],
  [/^a/, "a.*"],
  [/a$/, ".*a"],
  [/^a|b$/, "a.*|.*b"],
  [/^(?:a|b)$/, "(a|b)"],
  [/^(a|)$/, "(a)?"],
  [/^(?:|a|b)c$/, "(a|b)?c"],
  [/^(a|)*$/, "((a)?)*"],
  [/^()a(?:)$/, "a"],
  [/^$/, "^$"],
  [/^/, ".*"],
  [/^a{0}b{1}c{2}d{3,}e{4,5}$/, "bc{2}d{3,}e{4,5}"],
  [/^a{,3}$/, "a\\{,3}"],
  [/^\/\.\$\-$/, "/\\.\\$-"],
  [/^\x41\u0042\t$/, "AB\t"],
  [/^é+$/, "(é)+"],
  [/^[\]^-]$/, "[]^-]"],
  [/^[-^]$/, "[-^]"],
  [/^[^\]^-]$/, "[^]^-]"],
  [/^[[:]$/, "[:[]"],
  [/^[\\a]$/, "[a\\]"],
  [/^[\x00-\x1f\x7f]$/, "[[:cntrl:]]"],
  [/^[ -~]$/, "[ -~]"],
];

const controlCharacters =
  "single control characters (all of them, [\\x00-\\x1f\\x7f], can be said)";

const refused: readonly (readonly [RegExp, string])[] = [
  [/^a(?=b)/, "lookahead"],
  [/^a(?!b)/, "lookahead"],
  [/(?<=a)b/, "lookbehind"],
  [/(?<!a)b/, "lookbehind"],
  [/(a)\1/, "a backreference (\\1)"],
  [/(?<name>a)/, "a named group"],
  [/(?<name>a)\k<name>/, "a named group"],
  [/a*?/, "a lazy quantifier"],
  [/a{1,2}?/, "a lazy quantifier"],
  [/\ba/, "a word boundary (\\b)"],
  [/a\B/, "a word boundary (\\B)"],
  [/a/i, "the flag i"],
  [/a/gm, "the flag g, m"],
  [/\p{L}/u, "the flag u"],
  [/[é]/, "a class with characters outside ASCII (Nix matches bytes)"],
  [/[a-\u00ff]/, "a class with characters outside ASCII (Nix matches bytes)"],
  [/😀/, "a character outside the Basic Multilingual Plane"],
  [/a\0/, "the character NUL"],
  [/[]/, "a class no character is in"],
  [new RegExp("\\p{L}"), "the escape \\p"],
  [/[\z]/, "the escape \\z"],
  [/\cA/, controlCharacters],
  [/[\b]/, controlCharacters],
  [/\x07/, controlCharacters],
  [/^.{0,65536}$/, "repetitions that are too large for Nix"],
  [/^((a{100}){100}){100}$/, "repetitions that are too large for Nix"],
];

/** Compared with JavaScript on the real evaluator, together with those above. */
const compared: readonly RegExp[] = [
  /^[A-Z]{2}$/,
  /^(?:[a-z]+\.)*[a-z]+$/,
  /^(a|b)*c?$/,
  /a|b|^c$/,
  /^(^a|b$)$/,
  /(^a|b)c/,
  /a(b|$)/,
  /^a$|^b$|^$/,
  /$^/,
  /x*$/,
  /^[^a]*$/,
  /^[^\n]*$/,
  /^[^]$/,
  /^\D\d\W\w\S\s$/,
  /^[\D]+$/,
  /^[^\d\s]+$/,
  /^[\W_]+$/,
  /^[^\W]$/,
  /^[a^]$/,
  /^[\^]$/,
  /^[^^]$/,
  /^[^-]$/,
  /^[a\]]+$/,
  /^[[\]]+$/,
  /^[[.]+$/,
  /^[[=a-]+$/,
  /^[\\-]+$/,
  /^[\\\]^[-]+$/,
  /^[!-~]+$/,
  /^[+--]+$/,
  /^[Z-a]+$/,
  /^[*-\]]+$/,
  /^[^*-\]]+$/,
  /^a{2}$/,
  /^a{2,}$/,
  /^a{1,3}b$/,
  /^(?:ab){2,3}$/,
  /^(?:a{0,2}){0,2}b$/,
  /^(a*)*$/,
  /^(a+|)+b$/,
  /^(?:a?)?b?$/,
  /^\{\}$/,
  /^{a}$/,
  /^a{1$/,
  /^]}$/,
  /^\(\)\[\]\|\?\*\+\.\^\$\\$/,
  /^\/[^\0]*$/,
  /^(\/[^/]+)+$/,
  /^~?\/.*$/,
  /^[0-9a-f]{4}(?:-[0-9a-f]{2})?$/,
  /^[1-9]\d*(?:ms|s|m|h)$/,
  /^(?:https?|wss?):\/\/[^\s/]+$/,
  /^\d{1,3}(?:\.\d{1,3}){3}$/,
  /^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$/,
  /^"(?:[^"\\]|\\.)*"$/,
  /^'[^']*'$/,
  /^\$\{[a-z]+\}$/,
  /^\t*\n?\r?$/,
  /^[\t\n]$/,
  /^\cJ[\cM]$/,
  /^[\b\x00-\x1f\x7f]$/,
  /^[ \x00-\x1f\x7f]+$/,
  /^.$/,
  /./,
  /^..?$/,
  /^[\s\S]$/,
  /^a.b$/,
  /\//,
  /\n/,
];

const adversarial: readonly string[] = [
  ...Array.from("abcz ABZ_09-^]\\[.:=$(){}|*+?/!~@#%&,;<>'\"`\t\n\r\v\f\x01\x1f\x7f"),
  "",
  ...["a\n", "\na", "a\nb", "a\rb", "a.b", "\n\n", "\r\n", " ", "  ", "\t\n"],
  ...["ab", "ac", "bc", "abc", "aab", "aaab", "aaaaab", "aaa", "abab", "ababab", "abababab", "ba"],
  ...["{}", "{a}", "a{1", "a{,3}", "]}", "()[]|?*+.^$\\", "${abc}", "${}", "$a", "''", "'a'", '""'],
  ...['"a\\"b"', '"\\"', "[]", "[[", "[.", "[=-", "[:", "\\-", "\\]^[-", "+,-", "-^", "^-", "]^-"],
  ...["/", "/a", "/a/b", "//", "/a/", "~/a", "~a", "a/b", "/\n", "http://a.b", "https://a b"],
  ...["1.2.3.4", "1.2.3", "1234.1.1.1", "a@b.c", "a@b", "10s", "0s", "5ms", "12ab-cd", "12ab"],
  ...["AB", "ABC", "x1-y", "-x", "x_y", "_x", "9x", "a-b.c", "c", "cc", "ddd", "bccdddeeee"],
  ...["AB\t", "\\", "\\\\", "/.$-", "a1A_ x ", "a1 b! ", "x1.a \t"],
];

/** Strings of the characters the patterns are about, the same in every run. */
const generated: readonly string[] = fc.sample(
  fc.string({
    unit: fc.constantFrom(...Array.from("aaabbbcxzAZ019_-^][\\./:@${}()|*+?~ \t\n\r")),
    maxLength: 8,
  }),
  { numRuns: 150, seed: 20240917 },
);

describe("a translated pattern is readable", () => {
  it.each(readable)("%s becomes %j", (given, want) => {
    expect(translatePattern(given)).toEqual({ ok: true, pattern: want });
  });
});

describe("what POSIX cannot say is refused", () => {
  it.each(refused)("%s: %s", (given, reason) => {
    expect(translatePattern(given)).toEqual({ ok: false, reason });
  });
});

describe("a literal text becomes an expression for itself", () => {
  it.each(["a.b", "www", "${x}", "C:\\*", "a|b", "(^$)", "[a]", "line\nbreak", "a/b"])(
    "%j",
    (text) => {
      const regex = new RegExp(`^${escapeRegExp(text)}$`);
      expect(regex.test(text)).toBe(true);
      expect(regex.test(`${text}.`)).toBe(false);
      expect(translatePattern(regex)).toMatchObject({ ok: true });
    },
  );
});

const nixMissing = findNix() === undefined;

describe.skipIf(nixMissing)(`builtins.match agrees${lacking(nixMissing ? ["nix"] : [])}`, () => {
  const patterns = [...readable.map(([regex]) => regex), ...compared].map((regex) => {
    const result = translatePattern(regex);
    if (!result.ok) throw new Error(`${String(regex)} is refused: ${result.reason}`);
    return { regex, pattern: result.pattern };
  });
  const strings = [...new Set([...adversarial, ...generated])];

  it(`on ${patterns.length} patterns and ${strings.length} strings`, () => {
    const input = JSON.stringify({ patterns: patterns.map(({ pattern }) => pattern), strings });
    const matches = nixEval({
      expr: `
        let input = builtins.fromJSON ${quoteForNix(input)};
        in map (pattern: map (s: builtins.match pattern s != null) input.strings) input.patterns
      `,
    });
    const wanted = patterns.map(({ regex }) => strings.map((string) => regex.test(string)));
    const differences = patterns.flatMap(({ regex, pattern }, row) =>
      strings.flatMap((string, column) => {
        const [want, got] = [wanted[row]?.[column], cell(matches, row, column)];
        return want === got ? [] : [{ regex: String(regex), pattern, string, want, got }];
      }),
    );
    expect(differences).toEqual([]);
    // Otherwise the comparison would be about strings that never match, or always.
    const accepted = wanted.flat().filter(Boolean).length;
    expect(accepted).toBeGreaterThan(1000);
    expect(wanted.flat().length - accepted).toBeGreaterThan(1000);
  });
});

/** Text as a Nix string: what has a meaning there is escaped. */
function quoteForNix(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&").replaceAll("${", "\\${")}"`;
}

function cell(matches: unknown, row: number, column: number): unknown {
  if (!Array.isArray(matches)) throw new Error("expected a list of lists");
  const values: unknown = matches[row];
  if (!Array.isArray(values)) throw new Error("expected a list");
  return values[column];
}
