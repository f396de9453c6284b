// `pnpm bench`: what generation and evaluation cost. Prints measurements; judges nothing. Times
// are medians of several runs in one process or ratios within one run, because machines differ.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { readDocs } from "../../src/docs/read-docs.ts";
import { generate } from "../../src/generate.ts";
import type { Service } from "../../src/index.ts";
import { nixPath } from "../support/evaluate.ts";
import { findNix, findTree, type Tool } from "../support/tools.ts";
import { measure, type Statistics } from "./statistics.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const runs = 5;

interface Cost {
  readonly milliseconds: number;
  readonly megabytes: number;
  readonly bytes: number;
}

/** Generates in a process of its own, as the command does, so that nothing is warm. */
function generationCost(entry: string): Cost {
  const script = `
    import { pathToFileURL } from "node:url";
    const { readDocs } = await import(${JSON.stringify(join(root, "src/docs/read-docs.ts"))});
    const { generate } = await import(${JSON.stringify(join(root, "src/generate.ts"))});
    const entry = ${JSON.stringify(entry)};
    const { default: service } = await import(pathToFileURL(entry).href);
    const start = performance.now();
    const file = {
      entry, root: ${JSON.stringify(root)}, tsconfig: ${JSON.stringify(join(root, "tsconfig.json"))},
    };
    const files = generate({ ...file, service, docs: readDocs(file) });
    console.log(JSON.stringify({
      milliseconds: performance.now() - start,
      megabytes: process.resourceUsage().maxRSS / 1024,
      bytes: files.reduce((sum, file) => sum + file.text.length, 0),
    }));
  `;
  const samples = Array.from({ length: runs }, (): Cost => {
    const output = execFileSync(
      process.execPath,
      ["--import", "tsx", "--input-type=module", "--eval", script],
      { cwd: root, encoding: "utf8" },
    );
    return JSON.parse(output) as Cost;
  });
  return {
    milliseconds: median(samples.map(({ milliseconds }) => milliseconds)),
    megabytes: median(samples.map(({ megabytes }) => megabytes)),
    bytes: samples[0]?.bytes ?? 0,
  };
}

