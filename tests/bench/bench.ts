// `pnpm bench`: measures generation and evaluation. It prints measurements, and judges nothing. Times
// are medians of several runs in one process or ratios within one run, because machines differ.

import { execFileSync, spawn } from "node:child_process";
import { on, once } from "node:events";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { nixPath } from "../support/evaluate.ts";
import { findNix, findTree, type Tool } from "../support/tools.ts";
import {
  inDirectory,
  schemaWithOptions,
  schemaWithoutRenames,
  withTemporaryDirectory,
  writeGenerated,
} from "./schemas.ts";
import { measure, type Statistics } from "./statistics.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const runs = 5;

interface Cost {
  readonly milliseconds: number;
  readonly megabytes: number;
  readonly bytes: number;
}

/** Generates in a process of its own, like the command, so that no module is loaded before. */
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

const command = join(root, "bin/nixmodgen.js");

/** Copies the schema into a project of its own, with its own output and cache. */
function copyProject(directory: string): void {
  for (const name of ["schema", "nixmodgen.config.ts"]) {
    cpSync(join(root, name), join(directory, name), { recursive: true });
  }
  mkdirSync(join(directory, "node_modules/@types"), { recursive: true });
  symlinkSync(join(root, "node_modules/@types/node"), join(directory, "node_modules/@types/node"));
  writeFileSync(join(directory, "package.json"), '{ "type": "module" }');
  const tsconfig = { extends: join(root, "tsconfig.json"), include: [] };
  writeFileSync(join(directory, "tsconfig.json"), JSON.stringify(tsconfig));
}

interface CommandCost {
  readonly milliseconds: number;
  /** The largest sum of the memory of the command's processes. */
  readonly megabytes: number;
}

/** Runs `work`, and measures the memory of a process and its children from time to time. */
async function withMemory(pid: number, work: Promise<unknown>): Promise<number> {
  let kilobytes = 0;
  const look = (): void => {
    kilobytes = Math.max(kilobytes, memoryOf(pid));
  };
  const timer = setInterval(look, 20);
  try {
    await work;
    look();
    return kilobytes / 1024;
  } finally {
    clearInterval(timer);
  }
}

/** The memory of a process and its children (Linux; 0 elsewhere), in kB. */
function memoryOf(pid: number): number {
  try {
    const proc = `/proc/${String(pid)}`;
    const own = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`${proc}/status`, "utf8"))?.[1];
    const children = readFileSync(`${proc}/task/${String(pid)}/children`, "utf8");
    return children
      .split(" ")
      .filter((child) => child !== "")
      .reduce((sum, child) => sum + memoryOf(Number(child)), Number(own ?? 0));
  } catch {
    // The process has ended.
    return 0;
  }
}

async function commandCost(directory: string, ...args: readonly string[]): Promise<CommandCost> {
  const start = performance.now();
  const child = spawn(process.execPath, [command, "generate", ...args], {
    cwd: directory,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const megabytes = await withMemory(child.pid ?? 0, once(child, "exit"));
  return { milliseconds: performance.now() - start, megabytes };
}

/** @param before makes the change that a run is for */
async function medianCost(
  before: (run: number) => void,
  run: () => Promise<CommandCost>,
): Promise<CommandCost> {
  const costs: CommandCost[] = [];
  for (let index = 0; index < runs; index += 1) {
    before(index);
    costs.push(await run());
  }
  return {
    milliseconds: median(costs.map(({ milliseconds }) => milliseconds)),
    megabytes: Math.max(...costs.map(({ megabytes }) => megabytes)),
  };
}

function printCost(name: string, cost: CommandCost, base: CommandCost): void {
  console.log(
    "  %s %s ms, %s of the first row; %s MB at most",
    name.padEnd(28),
    cost.milliseconds.toFixed(0).padStart(5),
    (cost.milliseconds / base.milliseconds).toFixed(2),
    cost.megabytes.toFixed(0),
  );
}

/** Measures the command as an author of a schema experiences it. */
async function benchCommand(): Promise<void> {
  console.log("\n`generate`, from call to end (a process each; median of %d)", runs);
  await withTemporaryDirectory(async (directory) => {
    copyProject(directory);
    const changed = join(directory, "schema/options/gateway.ts");
    const source = readFileSync(changed, "utf8");
    const change = (run: number): void => {
      writeFileSync(changed, source.replace("18789", String(18000 + run)));
    };
    const nothing = (): void => undefined;
    const base = await medianCost(change, () => commandCost(directory, "--no-cache"));
    printCost("without a cache", base, base);
    await commandCost(directory);
    printCost("nothing changed", await medianCost(nothing, () => commandCost(directory)), base);
    const one = await medianCost(
      (run) => {
        change(run + runs);
      },
      () => commandCost(directory),
    );
    printCost("one file of the schema", one, base);

    const watch = spawn(process.execPath, [command, "generate", "--watch"], {
      cwd: directory,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const isWaiting = async (): Promise<void> => {
      for await (const [data] of on(watch.stdout, "data")) {
        if (String(data).includes("watching for changes")) return;
      }
    };
    await isWaiting();
    const costs = await medianCost(nothing, async () => {
      // Wait until the watch has read its directories again.
      await setTimeout(500);
      const start = performance.now();
      change(Math.round(start) % 1000);
      const megabytes = await withMemory(watch.pid ?? 0, isWaiting());
      return { milliseconds: performance.now() - start, megabytes };
    });
    printCost("from save to written (watch)", costs, base);
    watch.kill();
  });
}

const usage = `{
  services.moltbot = {
    enable = true;
    providers.anthropic.oauthTokenFile = "/run/agenix/token";
  };
}`;

/** The evaluated configurations, each with the derivation that needs all of it. */
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

/** The cost of evaluating a configuration with these modules to its derivation. */
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
    const withoutRenames = await writeGenerated(directory, schemaWithoutRenames);
    for (const target of targets) benchTarget(nix, target, withoutRenames);
  });
}

await benchCommand();
await benchGeneration();
await benchEvaluation();
await import("./instances.ts");
await import("./settings.ts");
