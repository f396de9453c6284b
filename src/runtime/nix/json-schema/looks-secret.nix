# Decides whether a string at a place of secrets is a literal secret.
#
# Contract: true for what would put a secret into the Nix store; false for references to environment
# variables (`\${NAME}`, `$NAME`), for what is too short to be one, and for the placeholders that
# servers of local models want for a key they do not check. `mark` is the annotation `x-secret`:
# where it is not true, the last part of the path decides, too.
{ lib }:
let
  shortest = 8;

  isReference = builtins.match ".*[$][{][A-Z_][A-Z0-9_]*[}].*|[$][A-Z_][A-Z0-9_]*";

  # By the mark: HTTP headers and the like, and names that people give to secrets.
  namesSecret = {
    by-name = builtins.match ".*(auth|cookie|credential|key|passw|secret|token).*";
    inside = builtins.match ".*(token|secret|passw(or)?d|passphrase|api-?key|[-_]key|(access|private|secret)key|authorization)";
  };

  namesApiKey = builtins.match ".*api[-_]?key";

  # Words that say themselves that they are no key (`ollama-local`, `lmstudio`, `not-needed`), and
  # names of environment variables.
  isPlaceholder = builtins.match "[a-z0-9]{1,12}-local|local-model|lm-?studio|not-needed|([a-z]{1,12}-)?no-key(-required)?|[A-Z][A-Z0-9]*(_[A-Z0-9]+)*_(API_KEY|API_TOKEN)";
in
mark: path: value:
let
  name = lib.toLower (toString (lib.last path));
in
builtins.stringLength value >= shortest
&& isReference value == null
&& (mark == true || namesSecret.${mark} name != null)
&& !(namesApiKey name != null && isPlaceholder value != null)
