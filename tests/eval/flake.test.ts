// The outputs of the flake: a module for each platform, under every name that people know, checks and packages; and
// the flakes of the README.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

import { z } from "../../src/zod.ts";
import { evaluateNix, missingForEvaluation, nixPath, type Target } from "../support/evaluate.ts";
import {
  evaluateUserFlakes,
  flakeUrl,
  inputUrl,
  runNix,
  type UserFlake,
} from "../support/flakes.ts";
import { generatedRoot } from "../support/generated.ts";
import { lacking } from "../support/lacking.ts";

const missing = missingForEvaluation();
const note = lacking(missing);
const repository = fileURLToPath(new URL("../..", import.meta.url));
const root = missing.length > 0 ? "" : `${generatedRoot()}/`;

const outputs = `
  let
    self = (import ${nixPath(`${root}flake.nix`)}).outputs {
      inherit self;
      nixpkgs.lib = import (builtins.getEnv "NIXPKGS_TREE" + "/lib");
    };
    relative = path: builtins.replaceStrings [ ${JSON.stringify(root)} ] [ "" ] (toString path);
  in
  builtins.mapAttrs (_: builtins.mapAttrs (_: relative)) {
    inherit (self) nixosModules darwinModules homeModules homeManagerModules;
  }
`;

const readme = readFileSync(`${repository}README.md`, "utf8");

/** The README's code in Nix, unchanged. */
const examples = [...readme.matchAll(/^```nix\n([^]*?)^```$/gm)].map(([, code = ""]) => code);

/** The module of the README, which is the same on all platforms. */
const readmeModule = examples.find((code) => code.startsWith("{ lib, ... }:")) ?? "";

/** A file of a template, in place of what a reader has already. */
const ofTemplate = (path: string): string => readFileSync(`${repository}templates/${path}`, "utf8");

const readmeFlakes: Readonly<Record<Target, UserFlake>> = {
  nixos: {
    kind: "nixos",
    inputs: [],
    files: { "configuration.nix": ofTemplate("nixos/configuration.nix") },
  },
  darwin: {
    kind: "darwin",
    inputs: ["nix-darwin"],
    files: { "configuration.nix": ofTemplate("darwin/configuration.nix") },
  },
  "home-manager": {
    kind: "home-manager",
    inputs: ["home-manager"],
    files: { "home.nix": ofTemplate("home-manager/home.nix") },
  },
};

const targets: readonly Target[] = ["nixos", "home-manager", "darwin"];

/** The flake that makes a system of a kind, by the output that it has. */
const configurations: Readonly<Record<Target, string>> = {
  nixos: "nixosConfigurations",
  darwin: "darwinConfigurations",
  "home-manager": "homeConfigurations",
};

const readmeFlake = (target: Target): string =>
  examples.find(
    (code) => code.startsWith("{\n  inputs") && code.includes(configurations[target]),
  ) ?? "";

test.each(targets)("the README's flake for %s follows its reader's nixpkgs", (target) => {
  const flake = readmeFlake(target);
  const inputs = [...flake.matchAll(/^ {2}inputs\.([a-z-]+)\.url/gm)].map(([, name]) => name);
  expect(inputs).toEqual(["nixpkgs", ...readmeFlakes[target].inputs, "moltbot"]);
  for (const name of inputs.slice(1)) {
    expect(flake).toContain(`  inputs.${name ?? ""}.inputs.nixpkgs.follows = "nixpkgs";\n`);
  }
});

test("the README has no other flake, and no other module", () => {
  expect(examples.toSorted()).toEqual([readmeModule, ...targets.map(readmeFlake)].toSorted());
});

