# Decides whether a string at a place of secrets is a literal secret.
#
# Contract: true for a string that would put a secret into the Nix store; false for references to environment
# variables (`\${NAME}`, `$NAME`), for strings that are too short to be secrets, and for placeholders, which
# servers of local models want for a key that they do not check. `mark` is the annotation `x-secret`:
# unless it is true, the last part of the path has to name a secret.
{ lib }:
let
  shortest = 8;

  isReference = builtins.match ".*[$][{][A-Z_][A-Z0-9_]*[}].*|[$][A-Z_][A-Z0-9_]*";

  # Names of secrets, by the mark: HTTP headers and the like, and names that people give to secrets.
  namesSecret = {
    by-name = builtins.match ".*(auth|cookie|credential|key|passw|secret|token).*";
    inside = builtins.match ".*(token|secret|passw(or)?d|passphrase|api-?key|[-_]key|(access|private|secret)key|authorization)";
  };

  namesApiKey = builtins.match ".*api[-_]?key";

  # Words that are plainly no keys (`ollama-local`, `lmstudio`, `not-needed`), and names of environment
  # variables.
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
