# The options that a schema describes, for documentation and editors.
#
# Contract: returns a lazy tree: Nix evaluates only the sub-options that somebody looks at. A schema that
# contains itself is unfolded once.
{ lib }:
{ validator, describe }:
let
  docType =
    name: open: schema:
    lib.mkOptionType {
      inherit name;
      description = describe.describe schema;
      descriptionClass = "conjunction";
      getSubOptions = subOptions open schema;
    };

  # An attribute set like an option that the module system has evaluated, without definitions.
  docOption =
    open: loc: schema:
    {
      _type = "option";
      inherit loc;
      name = lib.showOption loc;
      description = schema.description or schema.title or (describeKey loc);
      type = docType "jsonSchema" open schema;
      declarations = [ ];
      declarationPositions = [ ];
      definitions = [ ];
      definitionsWithLocations = [ ];
      files = [ ];
      isDefined = false;
      internal = false;
      readOnly = false;
      visible = true;
    }
    // lib.optionalAttrs (schema ? default) {
      defaultText = lib.literalExpression (lib.generators.toPretty { multiline = false; } schema.default);
    };

  describeKey =
    loc:
    if lib.last loc == "<name>" && builtins.length loc > 1 then
      "Any key of `${lib.last (lib.init loc)}`."
    else
      "The setting `${lib.last loc}`.";

  # `open`: the references that lead to this schema.
  subOptions =
    open: schema: prefix:
    if !builtins.isAttrs schema then
      { }
    else if schema ? "$ref" then
      if builtins.elem schema."$ref" open then
        { }
      else
        subOptions (open ++ [ schema."$ref" ]) (validator.resolve schema."$ref") prefix
    else
      lib.foldl' (all: branch: subOptions open branch prefix // all) { } (
        schema.anyOf or [ ] ++ schema.oneOf or [ ] ++ schema.allOf or [ ]
      )
      // lib.optionalAttrs (builtins.isAttrs (schema.items or null)) (
        subOptions open schema.items (prefix ++ [ "*" ])
      )
      // placeholder open (schema.additionalProperties or false) prefix
      // lib.mapAttrs (key: child: docOption open (prefix ++ [ key ]) (annotated child)) (
        schema.properties or { }
      );

  # A placeholder for any key, like the module system's for attrsOf.
  placeholder =
    open: schema: prefix:
    lib.optionalAttrs (builtins.isAttrs schema && removeAttrs schema [ "x-secret" ] != { }) {
      "<name>" = docOption open (prefix ++ [ "<name>" ]) schema;
    };

  annotated = schema: if builtins.isAttrs schema then schema else { };
in
{
  subOptions = subOptions [ ];
}
