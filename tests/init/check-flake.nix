# Evaluates what `nix flake check --no-build` would of the flake of a new project, with trees in place of its inputs.
{
  project,
  # The systems whose checks are evaluated to the end.
  systems ? [ ],
}:
let
  tree = name: /. + builtins.getEnv name;
  nixpkgsTree = tree "NIXPKGS_TREE";
  lib = import (nixpkgsTree + "/lib");
  standIns = import ../eval/harness/overlay-stand-ins.nix;
  input = path: outputs: outputs // { outPath = toString path; };
  nixpkgs = input nixpkgsTree {
    inherit lib;
    legacyPackages = lib.genAttrs [ "x86_64-linux" "aarch64-linux" "aarch64-darwin" ] (
      system:
      import nixpkgsTree {
        localSystem = { inherit system; };
        overlays = [ standIns ];
      }
    );
  };
  realDarwin = input (tree "NIX_DARWIN") (
    (import (tree "NIX_DARWIN" + "/flake.nix")).outputs {
      inherit nixpkgs;
      self = realDarwin;
    }
  );
  # A system makes its own packages of nixpkgs' tree.
  nix-darwin.lib.darwinSystem =
    { modules }:
    realDarwin.lib.darwinSystem {
      modules = modules ++ [
        {
          nixpkgs.overlays = [ standIns ];
          # It evaluates a second system, without the stand-ins.
          system.tools.darwin-uninstaller.enable = false;
        }
      ];
    };
  home-manager = input (tree "HOME_MANAGER") {
    lib = import (tree "HOME_MANAGER" + "/lib") { inherit lib; };
  };
  flake = import (project + "/flake.nix");
  self = input project (
    flake.outputs (
      {
        inherit self;
      }
      // builtins.intersectAttrs flake.inputs { inherit nixpkgs home-manager nix-darwin; }
    )
  );
  isModule = module: builtins.isFunction module || builtins.isAttrs module;
in
{
  inputs = builtins.attrNames flake.inputs;
  modules = lib.filter (name: isModule (self.${name}.default or null)) [
    "nixosModules"
    "homeModules"
    "darwinModules"
  ];
  packages = lib.mapAttrs (_: lib.attrNames) self.packages;
  checks = lib.mapAttrs (_: lib.attrNames) self.checks;
  # The checks that evaluate to the end.
  derivations = lib.genAttrs systems (
    system: lib.attrNames (lib.filterAttrs (_: check: check.drvPath != "") self.checks.${system})
  );
}
