// Puts single mistakes into the sources and checks whether the tests notice.
//
// usage: pnpm test:mutants [--sample N] [--seed N] [--minutes N] [--jobs N] [--layer LAYER]...
//                          [--least PERCENT] [--full] [--list]
//
// Layers: schema (schema/, and the parts of src/ that emit Nix), nix (the generated modules and the library
// they import), shell (src/runtime/shell/). StrykerJS covers the rest of src/ (stryker.config.js).
// The same seed and sources give the same sample. After `--minutes` it begins no further mutant.
// Without the tools for evaluation, tests could not notice most mistakes: then it tries nothing, and exits
// with 77.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { missingForEvaluation, startEvaluators } from "../support/evaluate.ts";
import { serveEvaluators, serverVariable } from "../support/evaluator-server.ts";
import { createRandom } from "../json-schema-type/random.ts";
import type { Layer, Mutant } from "./mutant.ts";
import { nixMutants } from "./nix-mutants.ts";
import { shellMutants } from "./shell-mutants.ts";
import { generateInto, type Result, tryMutant } from "./try-mutant.ts";
import { typescriptMutants } from "./typescript-mutants.ts";
import { repository, repositoryFiles, Workplace } from "./workplace.ts";

interface Kind {
  readonly layer: Layer;
  readonly files: RegExp;
  readonly mutants: (layer: Layer, file: string, source: string) => readonly Mutant[];
}

const kinds: readonly Kind[] = [
  // Without proofs and scenarios, which only guests can try.
  {
    layer: "schema",
    files: /^(schema|src\/baseline)\/(?!scenarios).*\.ts$/,
    mutants: typescriptMutants,
  },
  { layer: "src", files: /^src\/emit\/.*\.ts$/, mutants: typescriptMutants },
  {
    layer: "nix",
    files: /^generated\/(nixos|home-manager|darwin|moltbot)\/.*\.nix$/,
    mutants: nixMutants,
  },
  { layer: "shell", files: /^src\/runtime\/shell\/.*\.sh$/, mutants: shellMutants },
];

const { values } = parseArgs({
  options: {
    sample: { type: "string", default: "40" },
    seed: { type: "string", default: "1" },
    minutes: { type: "string", default: "10" },
    jobs: { type: "string", default: "2" },
    least: { type: "string", default: "0" },
    layer: { type: "string", multiple: true },
    full: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
  },
});

/** Mutants by layer, so that each layer has its share of a sample, independently of its size. */
function allMutants(): readonly (readonly Mutant[])[] {
  const files = repositoryFiles();
  return kinds
    .filter(({ layer }) => values.layer?.includes(layer) ?? true)
    .map(({ layer, files: pattern, mutants }) =>
      files
        .filter((file) => pattern.test(file))
        .flatMap((file) => mutants(layer, file, readFileSync(join(repository, file), "utf8"))),
    );
}

function chosen(): readonly Mutant[] {
  const layers = allMutants();
  if (values.full) return layers.flat();
  const random = createRandom(Number(values.seed));
  const share = Math.ceil(Number(values.sample) / layers.length);
  const samples = layers.map((mutants) => random.some(mutants, share));
  // In turn, so that a run that ends early has seen all layers.
  return Array.from({ length: share }, (_, index) => samples.flatMap((each) => each[index] ?? []))
    .flat()
    .slice(0, Number(values.sample));
}

function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}

function nameOf({ file, write }: Mutant): string {
  const { line, change } = write();
  return `${file}:${String(line)}: ${change}`;
}

function describeResult(result: Result): string {
  return result.status === "noticed" ? `noticed by ${result.by}` : result.status;
}

const mutants = chosen();
if (values.list) {
  for (const mutant of mutants) tell(nameOf(mutant));
  process.exit(0);
}

const missing = missingForEvaluation();
if (missing.length > 0) {
  tell(`no mutants are tried: missing ${missing.join(", ")}`);
  process.exit(77);
}

const end = Date.now() + Number(values.minutes) * 60_000;
const evaluators = serveEvaluators(startEvaluators);
process.env[serverVariable] = evaluators.path;
const workplaces = Array.from({ length: Number(values.jobs) }, () => new Workplace());
const usual = mkdtempSync(join(tmpdir(), "nixmodgen-usual-"));
const results: (readonly [Mutant, Result])[] = [];
try {
  const [first] = workplaces;
  if (first === undefined) throw new Error("--jobs is at least 1");
  const { status, output } = await generateInto(first, usual);
  if (status !== 0) throw new Error(`nothing can be generated: ${output}`);
  const waiting = [...mutants];
  await Promise.all(
    workplaces.map(async (workplace) => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        if (!values.full && Date.now() > end) return;
        const result = await tryMutant(workplace, next, usual);
        results.push([next, result]);
        tell(`${nameOf(next)}: ${describeResult(result)}`);
      }
    }),
  );
} finally {
  evaluators.close();
  for (const workplace of workplaces) workplace.remove();
  rmSync(usual, { recursive: true, force: true });
}

const counts = (layer: Layer) => {
  const own = results.filter(([mutant]) => mutant.layer === layer);
  const of = (status: Result["status"]): number =>
    own.filter(([, result]) => result.status === status).length;
  return {
    tried: own.length,
    noticed: of("noticed"),
    survived: of("survived"),
    none: of("no effect"),
  };
};
tell("\nlayer   tried  noticed  survived  no effect");
for (const { layer } of kinds) {
  const { tried, noticed, survived, none } = counts(layer);
  tell(
    layer.padEnd(6) +
      [String(tried).padStart(7), String(noticed).padStart(9), String(survived).padStart(10)].join(
        "",
      ) +
      String(none).padStart(11),
  );
}
const noticed = results.filter(([, { status }]) => status === "noticed").length;
const survived = results.filter(([, { status }]) => status === "survived").length;
const percent = Math.round((100 * noticed) / Math.max(1, noticed + survived));
tell(
  `seed ${values.seed}: ${String(results.length)} of ${String(mutants.length)} mutants tried, ${String(percent)} % of those with an effect noticed`,
);
if (percent < Number(values.least)) process.exitCode = 1;
