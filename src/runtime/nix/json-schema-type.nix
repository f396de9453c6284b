# An option type whose values are checked against a JSON Schema.
#
# Contract: definitions merge exactly as those of `(pkgs.formats.json { }).type`; then the merged
# value is compared with the schema. The comparison is as lazy as the merge: a set is checked when
# it is looked at, its children when they are, so that settings may refer to each other; only at
# unions and lists is a whole subtree looked at. What the user did not set is not walked, and the
# schema itself is not evaluated before there is a value to check.
#
# The schema may hold annotations that Nix cannot compute (src/settings/nix-schema.ts writes them):
#
#   x-posixPattern             `pattern` for builtins.match; a pattern without it is not checked
#   x-posixPatternProperties   the same for the keys of `patternProperties`
#   x-secret                   a place of secrets; "by-name", "inside": only under keys named so;
#                              "file": the path of one
#   x-keywords                 at the root: all keywords that occur in the schema
{ lib }:
let
  json = import ./json-schema/json-value.nix { inherit lib; };
  definitions = import ./json-schema/definitions.nix { inherit lib; };
  makeValidator = import ./json-schema/validate.nix { inherit lib json; };
  makeDescribe = import ./json-schema/describe.nix { inherit lib json; };
  makeExplain = import ./json-schema/explain.nix { inherit lib json; };
  makeDocs = import ./json-schema/docs.nix { inherit lib; };
  unknownKeywords = import ./json-schema/keywords.nix { inherit lib; };

  # The type of pkgs.formats.json; in nixpkgs before 26.11 it cannot be had without `pkgs`.
  formatType =
    lib.types.json or (
      let
        valueType =
          lib.types.nullOr (
            lib.types.oneOf [
              lib.types.bool
              lib.types.int
              lib.types.float
              lib.types.str
              lib.types.path
              (lib.types.attrsOf valueType)
              (lib.types.listOf valueType)
            ]
          )
          // {
            description = "JSON value";
          };
      in
      valueType
    );

  # How serious a mistake is; the values of the options `check` and `checkSecrets`.
  levels = [
    "error"
    "warn"
    "off"
  ];

  # All that is derived from one schema, each part when it is needed.
  toolsFor =
    {
      schema,
      checkRequired,
      secretAdvice,
    }:
    let
      validator = makeValidator {
        inherit checkRequired;
        root = schema;
      };
      describe = makeDescribe { inherit (validator) resolve; };
      unknown = unknownKeywords validator.knownKeywords schema;
    in
    {
      validator =
        if unknown == [ ] then
          validator
        else
          throw "JSON Schema: keywords that lib.jsonSchemaType does not support: ${lib.concatStringsSep ", " unknown}";
      inherit (makeExplain { inherit validator describe secretAdvice; }) explain;
      inherit (makeDocs { inherit validator describe; }) subOptions;
    };

  # Schemas whose children can be checked one by one, each when it is looked at.
  isPlainObject =
    schema:
    schema.type or null == "object"
    && !(
      schema ? allOf
      || schema ? anyOf
      || schema ? oneOf
      || schema ? not
      || schema ? "if"
      || schema ? "$ref"
      || schema ? const
      || schema ? enum
      || schema ? patternProperties
    );

  # A place that accepts anything; only secrets are looked for.
  isOpen = schema: builtins.attrNames schema == [ "x-secret" ] && schema.x-secret == "inside";
