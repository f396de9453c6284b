// For each target, woven code has the meaning of that target's own code, and it repeats nothing.

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { onPlatforms, platformName } from "../../src/emit/weave/targets.ts";
import { weave } from "../../src/emit/weave/weave.ts";
import type { Platform } from "../../src/model/platform.ts";
import { nix, type NixExpr, parseNix, printNix, simplify } from "../../src/nix/index.ts";
import { evaluateNix, missingForEvaluation } from "../support/evaluate.ts";
import { nixExpressions } from "./weave-arbitraries.ts";
import { lacking } from "../support/lacking.ts";

const woven = (code: Readonly<Partial<Record<Platform, string>>>): string => {
  const strands = (["nixos", "home-manager", "darwin"] as const).flatMap((target) => {
    const text = code[target];
    return text === undefined ? [] : [{ target, code: parseNix(text) }];
  });
  return printNix(weave(strands, onPlatforms, platformName))
    .replaceAll(/\s+/g, " ")
    .trim();
};

interface Row {
  readonly name: string;
  readonly nixos: string;
  readonly "home-manager": string;
  readonly darwin?: string;
  readonly want: string;
}

const rows: readonly Row[] = [
  { name: "the same code", nixos: "f 1", "home-manager": "f 1", want: "f 1" },
  {
    name: "a value that differs",
    nixos: "{ a = 1; b = 2; }",
    "home-manager": "{ a = 1; b = 3; }",
    want: '{ a = 1; b = if platform == "nixos" then 2 else 3; }',
  },
  {
    name: "a value that one of three has for itself",
    nixos: "f 1",
    "home-manager": "f 2",
    darwin: "f 1",
    want: 'f (if platform == "home-manager" then 2 else 1)',
  },
  {
    name: "a binding that one has",
    nixos: "{ a = f x y z; b = 2; }",
    "home-manager": "{ a = f x y z; }",
    want: '{ a = f x y z; } // lib.optionalAttrs (platform == "nixos") { b = 2; }',
  },
  {
    name: "bindings of let, which nobody evaluates who does not need them",
    nixos: "let a = 1; b = 2; in a + b",
    "home-manager": "let a = 1; in a + 1",
    want: 'let a = 1; b = 2; in a + (if platform == "nixos" then b else 1)',
  },
  {
    name: "elements in the order that all have",
    nixos: "[ (f { a = 1; b = 2; c = 3; }) b (g { a = 1; b = 2; c = 3; }) ]",
    "home-manager": "[ (f { a = 1; b = 2; c = 3; }) (g { a = 1; b = 2; c = 3; }) d ]",
    want: '[ (f { a = 1; b = 2; c = 3; }) ] ++ lib.optional (platform == "nixos") b ++ [ (g { a = 1; b = 2; c = 3; }) ] ++ lib.optional (platform != "nixos") d',
  },
  {
    name: "lines of a text",
    nixos: "''\n  one ${f x y}\n  two\n  three ${g x y}\n''",
    "home-manager": "''\n  one ${f x y}\n  three ${g x y}\n''",
    want: `'' one \${f x y} \${ lib.optionalString (platform == "nixos") '' two '' }three \${g x y} ''`,
  },
  {
    name: "an interpolation",
    nixos: "''\n  a ${x}\n''",
    "home-manager": "''\n  a ${y}\n''",
    want: `'' a \${if platform == "nixos" then x else y} ''`,
  },
  {
    name: "functions that ask for other parameters",
    nixos: "{ a, b, ... }: a + b",
    "home-manager": "{ a, ... }: a + 1",
    want: 'if platform == "nixos" then { a, b, ... }: a + b else { a, ... }: a + 1',
  },
  {
    name: "attributes whose first name is another's, too: // would lose one",
    nixos: "{ a.b = 1; }",
    "home-manager": "{ a.b = 1; a.c = 2; }",
    want: 'if platform == "nixos" then { a.b = 1; } else { a.b = 1; a.c = 2; }',
  },
  {
    name: "names that one inherits and the other does not",
    nixos: "{ inherit (s) a b; c = f x y z; d = f x y z; }",
    "home-manager": "{ inherit (s) a; c = f x y z; d = f x y z; }",
    want: '{ inherit (s) a; c = f x y z; d = f x y z; } // lib.optionalAttrs (platform == "nixos") { inherit (s) b; }',
  },
  {
    name: "an element that one has twice",
    nixos: "[ (f w x y z) b (f w x y z) ]",
    "home-manager": "[ (f w x y z) ]",
    want: '[ (f w x y z) ] ++ lib.optionals (platform == "nixos") [ b (f w x y z) ]',
  },
  {
    name: "a condition that one has twice",
    nixos: "[ a ] ++ lib.optionals (f x y z) b ++ lib.optionals (f x y z) b",
    "home-manager": "[ a ] ++ lib.optionals (f x y z) b",
    want: '[ a ] ++ lib.optionals (f x y z) b ++ lib.optionals (platform == "nixos" && f x y z) b',
  },
  {
    name: "a value that one has under a condition, and otherwise the other's",
    nixos: "f (if g x y z then 2 else 1)",
    "home-manager": "f 2",
    want: 'f (if platform == "nixos" && !g x y z then 1 else 2)',
  },
  {
    name: "a parameter's default that differs",
    nixos: "{ a ? 1, ... }: a",
    "home-manager": "{ a ? 2, ... }: a",
    want: 'if platform == "nixos" then { a ? 1, ... }: a else { a ? 2, ... }: a',
  },
  {
    name: "a name that one defines and the other takes from outside",
    nixos: "let a = 1; in a + b",
    "home-manager": "let a = 1; b = 2; in a + b",
    want: 'if platform == "nixos" then let a = 1; in a + b else let a = 1; b = 2; in a + b',
  },
  {
    name: "comments of each",
    nixos: "{\n# One.\na = 1; }",
    "home-manager": "{\n# Another.\na = 1; }",
    want: "{ # NixOS: One. # home-manager: Another. a = 1; }",
  },
];