describe.skipIf(missing.length > 0)(`the flake${note}`, () => {
  test("has the modules, each also as the default", async () => {
    const modules = (platform: string) => ({
      moltbot: `generated/${platform}/moltbot.nix`,
      default: `generated/${platform}/moltbot.nix`,
    });
    expect(await evaluateNix(outputs)).toEqual({
      nixosModules: modules("nixos"),
      darwinModules: modules("darwin"),
      homeModules: modules("home-manager"),
      homeManagerModules: modules("home-manager"),
    });
  });

  test(`evaluates as a whole, ${isFull ? "on every system" : "on Linux"}`, async () => {
    const check = ["flake", "check", "--no-build", "--impure", ...systems];
    const inputs = ["--no-write-lock-file", "--override-input", "nixpkgs", inputUrl("nixpkgs")];
    const { stderr } = await runNix([...check, ...inputs, flakeUrl()], repository);
    const checked = [...stderr.matchAll(/^checking derivation (.*)\.\.\.$/gm)].map(
      ([, name = ""]) => name,
    );
    expect(checked.toSorted()).toEqual(derivations.toSorted());
  }, 900_000);

  test("has a reference of all options of a platform, each with its place in this repository", async () => {
    const { stdout } = await runNix(
      [
        ...["eval", "--impure", "--json", "--no-write-lock-file"],
        ...["--override-input", "nixpkgs", inputUrl("nixpkgs")],
        ...["--apply", "package: builtins.mapAttrs (_: doc: doc.optionsNix) package.docs"],
        `${flakeUrl()}#packages.aarch64-darwin.options`,
      ],
      repository,
    );
    const docs = z
      .record(
        z.string(),
        z.record(z.string(), z.object({ declarations: z.array(z.object({ name: z.string() })) })),
      )
      .parse(JSON.parse(stdout));
    const namesOf = (platform: string) => Object.keys(docs[platform] ?? {});
    // What an instance has the top level has, too.
    const inherited = namesOf("nixos").filter((name) => name.includes(".instances.<name>."));
    const topLevel = inherited.map((name) => name.replace(".instances.<name>", ""));
    expect(topLevel.length).toBeGreaterThan(50);
    expect(namesOf("nixos")).toEqual(expect.arrayContaining(topLevel));
    expect(namesOf("home-manager").filter((name) => name.includes(".app."))).not.toEqual([]);
    expect(namesOf("darwin").filter((name) => name.includes(".app."))).toEqual([]);
    const places = Object.values(docs).flatMap((options) =>
      Object.values(options).flatMap(({ declarations }) => declarations.map(({ name }) => name)),
    );
    expect([...new Set(places)]).toEqual(["generated/moltbot/options.nix"]);
  }, 300_000);

  test("makes the README's systems, with the README's secrets", async () => {
    const flakes = Object.entries(readmeFlakes).map(([target, flake]) => {
      const files = { "flake.nix": readmeFlake(target as Target), "moltbot.nix": readmeModule };
      return [target, { ...flake, files: { ...flake.files, ...files } }] as const;
    });
    const system = {
      evaluates: true,
      warnings: [],
      secrets: ["/run/agenix/claude", "/run/agenix/telegram"],
      gateway: expect.stringMatching(/^openclaw-20\d\d\./) as string,
    };
    expect(await evaluateUserFlakes(Object.fromEntries(flakes))).toEqual({
      nixos: system,
      darwin: system,
      "home-manager": system,
    });
  }, 900_000);
});

/**
 * The machines of its tests are whole systems, which cost a minute of each processor: on all systems with
 * `$NIXMODGEN_SAMPLE=full`.
 */
const isFull = process.env["NIXMODGEN_SAMPLE"] === "full";
const systems = isFull ? ["--all-systems"] : ["--system", "x86_64-linux"];

/** Everything that the flake offers to be built. */
const onLinux = ["nixos-moltbot", "nixos-moltbot-faults", "nixos-moltbot-containers"];
const derivations = [
  "x86_64-linux",
  ...(isFull ? ["aarch64-linux", "aarch64-darwin"] : []),
].flatMap((system) => [
  `packages.${system}.default`,
  `packages.${system}.options`,
  ...["evaluation", "formatting", "generated", ...(system.endsWith("linux") ? onLinux : [])].map(
    (name) => `checks.${system}.${name}`,
  ),
  `devShells.${system}.default`,
  `formatter.${system}`,
]);
