# Checks of one system. All but the tests on machines take seconds to build.
{ pkgs, nixpkgs }:
let
  inherit (pkgs) lib;
  module = ../generated/nixos/moltbot.nix;

  # What people import or copy.
  formatted = lib.fileset.toSource {
    root = ../.;
    fileset = lib.fileset.intersection (lib.fileset.fileFilter (file: file.hasExt "nix") ../.) (
      lib.fileset.unions [
        ../flake.nix
        ../generated
        ../nix
        ../templates
      ]
    );
  };

  hasContainers =
    pkgs.stdenv.hostPlatform.isLinux
    && lib.pathExists (pkgs.path + "/nixos/modules/virtualisation/nspawn-container");

  onMachines =
    name: arguments:
    pkgs.testers.runNixOSTest (
      import (../generated/tests + "/${name}.nix") ({ inherit module pkgs lib; } // arguments)
    );
in
{
  evaluation = import ./evaluation.nix { inherit pkgs nixpkgs; };

  formatting = pkgs.runCommand "moltbot-formatting" { nativeBuildInputs = [ pkgs.nixfmt ]; } ''
    cd ${formatted}
    find . -name '*.nix' -exec nixfmt --check {} +
    touch $out
  '';

  # Whether somebody has edited generated files. Whether they are those of the sources, only
  # `pnpm generate:check` can say: it needs packages of npm.
  generated = pkgs.runCommand "moltbot-generated" { nativeBuildInputs = [ pkgs.jq ]; } ''
    cd ${../generated}
    jq --raw-output '.files[] | "\(.sha256)  \(.path)"' manifest.json > $TMPDIR/sums
    sha256sum --check --quiet $TMPDIR/sums
    diff <(cut -c 67- $TMPDIR/sums | LC_ALL=C sort) \
      <(find . -type f ! -path ./manifest.json | cut -c 3- | LC_ALL=C sort)
    touch $out
  '';
}
// lib.optionalAttrs pkgs.stdenv.hostPlatform.isLinux {
  # In virtual machines: they need KVM.
  nixos-moltbot = onMachines "nixos-moltbot" { };
  nixos-moltbot-faults = onMachines "nixos-moltbot-faults" { };
}
// lib.optionalAttrs hasContainers {
  # In containers, which need no KVM, but a Nix with the features `auto-allocate-uids` and `cgroups`.
  nixos-moltbot-containers = onMachines "nixos-moltbot" {
    kind = "containers";
    void = import ./void-in-containers.nix;
  };
}