test.each(rows)("$name", (row) => {
  expect(woven(row)).toBe(row.want);
});

const simplified: readonly (readonly [code: string, want: string])[] = [
  ["if yes then a else b", "a"],
  ["if no then a else b", "b"],
  ["if !no && x then a else b", "if x then a else b"],
  ["yes || x", "true"],
  ["lib.optionals no [ a ]", "[ ]"],
  ["lib.optional yes a", "[ a ]"],
  ["lib.optionalAttrs no { a = 1; } // { b = 2; }", "{ b = 2; }"],
  ['"a${lib.optionalString no "b"}c"', '"ac"'],
  ['"a${lib.optionalString yes "b${x}"}c"', '"ab${x}c"'],
  ["([ a ] ++ [ b ]) ++ f x", "[ a b ] ++ f x"],
  ["((a ++ b) ++ c) ++ d", "a ++ b ++ c ++ d"],
  ["lib.optionals x [ a b ]", "lib.optionals x [ a b ]"],
  ["lib.optionals x [ a ]", "lib.optional x a"],
  ["lib.optionals x [ [ a ] ]", "lib.optional x [ a ]"],
];

test.each(simplified)("what is known is no question: %s", (code, want) => {
  const known = new Map([
    ["yes", true],
    ["no", false],
  ]);
  expect(
    printNix(simplify(parseNix(code), known))
      .replaceAll(/\s+/g, " ")
      .trim(),
  ).toBe(want);
});

const missing = missingForEvaluation().filter((name) => name === "nix");

describe.skipIf(missing.length > 0)(`woven code in the evaluator${lacking(missing)}`, () => {
  test("each target's value is that of its own code", async () => {
    const cases = fc.sample(fc.tuple(nixExpressions, nixExpressions, nixExpressions), 150);
    const platforms = ["nixos", "home-manager", "darwin"] as const;
    const text = (code: NixExpr): string => `(${printNix(code)})`;
    const expressions = cases.flatMap((codes) => {
      const strands = platforms.map((target, index) => ({
        target,
        code: codes[index] ?? nix`null`,
      }));
      const all = text(weave(strands, onPlatforms, platformName));
      return strands.map(
        ({ target, code }) =>
          `{ own = ${text(code)}; woven = (platform: ${all}) "${target}"; platform = "${target}"; }`,
      );
    });
    const differing = await evaluateNix(`
      let
        lib = {
          optional = condition: value: if condition then [ value ] else [ ];
          optionals = condition: list: if condition then list else [ ];
          optionalAttrs = condition: set: if condition then set else { };
          optionalString = condition: text: if condition then text else "";
          elem = builtins.elem;
        };
        x = 1;
        y = [ "y" ];
        s = {
          a = "of s";
          b = "of s, too";
          c = 3;
        };
      in
      builtins.filter ({ own, woven, ... }: own != woven) [ ${expressions.join("\n")} ]
    `);
    expect(differing).toEqual([]);
  });
});
