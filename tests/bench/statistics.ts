// The cost of an evaluation, by Nix's own counters.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { findTree, type Tool } from "../support/tools.ts";

/** Evaluator statistics, see NIX_SHOW_STATS in the Nix manual. */
export interface Statistics {
  readonly cpuTime: number;
  readonly nrThunks: number;
  readonly nrFunctionCalls: number;
  readonly values: { readonly number: number };
}

/** Evaluates an expression, whose value is JSON, with the trees in its environment. */
export function measure(
  nix: Tool,
  expression: string,
): { readonly value: unknown; readonly statistics: Statistics } {
  const directory = mkdtempSync(join(tmpdir(), "nixmodgen-bench-"));
  const file = join(directory, "expression.nix");
  const statistics = join(directory, "statistics.json");
  try {
    writeFileSync(file, expression);
    const output = execFileSync(
      nix.command,
      [
        ...nix.args,
        ...["eval", "--extra-experimental-features", "nix-command flakes", "--impure"],
        ...["--json", "--file", file],
      ],
      {
        env: {
          ...process.env,
          NIXPKGS_TREE: findTree("nixpkgs"),
          HOME_MANAGER: findTree("home-manager") ?? "/none",
          NIX_DARWIN: findTree("nix-darwin") ?? "/none",
          NIX_SHOW_STATS: "1",
          NIX_SHOW_STATS_PATH: statistics,
        },
        maxBuffer: 1 << 30,
        stdio: ["ignore", "pipe", "pipe"],
        encoding: "utf8",
      },
    );
    return {
      value: JSON.parse(output),
      statistics: JSON.parse(readFileSync(statistics, "utf8")) as Statistics,
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
