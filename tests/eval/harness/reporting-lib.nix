# nixpkgs' lib, in which the module system prints an error before it throws it.
#
# builtins.tryEval tells that an evaluation failed, but not why. A process that evaluates many cases
# must go on after a failing one, and tests of rejected values must see the message. So every
# `throw` in the files that check modules, options and types first writes its message to standard error,
# as one line of JSON after a marker (tests/support/evaluate.ts reads it).
{ nixpkgs, marker }:
let
  reportingThrow = message: builtins.trace "${marker} ${builtins.toJSON message}" (throw message);
  importReporting =
    file: builtins.scopedImport { throw = reportingThrow; } (nixpkgs + "/lib/${file}");
in
(import (nixpkgs + "/lib")).extend (
  final: _prev: {
    modules = importReporting "modules.nix" { lib = final; };
    options = importReporting "options.nix" { lib = final; };
    types = importReporting "types.nix" { lib = final; };
  }
)
