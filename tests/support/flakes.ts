// Flakes with the real Nix, and without a network: inputs are those of tests/eval/flakes, which use the source
// trees in place.

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { initialHeap } from "./evaluators.ts";
import { generatedRoot } from "./generated.ts";
import { findNix, findTree, treeVariables, type TreeName } from "./tools.ts";

export const treeNames = Object.keys(treeVariables) as readonly TreeName[];

/** What is missing for flakes with these inputs, for the names of skipped tests. */
export function missingForFlakes(inputs: readonly TreeName[]): readonly string[] {
  const missing = inputs.filter((name) => findTree(name) === undefined);
  return findNix() === undefined ? ["nix", ...missing] : missing;
}

/** The address of the stand-in for an input. */
export function inputUrl(name: TreeName): string {
  const folder = fileURLToPath(new URL("../eval", import.meta.url));
  return `path:${folder}?dir=flakes/${name}`;
}

/** The address of this repository's flake, with the files that the sources generate now. */
export function flakeUrl(): string {
  return `path:${generatedRoot()}`;
}

export interface Said {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command of Nix and resolves to what it says; rejects with its messages. */
export function runNix(args: readonly string[], cwd: string): Promise<Said> {
  const nix = findNix();
  if (nix === undefined) throw new Error("flakes without nix; ask missingForFlakes");
  const trees: Readonly<Record<string, string>> = Object.fromEntries(
    treeNames.map((name) => [treeVariables[name], findTree(name) ?? `/no-tree/${name}`]),
  );
  const options = [
    ...["--extra-experimental-features", "nix-command flakes"],
    ...["--option", "flake-registry", "", "--option", "substituters", ""],
    // Whoever evaluates must not have to build.
    ...["--option", "allow-import-from-derivation", "false"],
  ];
  return new Promise((resolve, reject) => {
    execFile(
      nix.command,
      [...nix.args, ...options, ...args],
      {
        cwd,
        env: { ...process.env, ...trees, GC_INITIAL_HEAP_SIZE: initialHeap() },
        maxBuffer: 1 << 28,
      },
      (error, stdout, stderr) => {
        if (error === null) resolve({ stdout, stderr });
        else reject(new Error(stderr));
      },
    );
  });
}

/** Calls a function with a new folder that has these files, and removes the folder. */
export async function withFiles<Result>(
  files: Readonly<Record<string, string>>,
  use: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "nixmodgen-flake-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export interface UserFlake {
  /** The kind of system that it makes. */
  readonly kind: "nixos" | "darwin" | "home-manager";
  /** Its inputs beside nixpkgs and moltbot. */
  readonly inputs: readonly TreeName[];
  readonly files: Readonly<Record<string, string>>;
}

/** What came of the only system of a user's flake. */
export interface UserSystem {
  /** Whether Nix makes a derivation of the whole system. */
  readonly evaluates: boolean;
  readonly warnings: readonly string[];
  /** The files of the secrets: Claude's and Telegram's. */
  readonly secrets: readonly string[];
  /** The name and version of the package. */
  readonly gateway: string;
}

/**
 * Evaluates flakes of users in one process: each is an input of a flake that gives all of them the same inputs, as
 * `--override-input` would.
 */
export async function evaluateUserFlakes(
  flakes: Readonly<Record<string, UserFlake>>,
): Promise<Readonly<Record<string, UserSystem>>> {
  const names = Object.keys(flakes);
  // Names of inputs have no blanks.
  const inputOf = (name: string): string => `flake${String(names.indexOf(name))}`;
  const files: Readonly<Record<string, string>> = Object.fromEntries(
    Object.entries(flakes).flatMap(([name, flake]) =>
      Object.entries(flake.files).map(([path, text]) => [`${inputOf(name)}/${path}`, text]),
    ),
  );
  return await withFiles(files, async (folder) => {
    const around = await mkdtemp(join(tmpdir(), "nixmodgen-flakes-"));
    try {
      const shared: Readonly<Record<string, string>> = {
        moltbot: flakeUrl(),
        ...Object.fromEntries(treeNames.map((name) => [name, inputUrl(name)])),
      };
      const inputs = [
        ...Object.entries(shared).flatMap(([name, url]) => [
          `${name}.url = ${JSON.stringify(url)};`,
          ...(name === "nixpkgs" ? [] : [`${name}.inputs.nixpkgs.follows = "nixpkgs";`]),
        ]),
        ...Object.entries(flakes).flatMap(([name, flake]) => [
          `${inputOf(name)}.url = ${JSON.stringify(`path:${folder}/${inputOf(name)}`)};`,
          ...["nixpkgs", "moltbot", ...flake.inputs].map(
            (input) => `${inputOf(name)}.inputs.${input}.follows = "${input}";`,
          ),
        ]),
      ];
      const results = names.map(
        (name) =>
          `${JSON.stringify(name)} = look ${JSON.stringify(flakes[name]?.kind)} inputs.${inputOf(name)};`,
      );
      await writeFile(
        join(around, "flake.nix"),
        `{
          inputs = { ${inputs.join("\n")} };
          outputs = inputs: { results = let look = ${look}; in { ${results.join("\n")} }; };
        }`,
      );
      const args = ["eval", "--impure", "--json", "--no-write-lock-file"];
      const { stdout } = await runNix([...args, `path:${around}#results`], around);
      return JSON.parse(stdout) as Readonly<Record<string, UserSystem>>;
    } finally {
      await rm(around, { recursive: true, force: true });
    }
  });
}

/** A Nix function from the kind and the outputs of a user's flake to a UserSystem. */
const look = `
  kind: flake:
  let
    output = { nixos = "nixosConfigurations"; darwin = "darwinConfigurations"; home-manager = "homeConfigurations"; };
    system = builtins.head (builtins.attrValues flake.\${output.\${kind}});
    inherit (system.config.services.moltbot) providers package;
    derivation = if kind == "home-manager" then system.activationPackage else system.config.system.build.toplevel;
  in
  {
    evaluates = (builtins.tryEval (builtins.seq derivation.drvPath true)).success;
    warnings = system.config.warnings;
    secrets = [ providers.anthropic.oauthTokenFile providers.telegram.botTokenFile ];
    gateway = package.name;
  }
`;
