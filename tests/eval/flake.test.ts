// The outputs of the flake: a module for each platform, under every name that people know, with the same
// configuration for all of them.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

import {
  evaluateMany,
  evaluateNix,
  missingForEvaluation,
  nixPath,
  type Target,
} from "../support/evaluate.ts";
import { generatedRoot } from "../support/generated.ts";
import { lacking } from "../support/lacking.ts";

const missing = missingForEvaluation();
const note = lacking(missing);
const repository = fileURLToPath(new URL("../..", import.meta.url));
const root = missing.length > 0 ? "" : `${generatedRoot()}/`;

const self = `(
  let
    self = (import ${nixPath(`${root}flake.nix`)}).outputs {
      inherit self;
      nixpkgs.lib = import (builtins.getEnv "NIXPKGS_TREE" + "/lib");
    };
  in
  self
)`;

const outputs = `
  let
    self = ${self};
    relative = path: builtins.replaceStrings [ ${JSON.stringify(root)} ] [ "" ] (toString path);
  in
  builtins.mapAttrs (_: builtins.mapAttrs (_: relative)) {
    inherit (self) nixosModules darwinModules homeModules homeManagerModules;
  }
`;

/** The flake in the README, unchanged. */
function readmeFlake(): string {
  const readme = readFileSync(`${repository}README.md`, "utf8");
  const [, flake] = /```nix\n(\{\n {2}inputs[^]*?)```/.exec(readme) ?? [];
  if (flake === undefined) throw new Error("the README shows no flake");
  return flake;
}

/** The service's configuration in the README's flake. */
function readmeConfiguration(): string {
  const [snippet] = /services\.moltbot = \{\n[^]*?\n {10}\};/.exec(readmeFlake()) ?? [];
  if (snippet === undefined) throw new Error("the README shows no configuration");
  return `{ ${snippet} }`;
}

// The flake is an argument, so that its scope is that of a reader.
const readmeSystem = `(
  flake:
  let
    tree = builtins.getEnv "NIXPKGS_TREE";
    lib = import (tree + "/lib");
    outputs = flake.outputs {
      nixpkgs.lib = lib // {
        # The same as in nixpkgs' own flake.nix.
        nixosSystem = args: import (tree + "/nixos/lib/eval-config.nix") ({ system = null; } // args);
      };
      moltbot = ${self};
    };
    inherit (outputs.nixosConfigurations.host) config;
  in
  {
    user = config.systemd.services.moltbot-gateway.serviceConfig.User;
    allowed = map (pname: config.nixpkgs.config.allowInsecurePredicate { inherit pname; }) [ "openclaw" "other" ];
  }
) (${readmeFlake()})`;

describe.skipIf(missing.length > 0)(`the flake${note}`, async () => {
  const targets: readonly Target[] = ["nixos", "home-manager", "darwin"];
  const query =
    "r: { inherit (r.summary) assertions warnings; inherit (r.config.services.moltbot) enable; }";
  const outcomes =
    missing.length > 0
      ? {}
      : await evaluateMany(
          Object.fromEntries(
            targets.map((target) => [
              target,
              {
                target,
                module: `${root}generated/${target}/moltbot.nix`,
                config: readmeConfiguration(),
                query,
              },
            ]),
          ),
        );

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

  test("makes a system of the README's flake", async () => {
    expect(await evaluateNix(readmeSystem)).toEqual({ user: "moltbot", allowed: [true, false] });
  });

  test.each(targets)("takes the README's configuration on %s", (target) => {
    expect(outcomes[target]).toEqual({
      ok: true,
      value: { assertions: [], warnings: [], enable: true },
    });
  });
});
