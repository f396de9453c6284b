# Chooses the alternative of a union whose mistakes to report, if none fits.
#
# Contract: takes the path of the value and the mistakes of each alternative; returns the mistakes of the
# alternative that the user probably meant. Null if the value resembles none of them: then a message can
# only describe the whole union.
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
  # The alternatives for this kind of value: they have no mismatch for the value itself.
  near = filter (result: !any (isMismatchAt (length path)) result) results;

  # If a key needs another constant, as in `{ source = "env"; … }`, the user meant another alternative.
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
  # The tag itself is wrong: it should have the constant of one of the alternatives.
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
