# Chooses, among the alternatives of a union of which none fits, the one whose mistakes to report.
#
# Contract: given the path of the value and the mistakes of each alternative, the mistakes of the
# alternative that somebody probably meant; null when the value is none of them at all, so that
# only the union as a whole can be named.
{ lib }:
let
  inherit (builtins)
    all
    any
    concatMap
    filter
    head
    length
    ;

  isMismatchAt = depth: mistake: mistake.kind == "mismatch" && length mistake.path == depth;

  fewest =
    results:
    lib.foldl' (
      best: result: if length result < length best then result else best
    ) (head results) results;
in
path: results:
let
  # Alternatives for this kind of value: those that have nothing against the value as such.
  near = filter (result: !any (isMismatchAt (length path)) result) results;

  # A constant that differs in a key, as in `{ source = "env"; … }`, means another alternative.
  tagsOf = filter (mistake: isMismatchAt (length path + 1) mistake && mistake.candidates != [ ]);
  sameTag = filter (result: tagsOf result == [ ]) near;
  tags = concatMap tagsOf near;
  tag = head tags;
  candidates = lib.unique (concatMap (mistake: mistake.candidates) tags);
in
if near == [ ] then
  null
else if sameTag != [ ] then
  fewest sameTag
else if all (mistake: mistake.path == tag.path) tags then
  # The tag itself is wrong: it may have the constant of any alternative.
  [
    (
      tag
      // {
        inherit candidates;
        schema.enum = candidates;
      }
    )
  ]
else
  fewest near