in
{
  jsonSchemaType =
    {
      # The JSON Schema, for example from lib.importJSON.
      schema,
      # The version of what the schema describes, for messages.
      version ? null,
      # The version of what reads the values, which may lie between those with schemas; "" where it
      # is not known.
      actualVersion ? version,
      # What to do where the versions differ and the value is right for the actual one, as a sentence.
      otherVersionAdvice ? null,
      # The JSON Schema to make documentation from: where `schema` depends on what is configured, one
      # that does not.
      documentedSchema ? schema,
      # What the values are, for messages: "is not a valid <name>".
      name ? "value of its JSON Schema",
      # What happens when a value does not fit: "error", "warn" or "off".
      check ? "error",
      # The same for literal secrets.
      checkSecrets ? "error",
      # What to do instead of writing a secret, as a sentence.
      secretAdvice ? "Name a file that holds it instead.",
      # Whether null stands for "left out": a key that is set to null is not compared with the schema,
      # because the program that reads the settings never sees it.
      nullIsUnset ? false,
      # false where required keys are defined elsewhere: as the freeformType of a submodule that
      # declares them as options.
      checkRequired ? true,
    }:
    let
      tools = toolsFor { inherit schema checkRequired secretAdvice; };
      inherit (tools.validator) dereference validate validateHere;

      levelOf =
        mistake:
        let
          level = if mistake.kind == "secret" then checkSecrets else check;
        in
        if builtins.elem level levels then
          level
        else
          throw "lib.jsonSchemaType: `check` and `checkSecrets` are one of ${lib.concatStringsSep ", " levels}, not ${builtins.toJSON level}";

      # Whether a mistake is about something the program will see.
      isSet =
        path: value: mistake:
        !nullIsUnset || lib.attrByPath (lib.drop (lib.length path) mistake.path) true value != null;

      # What the program will see of a value that is looked at as a whole.
      withoutUnset =
        value:
        if nullIsUnset && json.isObject value then
          builtins.mapAttrs (_: withoutUnset) (lib.filterAttrs (_: child: child != null) value)
        else
          value;

      ofLevel = level: builtins.filter (mistake: levelOf mistake == level);

      checked =
        loc: defs: merged:
        let
          message =
            mistakes:
            lib.concatMapStrings (text: "\n- ${text}") (
              tools.explain loc (path: definitions.filesAt path defs) mistakes
            );
          here = lib.showOption loc;
          isOther = actualVersion != version && actualVersion != "";
          nearest = if lib.versionOlder version actualVersion then "the nearest older" else "the oldest";
          asOf = lib.optionalString (version != null) (
            if isOther then
              " (as of ${version}, ${nearest} release with a stored schema; the package is ${actualVersion})"
            else
              " (as of ${version})"
          );

          # A secret is a mistake in every version.
          advice =
            mistakes:
            lib.optionalString (
              isOther && otherVersionAdvice != null && lib.any (mistake: mistake.kind != "secret") mistakes
            ) "\n${otherVersionAdvice}";

          # Made once however many places are wrong; names all of them.
          failure =
            let
              mistakes = ofLevel "error" (validate schema [ ] (withoutUnset merged));
            in
            throw "The option `${here}` is not a valid ${name}${asOf}:${message mistakes}${advice mistakes}";

          report =
            mistakes: value:
            if mistakes == [ ] then
              value
            else if ofLevel "error" mistakes != [ ] then
              failure
            else if ofLevel "warn" mistakes != [ ] then
              lib.warn "The option `${here}` is not a valid ${name}${asOf}:${message (ofLevel "warn" mistakes)}" value
            else
              value;

          guard =
            schema: path: value:
            let
              plain = dereference schema;
            in
            if value == null && nullIsUnset && path != [ ] then
              value
            else if builtins.isAttrs plain && isPlainObject plain && json.isObject value then
              report (builtins.filter (isSet path value) (validateHere plain path value)) (
                builtins.mapAttrs (
                  key: guard (plain.properties.${key} or plain.additionalProperties or true) (path ++ [ key ])
                ) value
              )
            else if builtins.isAttrs plain && isOpen plain && json.isObject value then
              builtins.mapAttrs (key: guard plain (path ++ [ key ])) value
            else
              report (validate plain path (withoutUnset value)) value;
        in
        # Nothing is set, so nothing can be wrong: the schema is not even read.
        if merged == { } then merged else guard schema [ ] merged;

      self = formatType // {
        name = "jsonSchema";
        description = name;
        descriptionClass = "noun";
        merge =
          loc: defs:
          let
            merged = formatType.merge loc defs;
          in
          if check == "off" && checkSecrets == "off" then merged else checked loc defs merged;
        getSubOptions =
          prefix:
          (toolsFor {
            inherit checkRequired secretAdvice;
            schema = documentedSchema;
          }).subOptions
            documentedSchema
            prefix;
        getSubModules = null;
        substSubModules = _modules: self;
        nestedTypes = { };
        # Declarations of one option in several modules: those of the same name are the same type.
        functor = {
          name = "jsonSchema";
          type = _payload: self;
          payload = { inherit name; };
          binOp = ours: theirs: if ours == theirs then ours else null;
        };
        typeMerge = lib.types.defaultTypeMerge self.functor;
      };
    in
    self;

  # The mistakes of a value as texts, for `warnings` and `assertions` of a module.
  jsonSchemaMistakes =
    {
      schema,
      value,
      loc ? [ ],
      checkRequired ? true,
      secretAdvice ? "",
    }:
    let
      tools = toolsFor { inherit schema checkRequired secretAdvice; };
    in
    tools.explain loc (_path: [ ]) (tools.validator.validate schema [ ] value);
}
