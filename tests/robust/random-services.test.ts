// Whatever the options are, the generator makes files that parse and are formatted, or says what the author has
// to change. It never ends with a bug.

import { join } from "node:path";

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { UserError } from "../../src/errors.ts";
import { generate } from "../../src/generate.ts";
import { parseNix, printNix } from "../../src/nix/index.ts";
import type { OutputFile } from "../../src/output/file.ts";
import { z } from "../../src/zod.ts";
import { parseInterface } from "../../src/interface/interface.ts";
import { platforms } from "../../src/model/platform.ts";
import { base, model } from "../lower/service.ts";
import { temporaryDirectory, writeTree } from "../output/project.ts";
import { evaluateMany, missingForEvaluation } from "../support/evaluate.ts";
import { lacking } from "../support/lacking.ts";
import { oddServices, plainServices, type RandomService } from "./random-services.ts";

const root = "/project";

function filesOf({ name, options, docs }: RandomService): readonly OutputFile[] {
  return generate({
    entry: `${root}/schema/test.ts`,
    root,
    tsconfig: `${root}/tsconfig.json`,
    docs,
    outputs: ["modules", "json-schema", "promises", "reference", "interface"],
    service: {
      kind: "service",
      name,
      summary: "the service",
      documentation: "https://example.org",
      renamedFrom: [],
      platforms: ["nixos", "home-manager", "darwin"],
      variants: undefined,
      options: { ...options, ...base },
      model,
    },
  });
}

/** "files", or the message for the author. */
function outcomeOf(service: RandomService): string {
  let files: readonly OutputFile[];
  try {
    files = filesOf(service);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.message.trim()).not.toBe("");
    return error.message;
  }
  for (const { path, text } of files) {
    if (path.endsWith(".nix") && !path.startsWith("lib/")) {
      const code = text.replace(/^(?:#.*\n)*/, "");
      expect(printNix(parseNix(code)).trim()).toBe(code.trim());
    }
    if (path.endsWith(".json")) JSON.parse(text);
  }
  return "files";
}

/** Five thousand take minutes, and need `$NIXMODGEN_SAMPLE=full`. */
const bounds =
  process.env["NIXMODGEN_SAMPLE"] === "full"
    ? { numRuns: 5000 }
    : { numRuns: 1000, interruptAfterTimeLimit: 10_000, markInterruptAsFailure: false };

test("random options become files, or a message", () => {
  const outcomes: boolean[] = [];
  fc.assert(
    fc.property(oddServices, (service) => {
      outcomes.push(outcomeOf(service) === "files");
    }),
    bounds,
  );
  // Neither all nor none.
  expect(new Set(outcomes)).toEqual(new Set([true, false]));
}, 3_600_000);

const missing = missingForEvaluation();

describe.skipIf(missing.length > 0)(`in the module systems${lacking(missing)}`, () => {
  const found = z.array(z.object({ path: z.string(), type: z.string(), evaluates: z.boolean() }));
  type Found = z.infer<typeof found>[number];

  /** Every option, and whether its default is one. */
  const query = `r: map (o: {
    path = r.lib.concatStringsSep "." (r.lib.drop 2 o.loc);
    type = o.type.description;
    evaluates = !(o ? default) || (builtins.tryEval (
      if r.lib.isDerivation o.default then true else builtins.deepSeq o.default (o.type.check o.default)
    )).value;
  }) (builtins.filter (o: o.visible or true == true) (r.lib.collect r.lib.isOption r.options.services.it))`;

  test("each option exists, with one type everywhere", async () => {
    const services: RandomService[] = [];
    for (const service of fc.sample(plainServices, 3000)) {
      if (Object.keys(service.options).length < 3 || outcomeOf(service) !== "files") continue;
      if (services.push(service) === 3) break;
    }
    expect(services).toHaveLength(3);
    const cases = services.flatMap((service, index) => {
      const directory = temporaryDirectory();
      for (const { path, text } of filesOf(service)) writeTree(directory, { [path]: text });
      return platforms.map((target) => {
        const module = join(directory, target, "it.nix");
        return [`${index} ${target}`, { target, module, query, fewModules: true }] as const;
      });
    });
    const outcomes = await evaluateMany(Object.fromEntries(cases));
    for (const [index, service] of services.entries()) {
      const text = filesOf(service).find(({ path }) => path === "interface/it.json")?.text ?? "";
      const { options } = parseInterface(text, "interface/it.json");
      const types = new Map<string, string>();
      for (const target of platforms) {
        const outcome = outcomes[`${index} ${target}`];
        if (outcome?.ok !== true) throw new Error(`${target}: ${outcome?.message ?? ""}`);
        const all = new Map<string, Found>(found.parse(outcome.value).map((o) => [o.path, o]));
        const here = options.filter((each) => each.platforms.includes(target));
        expect([...all.keys()]).toEqual(expect.arrayContaining(here.map(({ path }) => path)));
        for (const option of here) {
          const { path } = option;
          const type = all.get(path)?.type ?? "";
          // A package with a random name does not exist.
          const hasPackage = JSON.stringify(option.type).includes('"package"');
          expect(all.get(path)?.evaluates === true || hasPackage, `${target} ${path}`).toBe(true);
          expect(type).toBe(types.get(path) ?? type);
          types.set(path, type);
        }
      }
    }
  }, 600_000);
});
