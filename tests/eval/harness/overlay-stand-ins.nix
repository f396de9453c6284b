# Stand-ins for packages that evaluation refers to, but whose content does not matter.
#
# shellcheck, nixfmt and pandoc are built with Haskell, and pkgs/development/haskell-modules/hackage-packages.nix
# (a fifth of nixpkgs) is often left out of a trimmed tree. Only store paths are affected:
# writeShellApplication's check phase refers to shellcheck.
final: _prev:
let
  standIn =
    name:
    final.stdenvNoCC.mkDerivation {
      inherit name;
      dontUnpack = true;
      installPhase = "mkdir -p $out/bin";
      meta.mainProgram = name;
      passthru.compiler.bootstrapAvailable = true;
    };
in
{
  shellcheck = standIn "shellcheck";
  shellcheck-minimal = standIn "shellcheck";
  nixfmt = standIn "nixfmt";
  pandoc = standIn "pandoc";
}
