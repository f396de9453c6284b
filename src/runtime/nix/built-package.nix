# What a script makes of a package, to be run in its place.
#
# Contract: gives a package that says of itself what the given one says, and whose main program is called like that
# one's. It has the same name, so that paths of the two are equally long: a script can put one in the place of
# the other, in compiled programs, too.
{ pkgs, lib }:

{
  # What it is made of; the script knows its path as `$package`.
  package,
  # Shell code that makes `$out`. jq is there besides what every build has.
  script,
  # Variables of the script, by name.
  variables ? { },
}:

pkgs.runCommand package.name (
  variables
  // {
    nativeBuildInputs = [ pkgs.buildPackages.jq ];
    # Copies files mostly, and is of no use to anybody else.
    preferLocalBuild = true;
    allowSubstitutes = false;
    inherit package;
    passthru = package.passthru or { } // {
      pname = lib.getName package;
      version = lib.getVersion package;
    };
    meta = package.meta or { } // {
      mainProgram = package.meta.mainProgram or (lib.getName package);
      # Other outputs of the given package are not made.
      outputsToInstall = [ "out" ];
    };
  }
) script
