# Evaluates many cases in one process, and says of each what became of it as soon as that is known.
#
# A case is an argument of ./default.nix, and `select`: what to take from its result. Before a case
# its name is written to standard error behind `caseMarker`, and behind `resultMarker` its value; so
# the errors reported in between (reporting-lib.nix) can be given to it. Errors that tryEval cannot
# catch (a missing attribute, a type error in Nix itself) end the process; the cases before are done
# by then, and the caller goes on behind the case that it was.
{
  caseMarker,
  resultMarker,
  errorMarker,
  cases,
}:
let
  evaluate = import ./. { inherit errorMarker; };
  outcome =
    name: case:
    let
      value = case.select (evaluate (removeAttrs case [ "select" ]));
      attempt = builtins.tryEval (builtins.toJSON value);
    in
    builtins.trace "${caseMarker} ${builtins.toJSON name}" (
      if attempt.success then builtins.trace "${resultMarker} ${attempt.value}" true else false
    );
in
builtins.mapAttrs outcome cases
