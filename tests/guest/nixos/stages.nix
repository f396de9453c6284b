# Replaces nixpkgs' bootstrap: `import nixpkgs { stdenvStages = import ./stages.nix …; }`.
#
# Contract: derivations without sources (units, /etc, scripts, environments) are built as
# nixpkgs says, with the tools of the Debian root in which the build runs. For a derivation with sources,
# `standIn` replaces the arguments. NixOS's own C programs (wrappers) are compiled and linked
# statically, so only stand-ins need libraries.
{
  nixpkgs,
  # Arguments of mkDerivation -> those of the stand-in.
  standIn,
}:
{ lib, config, ... }@arguments:
let
  # nixpkgs' own stages for building with the tools in /usr. Here the musl and static variants of a package are
  # the package itself.
  native = import (nixpkgs + "/pkgs/stdenv/native") (
    removeAttrs arguments [ "crossOverlays" ] // { crossSystem = arguments.localSystem; }
  );

  makeDerivation = import (nixpkgs + "/pkgs/stdenv/generic/make-derivation.nix") lib config;

  # Derivations with a fixed output are downloads; derivations with a build command need no sources.
  hasSources =
    given:
    (given ? src || given ? srcs)
    && (given ? pname || given ? version)
    && !(given ? outputHash)
    && !(given ? buildCommand);

  withStandIns =
    stdenv:
    let
      mkDerivation = (makeDerivation stdenv).mkDerivation;
    in
    arguments:
    mkDerivation (
      final:
      let
        # A stand-in keeps few of the arguments, but packages read others as attributes.
        given = lib.toFunction arguments (given // final);
      in
      if hasSources given then standIn given else given
    );
in
[
  (builtins.elemAt native 0)
  (
    previous:
    let
      stage = builtins.elemAt native 1 previous;
    in
    stage
    // {
      stdenv =
        stage.stdenv.override {
          mkDerivationFromStdenv = withStandIns;
          cc = previous.cc.overrideAttrs (cc: {
            postFixup = cc.postFixup + "\necho -static >>$out/nix-support/cc-cflags";
          });
        }
        // {
          inherit (previous) fetchurl;
        };
    }
  )
]
