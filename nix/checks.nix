# The VM tests, for machines that can build and run them.
{ pkgs, module }:
let
  inherit (pkgs) lib;
in
lib.genAttrs
  [
    "nixos-moltbot"
    "nixos-moltbot-faults"
  ]
  (
    name:
    pkgs.testers.runNixOSTest (
      import (../generated/tests + "/${name}.nix") {
        inherit module pkgs lib;
      }
    )
  )
