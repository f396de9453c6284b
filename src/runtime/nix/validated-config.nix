# A program's configuration file, checked at build time by the program itself.
#
# Contract: gives the rendered JSON file of `settings`. The build fails, with the validator's own
# message, where the packaged program refuses it; so a mistake stops the switch to a configuration
# and not the service. What cannot be known at build time is not demanded: the validator accepts
# directories that do not exist yet and `${VARIABLE}` references to secrets.
#
# The validator needs no network and writes nothing outside the build directory. Where the built
# program cannot run on the building machine (cross compilation) the file is not checked.
{ pkgs, lib }:

{
  # The file's name in the store.
  name,
  # The configuration, any JSON value.
  settings,
  # The program; its main program is asked with `config validate --json`.
  package,
  # Names of the variables through which this generation of the program learns where its
  # configuration and its state are: { config = "OPENCLAW_CONFIG_PATH"; state = "OPENCLAW_STATE_DIR"; }
  variables,
  # Further variables, by name.
  environment ? { },
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
      environment
      // {
        nativeBuildInputs = [ pkgs.buildPackages.jq ];
        # Cheap to build, and of no use to anybody else.
        preferLocalBuild = true;
        allowSubstitutes = false;
        inherit rendered;
        validator = lib.getExe package;
        configVariable = variables.config;
        stateVariable = variables.state;
      }
    )
    ''
      mkdir home state
      export HOME="$PWD/home" XDG_CACHE_HOME="$PWD/home/.cache" NO_COLOR=1
      export "$configVariable=$rendered" "$stateVariable=$PWD/state"

      status=0
      timeout 300 "$validator" config validate --json > report 2> messages || status=$?

      if [ "$status" -ne 0 ]; then
        if jq -es 'any(.[]; (.issues // []) != [])' report > /dev/null 2>&1; then
          echo "error: the configuration $name is refused by $validator:" >&2
          jq -r '.issues[] | "  \(.path): \(.message)"' report >&2
        else
          echo "error: $validator config validate failed with code $status:" >&2
          cat report messages >&2
        fi
        exit 1
      fi

      # Variables that hold secrets are set when the service starts, not here.
      jq -r '.warnings // [] | .[] | select(.message | startswith("Missing env var") | not)
        | "warning: \(.path): \(.message)"' report >&2
      cp "$rendered" "$out"
    ''
