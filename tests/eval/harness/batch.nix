# Evaluates many cases in one process, and reports the result of each at once.
#
# A case is an argument of ./default.nix with `select`, a function of its result. Before a case, its name goes
# to standard error after `caseMarker`, and afterwards its value after `resultMarker`; so the caller knows to
# which case the errors in between (reporting-lib.nix) belong. Errors that tryEval cannot
# catch (a missing attribute, a type error in Nix itself) end the process; the caller has the results of the
# earlier cases, and continues after the failed case.
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
