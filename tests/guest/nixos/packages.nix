# nixpkgs with stand-ins for packages that have sources, and the real gateway.
{
  nixpkgs,
  # The gateway's { folder, version } (gateway.nix).
  gateway,
  system ? builtins.currentSystem,
}:
let
  lib = import (nixpkgs + "/lib");
  standIns = import ./stand-in.nix { inherit nixpkgs lib system; };
in
import nixpkgs {
  localSystem = { inherit system; };
  stdenvStages = import ./stages.nix {
    inherit nixpkgs;
    inherit (standIns) standIn;
  };
  config = {
    allowUnfree = true;
    allowAliases = true;
  };
  overlays = [
    (import ../../eval/harness/overlay-stand-ins.nix)
    (import ./overlay.nix)
    (_: _: { standInLibraries = standIns.libraries; })
    (import ./gateway.nix gateway)
  ];
}
