# Evaluates modules inside the real NixOS, home-manager or nix-darwin, and returns their additions to a base
# system as plain data. It builds and fetches nothing.
#
# The result is a function: case -> { summary, config, options, pkgs, lib, base }, all lazy. A case:
#   target   "nixos" | "home-manager" | "darwin"
#   module   the tested module (path, attributes or function), or a list of them
#   config   a further module: the user's configuration
#   system   the platform
#   dummies  whether the gateway's package is a dummy
#   fewModules  NixOS without the modules of most services, which takes half the time
#   extras   whether the summary also has option docs, changed base units and the top level
# Base systems and nixpkgs are evaluated once per process, for all cases.
{
  nixpkgs ? /. + builtins.getEnv "NIXPKGS_TREE",
  homeManager ? /. + builtins.getEnv "HOME_MANAGER",
  nixDarwin ? /. + builtins.getEnv "NIX_DARWIN",
}:
let
  trees = { inherit nixpkgs homeManager nixDarwin; };
  lib = import (nixpkgs + "/lib");
  values = import ./values.nix { inherit lib; };
  derivations = import ./derivations.nix { inherit lib; };
  common = import ./summary-common.nix {
    inherit
      lib
      values
      derivations
      trees
      ;
  };

  targets = [
    "nixos"
    "nixos-few"
    "home-manager"
    "darwin"
  ];
  systems = [
    "x86_64-linux"
    "aarch64-linux"
    "aarch64-darwin"
    "x86_64-darwin"
  ];
  defaultSystem = target: if target == "darwin" then "aarch64-darwin" else "x86_64-linux";

  # system -> packages, module systems and base systems; each attribute is evaluated at most once.
  shared =
    dummies:
    lib.genAttrs systems (
      system:
      let
        pkgs = import ./packages.nix { inherit nixpkgs system dummies; };
        moduleSystems = import ./module-systems.nix {
          inherit
            trees
            lib
            pkgs
            system
            ;
        };
      in
      {
        inherit pkgs moduleSystems;
        bases = lib.genAttrs targets (target: moduleSystems.${target} [ ]);
      }
    );
  withDummies = shared true;
  withoutDummies = shared false;

  summaryArguments =
    {
      target,
      base,
      result,
      system,
      extras,
    }:
    {
      inherit
        lib
        values
        derivations
        common
        base
        result
        extras
        ;
    }
    // lib.optionalAttrs (target == "home-manager") { inherit system; };
in
{
  target,
  module,
  config ? { },
  system ? defaultSystem target,
  dummies ? true,
  fewModules ? false,
  extras ? false,
}:
let
  moduleSystem = if fewModules && target == "nixos" then "nixos-few" else target;
  world =
    (if dummies then withDummies else withoutDummies).${system}
      or (throw "evaluation harness: no system ${system}; choose one of ${toString systems}");
  evaluate =
    world.moduleSystems.${moduleSystem}
      or (throw "evaluation harness: no target ${target}; choose one of ${toString targets}");
  base = world.bases.${moduleSystem};
  result = evaluate (lib.toList module ++ lib.toList config);
in
{
  inherit (result) config options;
  inherit (world) pkgs;
  inherit lib base;
  summary = {
    inherit target system;
  }
  // import (./. + "/summary-${target}.nix") (summaryArguments {
    inherit
      target
      base
      result
      system
      extras
      ;
  });
}
