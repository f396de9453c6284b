# What takes the place of nixpkgs' bootstrap: `import nixpkgs { stdenvStages = import ./stages.nix …; }`.
#
# Contract: what nixpkgs makes without sources (units, /etc, scripts, environments) is built as
# nixpkgs says, with the tools of the Debian root that the build runs in. What has sources becomes
# what `standIn` makes of its arguments. The C programs that NixOS writes itself (wrappers) are
# compiled, statically: nothing but a stand-in needs a library.
{
  nixpkgs,
  # Arguments of mkDerivation -> those of the stand-in.
  standIn,
}:
{ lib, config, ... }@arguments:
let
  # nixpkgs' own way to build with the tools in /usr; the musl and static variants of a package are
  # the package itself.
  native = import (nixpkgs + "/pkgs/stdenv/native") (
    removeAttrs arguments [ "crossOverlays" ] // { crossSystem = arguments.localSystem; }
  );

  makeDerivation = import (nixpkgs + "/pkgs/stdenv/generic/make-derivation.nix") lib config;

  # Of fixed output are downloads; with a build command NixOS says itself what is to be done.
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
        # A stand-in has few of the arguments, and some of the others are asked for.
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
