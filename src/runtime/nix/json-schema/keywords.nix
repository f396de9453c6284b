# Finds the keywords of a schema that a validator does not know: an overlooked keyword would be a
# constraint that is silently lost.
#
# Contract: `unknownKeywords known schema` is complete. It believes a schema that lists its keywords under
# `x-keywords`, because reading a large schema costs more than checking a value; the
# validator still fails at every unknown keyword that it meets.
{ lib }:
known: root:
let
  listed = keywords: builtins.filter (keyword: !known ? ${keyword}) keywords;

  # The keywords that contain schemas: in a set, in a list, or directly.
  ofMaps = [
    "$defs"
    "definitions"
    "patternProperties"
    "properties"
  ];
  ofLists = [
    "allOf"
    "anyOf"
    "items"
    "oneOf"
    "prefixItems"
  ];
  ofSchemas = [
    "additionalItems"
    "additionalProperties"
    "contains"
    "else"
    "if"
    "items"
    "not"
    "propertyNames"
    "then"
  ];

  children =
    schema:
    lib.concatMap (keyword: builtins.attrValues (schema.${keyword} or { })) ofMaps
    ++ lib.concatMap (
      keyword:
      let
        value = schema.${keyword} or [ ];
      in
      lib.optionals (builtins.isList value) value
    ) ofLists
    ++ lib.concatMap (keyword: lib.optional (schema ? ${keyword}) schema.${keyword}) ofSchemas;

  walk =
    schema:
    lib.optionals (builtins.isAttrs schema) (
      listed (builtins.attrNames schema) ++ lib.concatMap walk (children schema)
    );
in
if builtins.isAttrs root && root ? x-keywords then
  listed root.x-keywords
else
  lib.unique (walk root)
