// Pages of docs/: evaluate each example in the real module system that it names, and let the real gateway check
// the resulting configuration. After an example that must be refused, the page has a part of the message.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

import type { JsonValue } from "../../src/json.ts";
import { z } from "../../src/zod.ts";
import {
  type EvaluationCase,
  missingForEvaluation,
  nixPath,
  type Target,
} from "../support/evaluate.ts";
import { generatedFile } from "../support/generated.ts";
import { evaluateTogether } from "../support/together.ts";
import { missingForGateway, newestGateway, validateMany } from "../support/gateway.ts";
import { lacking } from "../support/lacking.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));

interface Page {
  readonly name: string;
  readonly text: string;
}

interface Example {
  readonly name: string;
  readonly target: Target;
  readonly code: string;
  /** A part of the message; absent if the example must be accepted. */
  readonly refusal?: string;
}

/** ```nix TARGET [refused], then ```text with the message. */
const fence =
  /^```nix (nixos|home-manager|darwin)( refused)?\n([^]*?)^```\n(?:\n```text\n([^]*?)\n```)?/gm;

const targets: Readonly<Record<string, Target>> = {
  nixos: "nixos",
  "home-manager": "home-manager",
  darwin: "darwin",
};

function examplesOf({ name, text }: Page): readonly Example[] {
  return [...text.matchAll(fence)].map(([, target = "", refused, code = "", message = ""]) => {
    const line = text.slice(0, text.indexOf(code)).split("\n").length;
    const example = {
      name: `${target}, ${name}, line ${String(line)}`,
      target: targets[target] ?? "nixos",
      code,
    };
    return refused === undefined ? example : { ...example, refusal: message };
  });
}

/** The configuration that every example leaves out. */
const base = `({ lib, ... }: {
  services.moltbot.enable = true;
  services.moltbot.providers.anthropic.apiKeyFile = lib.mkDefault "/run/keys/anthropic";
})`;

/** Stands for the reader's own. */
const documents = nixPath(`${repository}tests/eval/fixtures/documents`);

/** The options of agenix and sops-nix that the examples use. */
const secretManagers = `({ lib, config, ... }: {
  options = lib.genAttrs [ "age" "sops" ] (manager: {
    secretsDir = lib.mkOption { type = lib.types.str; default = "/run/\${manager}"; };
    secrets = lib.mkOption {
      default = { };
      type = lib.types.attrsOf (lib.types.submodule ({ name, ... }: {
        options = {
          file = lib.mkOption { type = lib.types.path; default = /none; };
          owner = lib.mkOption { type = lib.types.str; default = "0"; };
          mode = lib.mkOption { type = lib.types.str; default = "0400"; };
          path = lib.mkOption {
            type = lib.types.str;
            default = "\${config.\${manager}.secretsDir}/\${name}";
          };
        };
      }));
    };
  });
})`;

/** The configuration file, and the complaints of the module system. */
const query = `r: {
  inherit (r.summary) assertions warnings;
  config = builtins.fromJSON (builtins.head (builtins.attrValues (
    r.lib.filterAttrs (path: text: text.kind == "value" && r.lib.hasInfix "moltbot" path) r.summary.texts
  ))).text;
}`;

const result = z.object({
  assertions: z.array(z.string()),
  warnings: z.array(z.string()),
  config: z.record(z.unknown()),
});

const pages: readonly Page[] = ["secrets.md", "plugins.md", "guides.md", "quick-start.md"].map(
  (name) => ({
    name,
    text: readFileSync(`${repository}docs/${name}`, "utf8"),
  }),
);
const examples = pages.flatMap(examplesOf);

test.each(pages)("every example of $name is tested, on every platform", (page) => {
  const ofPage = examplesOf(page);
  expect(page.text.match(/^```nix/gm)?.length).toBe(ofPage.length);
  expect(new Set(ofPage.map(({ target }) => target)).size).toBe(3);
});

test("refused ones are, too", () => {
  expect(examples.filter(({ refusal }) => refusal !== undefined).length).toBeGreaterThan(2);
  expect(examples.every(({ refusal }) => refusal !== "")).toBe(true);
});

const missing = missingForEvaluation();
const suite = lacking(missing);

const cases = Object.fromEntries(
  examples.map(({ name, target, code }): [string, EvaluationCase] => [
    name,
    {
      target,
      module: generatedFile(`${target}/moltbot.nix`),
      config: `{ imports = [ ${base} ${secretManagers} (${code.replace(/\.\/documents\S*(?=;)/, documents)}) ]; }`,
      query,
    },
  ]),
);

describe.skipIf(missing.length > 0)(`pages of docs/${suite}`, () => {
  const outcomes = evaluateTogether(cases);

  const refused = examples.filter(({ refusal }) => refusal !== undefined);
  test.each(refused)("$name: refused with the message", ({ name, refusal }) => {
    const outcome = outcomes[name];
    const said =
      outcome?.ok === false ? outcome.message : result.parse(outcome?.value).assertions.join("\n");
    expect(said).toContain(refusal);
  });

  const accepted = examples.filter(({ refusal }) => refusal === undefined);
  const valueOf = (name: string): z.infer<typeof result> => {
    const outcome = outcomes[name];
    if (outcome?.ok !== true) throw new Error(`rejected: ${outcome?.message ?? "no outcome"}`);
    return result.parse(outcome.value);
  };

  test.each(accepted)("$name: accepted", ({ name }) => {
    const { assertions, warnings } = valueOf(name);
    expect({ assertions, warnings }).toEqual({ assertions: [], warnings: [] });
  });

  const missingGateway = missingForGateway(newestGateway);
  const unless = lacking(missingGateway);
  test.skipIf(missingGateway.length > 0)(`the gateway accepts what comes out${unless}`, () => {
    const configs = accepted.map(({ name }) => valueOf(name).config as JsonValue);
    const answers = validateMany(configs);
    const wrong = answers.flatMap(({ valid, issues }, index) =>
      valid ? [] : [{ example: accepted[index]?.name, issues }],
    );
    expect(wrong).toEqual([]);
    // The configurations contain references to secrets.
    expect(JSON.stringify(configs)).toContain('"id":"EXAMPLE_API_KEY"');
  });
});
