// The real Nix reads back the same data.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nix, printNix, type JsonValue, type NixExpr } from "../../src/nix/index.ts";
import { findNix, nixEval } from "../support/tools.ts";
import { json, NASTY_PIECES, text } from "./arbitraries.ts";
import { lacking } from "../support/lacking.ts";

const COUNT = 2000;

/** Evaluates all at once, because starting Nix takes longer than evaluating. */
function evaluateAll(expressions: readonly NixExpr[]): readonly unknown[] {
  const values = nixEval({ expr: printNix(nix.list(expressions)) });
  if (!Array.isArray(values)) {
    throw new Error("expected a list");
  }
  return values;
}

/** As JSON has it: no minus zero. */
function normalized(value: JsonValue): unknown {
  const parsed: unknown = JSON.parse(JSON.stringify(value));
  return parsed;
}

/** Compares one by one, so that a failure shows the value it is about. */
function expectSame(actual: readonly unknown[], expected: readonly unknown[]): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, index) => {
    expect(actual[index]).toEqual(value);
  });
}

/** Every pair of pieces that mean something to Nix, so that no meaning arises where they meet. */
const pairs = NASTY_PIECES.flatMap((first) => NASTY_PIECES.map((second) => first + second));

const missing = findNix() === undefined ? ["nix"] : [];

describe.skipIf(missing.length > 0)(`evaluated by nix${lacking(missing)}`, () => {
  test(`${COUNT} JSON values`, () => {
    const values = fc.sample(json, COUNT);
    expectSame(evaluateAll(values.map((value) => nix.value(value))), values.map(normalized));
  });

  const texts = [...pairs, ...fc.sample(text, COUNT)];

  test(`${texts.length} strings in double quotes`, () => {
    expectSame(evaluateAll(texts.map((value) => nix.quoted(value))), texts);
  });

  test(`${texts.length} indented strings`, () => {
    const withLines = texts.flatMap((value) => [`${value}\n`, `a\n${value}`]);
    expectSame(evaluateAll(withLines.map((value) => nix.indented(value))), withLines);
  });

  test(`${texts.length} strings before and after interpolations`, () => {
    const around = (value: string): (string | NixExpr)[] => [value, nix.str("<>"), value];
    expectSame(
      evaluateAll(
        texts.flatMap((value) => [
          nix.quoted(around(value)),
          nix.indented(["\n", ...around(value)]),
        ]),
      ),
      texts.flatMap((value) => [`${value}<>${value}`, `\n${value}<>${value}`]),
    );
  });

  test(`${texts.length} attribute names`, () => {
    const attrNames = nix`builtins.attrNames`;
    expectSame(
      evaluateAll(texts.map((name) => nix.call(attrNames, nix.attrs({ [name]: nix.int(1) })))),
      texts.map((name) => [name]),
    );
  });

  test(`${texts.length} comments, which say nothing`, () => {
    expectSame(
      evaluateAll([nix.list(texts.map((comment, index) => nix.item(nix.int(index), { comment })))]),
      [texts.map((_, index) => index)],
    );
  });

  test("data as deep as is accepted", () => {
    let deep: JsonValue = "bottom";
    for (let depth = 0; depth < 500; depth++) {
      deep = { a: [deep] };
    }
    expect(evaluateAll([nix.value(deep)])).toEqual([deep]);
  });
});
