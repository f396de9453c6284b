# A stand-in: a package of nixpkgs by name, version, outputs and what depends on it, with the files
# of Debian packages in it.
#
# Contract: `standIn` takes the arguments of mkDerivation and returns others, that stand_in.py
# builds. A package that the table does not have fails as soon as something that is built needs it.
{
  nixpkgs,
  lib,
  system,
}:
let
  # Other packages in the root of the build make other stand-ins.
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

  # What scripts of other packages are run by.
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
