// The generated options.json of each platform is what nixpkgs' own documentation makes of the generated module.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

import { missingForEvaluation, type Target } from "../support/evaluate.ts";
import { generatedFile } from "../support/generated.ts";
import { evaluateTogether } from "../support/together.ts";
import { lacking } from "../support/lacking.ts";

const targets: readonly Target[] = ["nixos", "home-manager", "darwin"];

/** What `nixosOptionsDoc` keeps of `optionAttrSetToDocList`. */
const query = `
  { options, lib, ... }:
  let
    shown = lib.filter ({ visible, internal, ... }: visible && !internal) (
      lib.optionAttrSetToDocList options.services.moltbot
    );
    entry = option: lib.nameValuePair option.name (
      removeAttrs option [ "name" "visible" "internal" "declarations" ]
    );
  in
  lib.listToAttrs (map entry shown)
`;

/** The generated options, without the places of their declarations, which are the schema's. */
function generatedOptions(target: Target): unknown {
  const text = readFileSync(generatedFile(`docs/options-${target}-moltbot.json`), "utf8");
  return JSON.parse(text, (key, value: unknown) => (key === "declarations" ? undefined : value));
}

const missing = missingForEvaluation();
const note = lacking(missing);

describe.skipIf(missing.length > 0)(`as nixpkgs documents them${note}`, () => {
  const outcomes = evaluateTogether(
    Object.fromEntries(
      targets.map((target) => [
        target,
        { target, module: generatedFile(`${target}/moltbot.nix`), query },
      ]),
    ),
  );
  test.each(targets)("%s: the same options, types, defaults, examples, descriptions", (target) => {
    expect(outcomes[target]).toEqual({ ok: true, value: generatedOptions(target) });
  });
});
