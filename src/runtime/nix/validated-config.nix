# A program's configuration file, checked at build time by the program itself.
#
# Contract: gives the rendered JSON file of `settings`. The build fails, with what `script` says, where
# the packaged program refuses it; so a mistake stops the switch to a configuration and not the service.
# What cannot be known at build time must not be demanded by the script: directories that do not exist
# yet, secrets.
#
# The script has no network, and writes nothing outside the build directory. Where the built program
# cannot run on the building machine (cross compilation) the file is not checked.
{ pkgs, lib }:

{
  # The file's name in the store.
  name,
  # The configuration, any JSON value.
  settings,
  # The program, which the script knows as `$program`.
  package,
  # Shell code that asks the program about the file `$rendered`, and fails where it refuses the file. jq
  # and the coreutils are there.
  script,
  # Variables of the script, by name.
  variables ? { },
}:

let
  rendered = (pkgs.formats.json { }).generate name settings;
  canRun = pkgs.stdenv.buildPlatform.canExecute pkgs.stdenv.hostPlatform;
in
if !canRun then
  rendered
else
  pkgs.runCommand name
    (
      variables
      // {
        nativeBuildInputs = [ pkgs.buildPackages.jq ];
        # Cheap to build, and of no use to anybody else.
        preferLocalBuild = true;
        allowSubstitutes = false;
        inherit rendered;
        program = lib.getExe package;
      }
    )
    ''
      mkdir home
      export HOME="$PWD/home" XDG_CACHE_HOME="$PWD/home/.cache" NO_COLOR=1

      ${script}
      cp "$rendered" "$out"
    ''
