// What the flake offers: a module for each platform, under every name people know, and the same
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

const missing = missingForEvaluation();
const note = missing.length > 0 ? ` (skipped: no ${missing.join(", ")})` : "";
const root = fileURLToPath(new URL("../..", import.meta.url));

const outputs = `
  let
    self = (import ${nixPath(`${root}/flake.nix`)}).outputs {
      inherit self;
      nixpkgs.lib = import (builtins.getEnv "NIXPKGS_TREE" + "/lib");
    };
    relative = path: builtins.replaceStrings [ ${JSON.stringify(root)} ] [ "" ] (toString path);
  in
  builtins.mapAttrs (_: builtins.mapAttrs (_: relative)) {
    inherit (self) nixosModules darwinModules homeModules homeManagerModules;
  }
`;

/** The configuration that the README shows, as it is there. */
function readmeConfiguration(): string {
  const readme = readFileSync(`${root}/README.md`, "utf8");
  const [snippet] = /services\.moltbot = \{\n[^]*?\n {10}\};/.exec(readme) ?? [];
  if (snippet === undefined) throw new Error("the README shows no configuration");
  return `{ ${snippet} }`;
}

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
                module: `${root}/generated/${target}/moltbot.nix`,
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

  test.each(targets)("takes the README's configuration on %s", (target) => {
    expect(outcomes[target]).toEqual({
      ok: true,
      value: { assertions: [], warnings: [], enable: true },
    });
  });
});
