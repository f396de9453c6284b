# Evaluates many cases in one process: name -> { ok = true; value = ...; } or { ok = false; }.
#
# A case is an argument of ./default.nix, and `select`: what to take from its result. Before a case
# its name is written to standard error behind `caseMarker`, so that the errors reported after it
# (reporting-lib.nix) can be given back to it. Errors that tryEval cannot catch (a missing
# attribute, a type error in Nix itself) end the process; the caller then runs each case alone.
{
  caseMarker,
  errorMarker,
  cases,
}:
let
  evaluate = import ./. { inherit errorMarker; };
  outcome =
    name: case:
    let
      value = case.select (evaluate (removeAttrs case [ "select" ]));
      attempt = builtins.tryEval (builtins.deepSeq value value);
    in
    builtins.trace "${caseMarker} ${builtins.toJSON name}" (
      if attempt.success then
        {
          ok = true;
          inherit (attempt) value;
        }
      else
        { ok = false; }
    );
in
builtins.mapAttrs outcome cases
