// src/runtime/nix/built-package.nix with nixpkgs' own `lib`, and a builder that returns its arguments.

import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

import { findNix, findTree, nixEval } from "../support/tools.ts";
import { lacking } from "../support/lacking.ts";

const file = fileURLToPath(new URL("../../src/runtime/nix/built-package.nix", import.meta.url));
const nixpkgs = findTree("nixpkgs");

/** The attributes of what is made of a package. */
function made(of: string): unknown {
  return nixEval({
    expr: `
      let
        built = import ${file} {
          lib = import ${nixpkgs ?? ""}/lib;
          pkgs = {
            runCommand = name: attributes: script: attributes // { inherit name script; };
            buildPackages.jq = "jq";
          };
        } { package = ${of}; script = "make"; variables.plugins = "[]"; };
      in
      { inherit (built) name script plugins passthru meta; }`,
  });
}

const cases: readonly (readonly [name: string, of: string, want: unknown])[] = [
  [
    "says what the package says of itself",
    `{
      name = "gateway-1.2"; pname = "gateway"; version = "1.2"; outPath = "/package";
      passthru.nodejs = "node";
      meta = { mainProgram = "gw"; homepage = "https://example.org"; license.free = true; outputsToInstall = [ "out" "man" ]; };
    }`,
    {
      name: "gateway-1.2",
      passthru: { nodejs: "node", pname: "gateway", version: "1.2" },
      meta: {
        mainProgram: "gw",
        homepage: "https://example.org",
        license: { free: true },
        outputsToInstall: ["out"],
      },
    },
  ],
  [
    "a package that says nothing",
    `{ name = "gateway-1.2"; outPath = "/package"; }`,
    {
      name: "gateway-1.2",
      passthru: { pname: "gateway", version: "1.2" },
      meta: { mainProgram: "gateway", outputsToInstall: ["out"] },
    },
  ],
];

const missing = [
  ...(findNix() === undefined ? ["nix"] : []),
  ...(nixpkgs === undefined ? ["nixpkgs"] : []),
];

test.skipIf(missing.length > 0).each(cases)(`%s${lacking(missing)}`, (_name, of, want) => {
  expect(made(of)).toEqual({ ...(want as object), script: "make", plugins: "[]" });
});
