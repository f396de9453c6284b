// The mutators on small sources: each kind of mistake once.

import { expect, test } from "vitest";

import type { Mutant } from "./mutant.ts";
import { nixMutants } from "./nix-mutants.ts";
import { shellMutants } from "./shell-mutants.ts";
import { stepsFor } from "./steps.ts";
import { typescriptMutants } from "./typescript-mutants.ts";

const textsOf = (mutants: readonly Mutant[]): readonly string[] =>
  mutants.map(({ write }) => write().text.trim());

const typescript: readonly (readonly [source: string, want: readonly string[]])[] = [
  ["f(1);", ["f(2);"]],
  ["f(true);", ["f(false);"]],
  ['f("a");', ['f("ax");']],
  ["f([a, b]);", ["f([ b]);", "f([a, ]);"]],
  ["f({ a, b });", ["f({  b });", "f({ a,  });"]],
  ["f(a ? b : c);", ["f(a ? c : b);"]],
  ["f(!a);", ["f(a);"]],
  ["f(a && b);", ["f(a || b);"]],
  ["f(a === b);", ["f(a !== b);"]],
  ["not(a);", ["a;"]],
  ["and(a, b);", ["or(a, b);"]],
  ["choose(a, b, c);", ["choose(a, c, b);"]],
  // Imports, types and prose are no decisions.
  ['import { a } from "a";\ntype B = "b";', []],
  ['f({ why: "prose" });', []],
  ['probe("prose", ["read", "/a"]);', []],
  ['f("A whole sentence.");', []],
];

test.each(typescript)("TypeScript: %s", (source, want) => {
  expect(textsOf(typescriptMutants("schema", "a.ts", source))).toEqual(want);
});

const nix: readonly (readonly [source: string, want: readonly string[]])[] = [
  ["{ a = 1; }", ["{ }", "{ a = 2; }"]],
  ["[ a b ]", ["[ b ]", "[ a ]"]],
  ["if a then b else c", ["if a then c else b"]],
  ["a && b", ["a || b"]],
  ["!a", ["a"]],
  ["a // b", ["a"]],
  ["f true", ["f false"]],
  ['f "a"', ['f "ax"']],
  ["lib.mkIf a b", ["lib.mkIf (!a) b"]],
  ['{ description = "prose"; }', []],
];

test.each(nix)("Nix: %s", (source, want) => {
  const texts = textsOf(nixMutants("nix", "a.nix", source));
  expect(texts.map((text) => text.replaceAll(/\s+/g, " "))).toEqual(want);
});

const shell: readonly (readonly [source: string, want: readonly string[]])[] = [
  ["echo a", [":"]],
  ["# echo a", []],
  ["a && b", [":", "a || b"]],
  ["[ -e x ]", [":", "[ ! -e x ]"]],
  ["if a b; then", ["if ! a b; then"]],
  ["mkdir -p x", [":", "mkdir x"]],
  ['f "$x"', [":", "f $x"]],
  ["exit 78", [":", "exit 79"]],
];

test.each(shell)("shell: %s", (source, want) => {
  expect(textsOf(shellMutants("shell", "a.sh", source))).toEqual(want);
});

test("the header of a generated file stays", () => {
  const [mutant] = nixMutants("nix", "a.nix", "# Generated.\n\n{ a = 1; }\n");
  expect(mutant?.write()).toMatchObject({ line: 3, text: "# Generated.\n\n{ }\n" });
});

test("tests of files that stay the same are not asked", () => {
  const asked = stepsFor(["generated/darwin/moltbot.nix"]).flatMap(({ files }) => files);
  expect(asked).toContain("tests/eval/darwin.test.ts");
  expect(asked).not.toContain("tests/eval/nixos.test.ts");
});