function median(values: readonly number[]): number {
  return (
    [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN
  );
}

/** The moltbot schema with other properties of its definition and its model; its tests stay away. */
function schemaWith(properties: string, modelProperties = ""): string {
  return `import { defineService, option, z } from ${JSON.stringify(join(root, "src/index.ts"))};
import moltbot from ${JSON.stringify(join(root, "schema/moltbot.ts"))};
const { configSchema, model, ...service } = moltbot;
const here = (file: string) => ${JSON.stringify(join(root, "schema"))} + "/" + file;
export default defineService({
  ...service,
  configSchema: { ...configSchema, directory: here(configSchema.directory) },
  ${properties}
  model: () => ({
    ...model,
    scenarios: { ...model.scenarios, main: { on: [], scripts: [] }, further: {}, programs: {} },
    ${modelProperties}
  }),
});
`;
}

/** The moltbot schema with further options beside its own. */
function schemaWithOptions(extra: number): string {
  const options = Array.from(
    { length: extra },
    (_, index) => `    /** Option number ${String(index)}. */
    o${String(index)}: option(z.number().int().min(0), { default: ${String(index)} }),`,
  );
  return schemaWith(`options: {
    ...moltbot.options,
    extra: {
${options.join("\n")}
    },
  },`);
}

/** The schema without what takes over configurations for earlier names and modules. */
const schemaWithoutRenames = schemaWith("renamedFrom: [],", "supersedes: [],");

/** Runs `work` with a directory whose schemas find this repository's packages. */
async function inDirectory(work: (directory: string) => void | Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(root, "node_modules", ".bench-"));
  try {
    await work(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function benchGeneration(): Promise<void> {
  console.log("\ngeneration (one process each; median of %d)", runs);
  await inDirectory((directory) => {
    for (const extra of [0, 100, 200, 400, 800]) {
      const entry = join(directory, `schema-${String(extra)}.mts`);
      writeFileSync(entry, schemaWithOptions(extra));
      const cost = generationCost(entry);
      console.log(
        "  %s options more: %s ms, %s MB peak, %s kB of output",
        String(extra).padStart(4),
        cost.milliseconds.toFixed(0).padStart(5),
        cost.megabytes.toFixed(0).padStart(4),
        (cost.bytes / 1000).toFixed(1).padStart(6),
      );
    }
  });
}

const usage = `{
  services.moltbot = {
    enable = true;
    providers.anthropic.oauthTokenFile = "/run/agenix/token";
  };
}`;

/** What is evaluated, and the derivation that needs all of it. */
const targets = [
  {
    target: "nixos",
    name: "a NixOS system",
    derivation: "system.build.toplevel",
    trees: ["nixpkgs"],
  },
  {
    target: "home-manager",
    name: "a home",
    derivation: "home.activationPackage",
    trees: ["nixpkgs", "home-manager"],
  },
] as const;

type Target = (typeof targets)[number];

/** What evaluating a configuration to its derivation costs, with these modules. */
function evaluationCost(
  nix: Tool,
  { target, derivation }: Target,
  modules: readonly string[],
): Statistics {
  const harness = nixPath(join(root, "tests/eval/harness"));
  const expression = `
    (import ${harness} { } {
      target = "${target}";
      module = [ ${modules.join(" ")} ];
    }).config.${derivation}.drvPath`;
  return measure(nix, expression).statistics;
}

/** Writes what is generated from the schema, and returns where. */
async function generated(directory: string, schema: string): Promise<string> {
  const entry = join(directory, "schema.mts");
  writeFileSync(entry, schema);
  const { default: service } = (await import(pathToFileURL(entry).href)) as { default: Service };
  const schemaFile = { entry, root, tsconfig: join(root, "tsconfig.json") };
  const output = join(directory, "generated");
  const source = { ...schemaFile, service, docs: readDocs(schemaFile) };
  for (const { path, text } of generate(source)) {
    const file = join(output, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return output;
}

function benchTarget(nix: Tool, target: Target, withoutRenames: string): void {
  const missing = target.trees.filter((tree) => findTree(tree) === undefined);
  if (missing.length > 0) {
    console.log("\nevaluation of %s: skipped, no tree of %s", target.name, missing.join(", "));
    return;
  }
  const moduleIn = (output: string): string => nixPath(join(output, target.target, "moltbot.nix"));
  const module = moduleIn(join(root, "generated"));
  const plain = moduleIn(withoutRenames);
  const variants: readonly (readonly [string, readonly string[]])[] = [
    ["without the module", []],
    ["module imported", [module]],
    ["  without renames", [plain]],
    ["module enabled", [module, `(${usage})`]],
    ["  without renames", [plain, `(${usage})`]],
  ];
  console.log("\nevaluation of %s to its derivation", target.name);
  let base: Statistics | undefined;
  for (const [name, modules] of variants) {
    const cost = evaluationCost(nix, target, modules);
    base ??= cost;
    const more = (value: number, of: number): string =>
      `${(((value - of) / of) * 100).toFixed(2)} %`;
    console.log(
      "  %s %s thunks (+%s), %s calls (+%s), %s s",
      name.padEnd(18),
      cost.nrThunks.toLocaleString("en"),
      more(cost.nrThunks, base.nrThunks),
      cost.nrFunctionCalls.toLocaleString("en"),
      more(cost.nrFunctionCalls, base.nrFunctionCalls),
      cost.cpuTime.toFixed(2),
    );
  }
}

async function benchEvaluation(): Promise<void> {
  const nix = findNix();
  if (nix === undefined) {
    console.log("\nevaluation: skipped, no nix");
    return;
  }
  await inDirectory(async (directory) => {
    const withoutRenames = await generated(directory, schemaWithoutRenames);
    for (const target of targets) benchTarget(nix, target, withoutRenames);
  });
}

await benchGeneration();
await benchEvaluation();
await import("./instances.ts");
await import("./settings.ts");
