# Describes in words the values that a schema accepts, and a value.
#
# Contract: returns phrases that fit after "expected" and "received". They are built only for messages and
# documentation, so they may be slow. They follow references only a few levels deep, because a
# schema can contain itself.
{ lib, json }:
{ resolve }:
let
  maxDepth = 5;
  maxShown = 12;
  maxLength = 60;

  inherit (lib) concatStringsSep optional;

  shorten =
    text: if builtins.stringLength text > maxLength then "${json.truncate maxLength text}…" else text;

  # A value as JSON, in one short line.
  show = value: shorten (builtins.unsafeDiscardStringContext (builtins.toJSON value));

  alternatives =
    phrases:
    let
      different = lib.unique phrases;
      shown = lib.take maxShown different;
      rest = builtins.length different - maxShown;
    in
    if rest > 0 then
      "${concatStringsSep ", " shown} or one of ${toString rest} more"
    else if builtins.length shown < 2 then
      concatStringsSep "" shown
    else
      "${concatStringsSep ", " (lib.init shown)} or ${lib.last shown}";

  bounds =
    {
      atLeast ? null,
      above ? null,
      atMost ? null,
      below ? null,
    }:
    if atLeast != null && atMost != null && above == null && below == null then
      [ "from ${atLeast} to ${atMost}" ]
    else
      let
        phrases =
          optional (atLeast != null) "of at least ${atLeast}"
          ++ optional (above != null) "greater than ${above}"
          ++ optional (atMost != null) "of at most ${atMost}"
          ++ optional (below != null) "less than ${below}";
      in
      optional (phrases != [ ]) (concatStringsSep " and " phrases);

  units = unit: number: "${toString number} ${unit}${if number == 1 then "" else "s"}";

  count =
    unit: minimum: maximum:
    if minimum != null && minimum == maximum then
      [ "with ${units unit minimum}" ]
    else if minimum != null && minimum > 0 && maximum != null then
      [ "with ${toString minimum} to ${units unit maximum}" ]
    else
      optional (minimum != null && minimum > 0) "with at least ${units unit minimum}"
      ++ optional (maximum != null) "with at most ${units unit maximum}";

  phrase = words: concatStringsSep " " words;

  # Numbers without superfluous zeros: 0.5, not 0.500000.
  number = value: if value == null then null else show value;

  numberBounds =
    schema:
    bounds {
      atLeast = number (schema.minimum or null);
      above = number (schema.exclusiveMinimum or null);
      atMost = number (schema.maximum or null);
      below = number (schema.exclusiveMaximum or null);
    }
    ++ optional (schema ? multipleOf) "that is a multiple of ${number schema.multipleOf}";

  ofType = depth: schema: {
    string = phrase (
      [ "a string" ]
      ++ count "character" (schema.minLength or null) (schema.maxLength or null)
      ++ optional (schema ? pattern) "that matches ${schema.pattern}"
    );
    integer = phrase ([ "an integer" ] ++ numberBounds schema);
    number = phrase ([ "a number" ] ++ numberBounds schema);
    boolean = "true or false";
    null = "null";
    object = phrase (
      [ "an attribute set" ] ++ count "key" (schema.minProperties or null) (schema.maxProperties or null)
    );
    array = phrase (
      [ "a list" ]
      ++ optional (builtins.isAttrs (schema.items or null) && schema.items != { }) (
        "of items that are each ${describeTo (depth - 1) schema.items}"
      )
      ++ count "item" (schema.minItems or null) (schema.maxItems or null)
      ++ optional (schema.uniqueItems or false) "without repetitions"
    );
  };

  describeTo =
    depth: schema:
    if builtins.isBool schema then
      if schema then "anything" else "nothing"
    else if depth <= 0 then
      "something else"
    else if schema ? "$ref" then
      describeTo (depth - 1) (resolve schema."$ref")
    else if schema ? const then
      show schema.const
    else if schema ? enum then
      alternatives (map show schema.enum)
    else if schema ? anyOf || schema ? oneOf then
      alternatives (map (describeTo (depth - 1)) (schema.anyOf or schema.oneOf))
    else if schema ? type then
      alternatives (map (type: (ofType depth schema).${type}) (lib.toList schema.type))
    else if schema ? allOf then
      concatStringsSep " and " (lib.unique (map (describeTo (depth - 1)) schema.allOf))
    else if schema ? pattern then
      "a string that matches ${schema.pattern}"
    else
      phrase (
        [ "a value" ]
        ++ optional (schema ? required) "with the keys ${concatStringsSep ", " schema.required}"
        ++ optional (schema ? contains) "with an item that is ${describeTo (depth - 1) schema.contains}"
        ++ optional (schema ? not) "that is not ${describeTo (depth - 1) schema.not}"
      );
in
{
  describe = describeTo maxDepth;

  received =
    value:
    if json.isText value then
      "the string ${show (json.textOf value)}"
    else if json.isNumber value then
      "the number ${show value}"
    else if builtins.isFloat value then
      "a number that JSON cannot say"
    else if builtins.isBool value || value == null then
      show value
    else if builtins.isList value then
      "a list with ${units "item" (builtins.length value)}"
    else if builtins.isAttrs value then
      "an attribute set"
    else
      "a ${builtins.typeOf value}";

  inherit show;
}
