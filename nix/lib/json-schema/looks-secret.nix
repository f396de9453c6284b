# Decides whether a string at a place of secrets is a literal secret.
#
# Contract: true for what would put a secret into the Nix store; false for references to environment
# variables (`\${NAME}`, `$NAME`), and for what is too short to be one. `mark` is the annotation
# `x-secret`: where it is "by-name", as for HTTP headers, the last part of the path decides, too.
{ lib }:
let
  shortest = 8;

  isReference = builtins.match ".*[$][{][A-Z_][A-Z0-9_]*[}].*|[$][A-Z_][A-Z0-9_]*";

  namesSecret = builtins.match ".*(auth|cookie|credential|key|passw|secret|token).*";
in
mark: path: value:
builtins.stringLength value >= shortest
&& isReference value == null
&& (mark != "by-name" || namesSecret (lib.toLower (toString (lib.last path))) != null)
