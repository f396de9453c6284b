// Types in words and values as code, compared with nixpkgs' own for every kind of type, and for texts that need care.

import { fileURLToPath } from "node:url";

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { emitJson } from "../../src/emit/emit-expression.ts";
import { preludeFor } from "../../src/emit/prelude.ts";
import { emitType } from "../../src/emit/type.ts";
import type { JsonValue } from "../../src/json.ts";
import { describeType } from "../../src/model/describe-type.ts";
import type { OptionType } from "../../src/model/option-type.ts";
import { nix, printNix } from "../../src/nix/index.ts";
import { showName, showValue } from "../../src/reference/show-value.ts";
import { lowerWith } from "../lower/service.ts";
import { evaluateNix, missingForEvaluation, nixPath } from "../support/evaluate.ts";
import { lacking } from "../support/lacking.ts";

const missing = missingForEvaluation();
const suite = describe.skipIf(missing.length > 0);
const note = lacking(missing);

const text: OptionType = { kind: "string", nonEmpty: false };
const plain: readonly OptionType[] = [
  { kind: "bool" },
  text,
  { kind: "string", nonEmpty: true },
  { kind: "string", nonEmpty: false, pattern: "[a-z]+" },
  { kind: "int" },
  { kind: "int", min: 0 },
  { kind: "int", min: 1 },
  { kind: "int", min: -3, max: 9 },
  { kind: "int", min: 7 },
  { kind: "int", max: 7 },
  { kind: "number" },
  { kind: "number", min: 0 },
  { kind: "number", min: 0.5, max: 2 },
  { kind: "port" },
  { kind: "enum", values: ["a"] },
  { kind: "enum", values: ["a", 2, true] },
  { kind: "submodule", fields: [] },
  {
    kind: "taggedUnion",
    tag: "is",
    members: [
      { value: "b", fields: [] },
      { value: "a", fields: [] },
    ],
  },
  { kind: "json" },
  { kind: "jsonObject" },
  { kind: "absolutePath" },
  { kind: "plainPath" },
  { kind: "sourcePath" },
  { kind: "secretFile" },
  { kind: "package" },
];

/** Types around other types, whose words may need parentheses. */
const around: readonly ((of: OptionType) => OptionType)[] = [
  (of) => ({ kind: "list", element: of, nonEmpty: false }),
  (of) => ({ kind: "list", element: of, nonEmpty: true }),
  (of) => ({ kind: "attrs", value: of }),
  (of) => ({ kind: "attrs", value: of, keyPattern: "[a-z]+" }),
  (of) => ({ kind: "nullable", of }),
  (of) => ({ kind: "union", members: [of, text] }),
  (of) => ({ kind: "union", members: [text, of] }),
  (of) => ({ kind: "union", members: [text, of, { kind: "bool" }] }),
];

const wrapped = plain.flatMap((type) => around.map((wrap) => wrap(type)));
const types = [
  ...plain,
  ...wrapped,
  ...wrapped.flatMap((type) => around.map((wrap) => wrap(type))),
];

/** Evaluates code in the scope of generated modules. */
async function evaluateIn(code: string): Promise<unknown> {
  const functions = fileURLToPath(new URL("../../src/runtime/nix/functions.nix", import.meta.url));
  return evaluateNix(`
    let
      lib = import (/. + builtins.getEnv "NIXPKGS_TREE" + "/lib");
      inherit (lib) types;
      pkgs.formats.json = { }: { type = types.json; };
    in
    with import ${nixPath(functions)} { inherit lib pkgs; };
    ${code}
  `);
}

suite(`types in words${note}`, () => {
  test("as the module system describes them", async () => {
    const code = nix.list(types.map((type) => nix`(${emitType(type)}).description`));
    const helpers = preludeFor(lowerWith({}), [code]).filter(({ kind }) => kind === "assign");
    const words = await evaluateIn(printNix(nix.let_(helpers, code)));
    expect(types.map(describeType)).toEqual(words);
  });
});

suite(`values as code${note}`, () => {
  const part = fc.constantFrom("a", "${", "$", "''", "'", "\\", '"', "\n", " ", "ü", "{");
  const word = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(""));
  const { value: arbitrary } = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      word,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.oneof(word, fc.constantFrom("or", "a", "a-b")), tie("value"), {
        maxKeys: 3,
      }),
    ),
  }));

  test("as nixpkgs shows them", async () => {
    const values = fc.sample(arbitrary, { numRuns: 300, seed: 16 });
    const list = printNix(nix.list(values.map((value) => emitJson(value))));
    const shown = await evaluateIn(
      `map (value: (lib.options.renderOptionValue value).text) ${list}`,
    );
    expect(values.map((value) => showValue(value))).toEqual(shown);
  });

  test("names as nixpkgs shows them", async () => {
    const names = ["a", "or", "a-b", "a.b", "1a", "a'b", "a b", "$a", '"', "<name>"];
    const list = printNix(nix.value(names));
    expect(names.map(showName)).toEqual(
      await evaluateIn(`map lib.strings.escapeNixIdentifier ${list}`),
    );
  });
});
