// Measures the cost of instances of the service in a NixOS system: it renders units, and forces files, accounts
// and assertions. Differences between systems with different numbers of instances exclude the rest of the system.
// The same units, files and accounts as plain data show NixOS's own cost.
//
// Run with `pnpm exec tsx tests/bench/instances.ts`. docs/performance.md has the results.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { nixPath } from "../support/evaluate.ts";
import { findNix, findTree, run, type Tool, withTemporaryDir } from "../support/tools.ts";
import { measure, type Statistics } from "./statistics.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

type Count = number | "top level";

function systemOf(count: Count, more: string): string {
  return `import ${nixPath(join(root, "tests/bench/instances.nix"))} {
    harness = ${nixPath(join(root, "tests/eval/harness"))};
    module = ${nixPath(join(root, "generated/nixos/moltbot.nix"))};
    count = ${JSON.stringify(count)};
    ${more}
  }`;
}

function costOf(nix: Tool, count: Count, data = ""): Statistics {
  return measure(nix, `(${systemOf(count, data)}).evaluated`).statistics;
}

/** The same system, without the module. */
function plainCostOf(nix: Tool, count: Count): Statistics {
  return withTemporaryDir((directory) => {
    const file = join(directory, "data.json");
    const { value } = measure(nix, `(${systemOf(count, "")}).recorded`);
    writeFileSync(file, JSON.stringify(value));
    return costOf(nix, count, `data = builtins.fromJSON (builtins.readFile ${nixPath(file)});`);
  });
}

const shown = (value: number): string => Math.round(value).toLocaleString("en").padStart(7);

function print(name: string, more: Statistics, less: Statistics, count = 1): void {
  const each = (of: (statistics: Statistics) => number): string =>
    shown((of(more) - of(less)) / count);
  console.log(
    "  %s %s thunks, %s calls, %s values",
    name.padEnd(32),
    each(({ nrThunks }) => nrThunks),
    each(({ nrFunctionCalls }) => nrFunctionCalls),
    each(({ values }) => values.number),
  );
}

function benchInstances(nix: Tool, nixpkgs: string): void {
  const release = readFileSync(join(nixpkgs, ".version"), "utf8").trim();
  console.log(
    "\ninstances in a NixOS system (%s, nixpkgs %s)",
    run(nix, ["--version"]).trim(),
    release,
  );
  const none = costOf(nix, 0);
  print("the top level alone", costOf(nix, "top level"), none);
  const [one, two, three, eleven] = [1, 2, 3, 11].map((count) => costOf(nix, count));
  if (!one || !two || !three || !eleven) return;
  print("the first declared", one, none);
  print("the second", two, one);
  print("the third", three, two);
  print("each of eight more", eleven, three, 8);
  const empty = costOf(
    nix,
    0,
    "data = { services = { }; tmpfiles.settings = { }; users = { }; groups = { }; etc = { }; };",
  );
  const plain = plainCostOf(nix, 1);
  console.log("  of these, what NixOS makes of the same as plain data:");
  print("the first", plain, empty);
  print("the second", plainCostOf(nix, 2), plain);
}

const nix = findNix();
const nixpkgs = findTree("nixpkgs");
if (nix === undefined || nixpkgs === undefined) {
  console.log("\ninstances: skipped, no nix or no tree of nixpkgs");
} else benchInstances(nix, nixpkgs);
