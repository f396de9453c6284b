// Small Nix expressions that evaluate; any two have much in common.

import fc from "fast-check";

import { nix, type NixExpr } from "../../src/nix/index.ts";

const names = ["a", "b", "c"] as const;

const { expression } = fc.letrec<{
  expression: NixExpr;
  list: NixExpr;
  set: NixExpr;
  text: NixExpr;
}>((tie) => ({
  expression: fc.oneof(
    { depthSize: "small" },
    fc.integer({ min: 0, max: 2 }).map((value) => nix.int(value)),
    fc.constant(nix`x`),
    tie("text"),
    tie("list"),
    tie("set"),
    tie("expression").map((value) => nix`let z = 1; w = ${value}; in w`),
    // An expression that shadows the others' `x`.
    tie("expression").map((value) => nix`let x = 7; in ${value}`),
    tie("expression").map((value) => nix`(argument: ${value}) x`),
    tie("expression").map((value) => nix`({ a ? ${value}, ... }: a) { }`),
  ),
  list: fc.oneof(
    { depthSize: "small" },
    fc.array(tie("expression"), { maxLength: 4 }).map((items) => nix.list(items)),
    fc.constant(nix`y`),
    fc.tuple(tie("list"), tie("list")).map(([left, right]) => nix.op("++", left, right)),
  ),
  set: fc.oneof(
    { depthSize: "small" },
    fc
      .uniqueArray(fc.tuple(fc.constantFrom(...names), tie("expression")), {
        maxLength: 3,
        selector: ([name]) => name,
      })
      .map((bindings) => nix.attrs(bindings.map(([name, value]) => nix.binding([name], value)))),
    fc
      .uniqueArray(fc.constantFrom(...names), { minLength: 1 })
      .map((inherited) => nix.attrs([nix.inherit(inherited, nix`s`)])),
    fc.tuple(tie("set"), tie("set")).map(([left, right]) => nix.op("//", left, right)),
  ),
  text: fc
    .array(
      fc.oneof(
        fc.constantFrom("one\n", "two\n", "three"),
        fc.constant(nix`toString x`),
        tie("text"),
      ),
      { maxLength: 4 },
    )
    .map((parts) => nix.str(parts)),
}));

export const nixExpressions: fc.Arbitrary<NixExpr> = expression;
