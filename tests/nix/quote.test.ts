import { describe, expect, test } from "vitest";
import { BugError } from "../../src/errors.ts";
import { nix, parseNix, printNix, type NixExpr } from "../../src/nix/index.ts";

const x = nix.id("x");
const evil = '"; evil = true; y = "${x}';

describe("a hole", () => {
  const cases: readonly (readonly [name: string, given: NixExpr, want: string])[] = [
    ["holds a node", nix`f ${x} 1`, "f x 1"],
    ["holds text, which stays text", nix`f ${evil}`, String.raw`f "\"; evil = true; y = \"\${x}"`],
    ["holds numbers", nix`[ ${1} ${-1} ${1.5} ${-0.5} ]`, "[ 1 (-1) 1.5 (-0.5) ]"],
    ["holds booleans and null", nix`[ ${true} ${false} ${null} ]`, "[ true false null ]"],
    [
      "holds data",
      nix`x // ${{ a: [1, "b"], "c.d": null }}`,
      'x // { a = [ 1 "b" ]; "c.d" = null; }',
    ],
    ["keeps its place among operators", nix`a * ${nix`b + c`}`, "a * (b + c)"],
    ["is one argument", nix`f ${nix`g x`}`, "f (g x)"],
    ["splices into a list", nix`[ a ${[x, "b"]} ${[]} c ]`, 'a x "b" c'],
    ["is one element if it is a list", nix`[ ${nix.value(["a"])} ]`, '[ [ "a" ] ]'],
    ["splices bindings", nix`{ a = 1; ${[nix.binding("b", x)]} ${[]} }`, "{ a = 1; b = x; }"],
    ["splices one binding", nix`{ ${nix.inherit(["b"])} }`, "{ inherit b; }"],
    ["splices into let", nix`let ${[nix.binding("b", x)]} in b`, "let b = x; in b"],
    ["is a name", nix`{ ${"a b"} = 1; }`, '{ "a b" = 1; }'],
    ["is a name in a path", nix`{ a.${"b"}.c = 1; }`, "{ a.b.c = 1; }"],
    ["is several names", nix`{ ${["a", "b"]}.c = 1; }`, "{ a.b.c = 1; }"],
    ["is a computed name", nix`{ ${x} = 1; }`, "{ ${x} = 1; }"],
    ["selects", nix`config.${"services.x"}.${x}`, 'config."services.x".${x}'],
    ["is tested for", nix`a ? ${"b"}`, "a ? b"],
    ["is inherited", nix`{ inherit (a) ${["b", "c"]} d; }`, "{ inherit (a) b c d; }"],
    ["is a parameter", nix`{ a, ${["b"]}, ... }: a`, "{ a, b, ... }: a"],
    [
      "stands between other pieces of text",
      nix`"a ${evil} b"`,
      String.raw`"a \"; evil = true; y = \"\${x} b"`,
    ],
    ["is interpolated", nix`"a ${x} b"`, '"a ${x} b"'],
    ["follows a dollar", nix`"$${x}"`, '"\\$${x}"'],
    ["is part of a path", nix`./a/${x}/${"b"}.nix`, "./a/${x}/b.nix"],
    ["selects from a set", nix`${{ a: 1 }}.a`, "{ a = 1; }.a"],
  ];
  test.each(cases)("%s", (_, given, want) => {
    expect(printNix(given).replace(/\s+/g, " ")).toContain(want);
    expect(parseNix(printNix(given))).toEqual(given);
  });

  test("in an indented string keeps its own lines", () => {
    const node = nix`
      ''
        before
          ${"one\n  two"}
        ''\${HOME} ${x}
      ''
    `;
    expect(node).toEqual(nix.indented(["before\n  one\n  two\n${HOME} ", x, "\n"]));
  });

  test("in a comment is a string", () => {
    const node = nix`{
      # because ${"of\nthis; x = 1;"}
      a = 1;
    }`;
    expect(node).toEqual(
      nix.attrs([nix.binding("a", nix.int(1), { comment: "because of\nthis; x = 1;" })]),
    );
  });

  test("passes its comment and blank line to the first of what fills it", () => {
    const node = nix`{
      a = 1;

      # why
      ${[nix.binding("b", x), nix.binding("c", x)]}
    }`;
    expect(node).toEqual(
      nix.attrs([
        nix.binding("a", nix.int(1)),
        nix.binding("b", x, { comment: "why", blankLine: true }),
        nix.binding("c", x),
      ]),
    );
  });
});

describe("JavaScript's escapes", () => {
  test("a dollar and a backtick", () => {
    expect(nix`"\${x}"`).toEqual(nix.quoted([x]));
    expect(nix`''
      ''\${x} \`
    ''`).toEqual(nix.indented("${x} `\n"));
  });

  test("Nix's own backslashes stay", () => {
    expect(nix`"a\n\"\\"`).toEqual(nix.quoted('a\n"\\'));
  });
});

describe("what fits nowhere is refused", () => {
  const cases: readonly (readonly [name: string, attempt: () => unknown])[] = [
    ["a node as a binding", () => nix`{ ${x} }`],
    ["a binding as a value", () => nix`{ a = ${nix.binding("a", x)}; }`],
    ["a number as a name", () => nix`{ ${1} = 1; }`],
    ["a number in a string", () => nix`"${1}"`],
    ["a node as a parameter", () => nix`{ ${x}, a }: a`],
    ["a computed name after inherit", () => nix`{ inherit ${x}; }`],
    [
      "a node in a comment",
      () => nix`{
      # ${x}
      a = 1;
    }`,
    ],
    ["nodes inside data", () => nix`f ${[x]}`],
  ];
  test.each(cases)("%s", (_, attempt) => {
    expect(attempt).toThrow(BugError);
  });

  test("with the place in the template", () => {
    expect(
      () => nix`{
      a = ${1};
      b = ${2}
    }`,
    ).toThrow(/line 4, column 5: expected `;`/);
  });
});
