# A program's configuration file, checked at build time by the program itself.
#
# Contract: returns the rendered JSON file of `settings`. If the packaged program refuses it, the build fails with
# the output of `script`; so a mistake stops the switch to a configuration and not the service.
# The script must not demand things that a build lacks: directories that do not exist yet, secrets.
#
# The script has no network, and writes nothing outside the build directory. If the program
# cannot run on the building machine (cross compilation), nothing checks the file.
{ pkgs, lib }:

{
  # The file's name in the store.
  name,
  # The configuration, any JSON value.
  settings,
  # The program, which the script knows as `$program`.
  package,
  # Shell code that asks the program about the file `$rendered`, and fails if the program refuses it. jq
  # and the coreutils are on the PATH.
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
        # Cheap to build, and useless to anybody else.
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
