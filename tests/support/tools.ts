// Finds the real tools and trees that tests run against, and runs them.
//
// Contract: nothing is installed or downloaded here. A `find*` function returns `undefined` when
// its tool is missing; the test then says so in its name (`describe.skipIf`). Tools come from an
// environment variable, from PATH, or from the cache folder.

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

/** A program and the arguments that always come first. */
export interface Tool {
  readonly command: string;
  readonly args: readonly string[];
}

/** The directory that keeps trees and tools between runs. */
export const cacheDir: string =
  process.env["NIXMODGEN_CACHE"] ??
  join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "nixmodgen");

const MINIMUM_NIX = [2, 18] as const;

/** Runs a tool and returns what it prints; throws with its messages when it fails. */
export function run(tool: Tool, args: readonly string[], input?: string): string {
  return execFileSync(tool.command, [...tool.args, ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 30,
    stdio: ["pipe", "pipe", "pipe"],
    ...(input === undefined ? {} : { input }),
  });
}

function versionOf(tool: Tool): string | undefined {
  try {
    return run(tool, ["--version"]);
  } catch {
    return undefined;
  }
}

function isRecentNix(tool: Tool): boolean {
  const found = /(\d+)\.(\d+)/.exec(versionOf(tool) ?? "");
  const [major, minor] = [Number(found?.[1] ?? 0), Number(found?.[2] ?? 0)];
  return major > MINIMUM_NIX[0] || (major === MINIMUM_NIX[0] && minor >= MINIMUM_NIX[1]);
}

/** The Nix inside the guest's file system, run through that system's own loader. */
function guestNix(): Tool {
  const root = join(cacheDir, "guest-root");
  return {
    command: join(root, "lib64/ld-linux-x86-64.so.2"),
    args: [
      "--library-path",
      join(root, "usr/lib/x86_64-linux-gnu"),
      "--argv0",
      "nix",
      join(root, "usr/bin/nix"),
    ],
  };
}

/** Looks once, and remembers a missing tool, too. */
function once<Found>(look: () => Found): () => Found {
  let found: { readonly value: Found } | undefined;
  return () => (found ??= { value: look() }).value;
}

/** Nix 2.18 or later: `$NIX`, `nix` in PATH, or the guest's own. */
export const findNix: () => Tool | undefined = once(() => {
  const fromEnv = process.env["NIX"];
  const candidates: readonly Tool[] = [
    ...(fromEnv ? [{ command: fromEnv, args: [] }] : []),
    { command: "nix", args: [] },
    guestNix(),
  ];
  return candidates.find(isRecentNix);
});

/** The official formatter: `$NIXFMT`, `nixfmt` in PATH, or the cache's own. */
export const findNixfmt: () => Tool | undefined = once(() => {
  const fromEnv = process.env["NIXFMT"];
  const candidates: readonly Tool[] = [
    ...(fromEnv ? [{ command: fromEnv, args: [] }] : []),
    { command: "nixfmt", args: [] },
    { command: join(cacheDir, "bin/nixfmt"), args: [] },
  ];
  return candidates.find((tool) => versionOf(tool) !== undefined);
});

/** The variable that names each tree. */
export const treeVariables = {
  nixpkgs: "NIXPKGS_TREE",
  "home-manager": "HOME_MANAGER",
  "nix-darwin": "NIX_DARWIN",
  agenix: "AGENIX",
  "sops-nix": "SOPS_NIX",
} as const;

export type TreeName = keyof typeof treeVariables;

/** A source tree: from its environment variable, or from the cache. */
export function findTree(name: TreeName): string | undefined {
  const tree = process.env[treeVariables[name]] ?? join(cacheDir, "trees", name);
  return existsSync(tree) ? tree : undefined;
}

/** The installed packages of one version of the gateway. */
export function findGateway(version: string): string | undefined {
  const modules = join(cacheDir, "gateway", version, "node_modules");
  return existsSync(modules) ? modules : undefined;
}

/** Other versions of Node, from `tests/setup/nodes.sh`. */
export function findNodes(): readonly { readonly version: string; readonly path: string }[] {
  const nodes = join(cacheDir, "nodes");
  if (!existsSync(nodes)) return [];
  return readdirSync(nodes).map((version) => ({
    version,
    path: join(nodes, version, "bin/node"),
  }));
}

export interface NixEvalOptions {
  /** Entries of the search path: `{ nixpkgs: "/…" }` makes `<nixpkgs>` work. */
  readonly searchPath?: Readonly<Record<string, string>>;
  /** Further arguments for `nix eval`. */
  readonly args?: readonly string[];
}

/** What `nixEval` evaluates. */
export type NixSource = { readonly expr: string } | { readonly file: string };

/** Evaluates with the real Nix and returns the value, which must be JSON. */
export function nixEval(source: NixSource, options: NixEvalOptions = {}): unknown {
  const nix = findNix();
  if (nix === undefined) {
    throw new Error("no nix found: set NIX, or put nix 2.18 or later into PATH");
  }
  const { searchPath = {}, args = [] } = options;
  return withTemporaryDir((dir) => {
    // A file, not an argument: expressions can be longer than an argument may be.
    const file = "file" in source ? source.file : join(dir, "expression.nix");
    if ("expr" in source) {
      writeFileSync(file, source.expr);
    }
    const output = run(nix, [
      "eval",
      "--extra-experimental-features",
      "nix-command",
      "--json",
      "--impure",
      ...Object.entries(searchPath).flatMap(([name, path]) => ["-I", `${name}=${path}`]),
      ...args,
      "--file",
      file,
    ]);
    const value: unknown = JSON.parse(output);
    return value;
  });
}

/** Calls a function with a folder that is removed afterwards. */
export function withTemporaryDir<Result>(use: (dir: string) => Result): Result {
  const dir = mkdtempSync(join(tmpdir(), "nixmodgen-test-"));
  try {
    return use(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
