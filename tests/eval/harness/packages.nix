# pkgs for evaluation: the given nixpkgs with stand-ins. Nothing in it is meant to be built.
{
  nixpkgs,
  system,
  dummies ? true, # false: nixpkgs' own gateway package instead of the dummies
}:
import nixpkgs {
  localSystem = { inherit system; };
  config = {
    allowUnfree = true;
    allowAliases = true;
  };
  overlays = [
    (import ./overlay-stand-ins.nix)
  ]
  ++ (if dummies then [ (import ./overlay-gateway.nix) ] else [ ]);
}
