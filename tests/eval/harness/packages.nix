# pkgs for evaluation only: the given nixpkgs with stand-ins.
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
