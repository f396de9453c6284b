# nixpkgs as an input of flakes: the tree in $NIXPKGS_TREE, with stand-ins (../../harness/overlay-stand-ins.nix).
# Copying a tree of that size into the store takes minutes. Nix has to be asked for an impure evaluation.
{
  outputs =
    { self }:
    let
      tree = /. + builtins.getEnv "NIXPKGS_TREE";
      lib = import (tree + "/lib");
    in
    {
      lib = lib // {
        nixosSystem =
          args:
          import (tree + "/nixos/lib/eval-config.nix") (
            {
              system = null;
            }
            // args
            // {
              modules = args.modules ++ [ { nixpkgs.overlays = [ (import ../../harness/overlay-stand-ins.nix) ]; } ];
            }
          );
      };
      legacyPackages = lib.genAttrs [
        "x86_64-linux"
        "aarch64-linux"
        "aarch64-darwin"
      ] (system: import self { localSystem = { inherit system; }; });
    };
}
