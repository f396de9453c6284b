# A stand-in: a package with the name, version and outputs of nixpkgs' package, and the files
# of Debian packages.
#
# Contract: `standIn` takes the arguments of mkDerivation and returns others, with which stand_in.py
# builds. If the table lacks a package, the build of anything that needs it fails.
{
  nixpkgs,
  lib,
  system,
}:
let
  # Stand-ins depend on the packages installed in the root of the build.
  packagesThere = builtins.hashFile "sha256" "/var/lib/dpkg/status";

  table = import ./table.nix { inherit nixpkgs; };

  complete =
    row:
    {
      compiledIn = false;
      wrapped = { };
      afterwards = "";
    }
    // (if builtins.isList row then { debian = row; } else row);

  build =
    name: attributes:
    derivation (
      {
        inherit name system;
        builder = "/usr/bin/python3";
        args = [ ./stand_in.py ];
        PATH = "/usr/bin:/bin";
        inherit packagesThere;
      }
      // attributes
    );

  libraries = build "debian-libraries" { onlyLibraries = true; };

  # The shell for scripts of other packages.
  shell = build "debian-bash" {
    inherit libraries;
    outputs = [ "out" ];
    row = builtins.toJSON (complete table.bash);
    interpreters = "{}";
  };

  kept = [
    "name"
    "pname"
    "version"
    "outputs"
    "passthru"
  ];
  keptMeta = [
    "description"
    "mainProgram"
    "outputsToInstall"
    "priority"
  ];
in
{
  inherit libraries;

  standIn =
    given:
    let
      pname = given.pname or (lib.getName given.name);
      row =
        table.${pname} or (throw ''
          no stand-in for ${pname} ${given.version or ""}: add it to tests/guest/nixos/table.nix with the
          Debian packages that have its programs, or with [ ] where nothing runs them'');
    in
    lib.getAttrs (builtins.filter (name: given ? ${name}) kept) given
    // {
      meta = lib.filterAttrs (name: _: builtins.elem name keptMeta) (given.meta or { });
      row = builtins.toJSON (complete row);
      interpreters = builtins.toJSON {
        sh = "${shell}/bin/sh";
        bash = "${shell}/bin/bash";
      };
      inherit libraries packagesThere;
      buildCommand = "python3 ${./stand_in.py}";
    };
}
