# An option type whose values are checked against a JSON Schema.
#
# Contract: definitions merge exactly as those of `(pkgs.formats.json { }).type`; then the type compares
# the merged value with the schema. The comparison is as lazy as the merge: evaluating a set checks that
# set, and evaluating a child checks the child, so settings may refer to each other. Only unions and lists
# need their whole subtree. The comparison visits only values that the user has set, and the schema itself
# is not evaluated before there is a value to check.
#
# The schema may hold annotations that Nix cannot compute (src/settings/nix-schema.ts writes them):
#
#   x-posixPattern             `pattern` for builtins.match; a pattern without it is not checked
#   x-posixPatternProperties   translations of the keys of `patternProperties`
#   x-secret                   true: a place of a secret; "by-name": so, if its key has the name of a secret;
#                              "inside": the same for every string below the place; "file": the path of a
#                              secret file
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

  # The type of pkgs.formats.json. nixpkgs before 26.11 has it only in `pkgs`.
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

  # The values of the arguments `check` and `checkSecrets`: the treatment of mistakes.
  levels = [
    "error"
    "warn"
    "off"
  ];

  # The functions derived from one schema; each is evaluated when it is needed.
  toolsFor =
    {
      schema,
      checkRequired,
      secretAdvice,
      moved,
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
      inherit
        (makeExplain {
          inherit
            validator
            describe
            secretAdvice
            moved
            ;
        })
        explain
        ;
      inherit (makeDocs { inherit validator describe; }) subOptions;
    };

  # Whether the children of a schema can be checked one by one, each when it is evaluated.
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

  # Whether a schema accepts anything but secrets.
  isOpen = schema: builtins.attrNames schema == [ "x-secret" ] && schema.x-secret == "inside";
in
{
  jsonSchemaType =
    {
      # The JSON Schema, for example from lib.importJSON.
      schema,
      # The version of the program that the schema describes, for messages.
      version ? null,
      # The version of the program that reads the values, which may have no schema of its own; "" if it
      # is not known.
      actualVersion ? version,
      # A sentence with advice, if the versions differ and the value is right for the actual one.
      otherVersionAdvice ? null,
      # The JSON Schema for documentation. Give one that does not depend on the configuration, if `schema`
      # does.
      documentedSchema ? schema,
      # The kind of value, for messages: "is not a valid <name>".
      name ? "value of its JSON Schema",
      # The treatment of a value that does not fit: "error", "warn" or "off".
      check ? "error",
      # The treatment of literal secrets.
      checkSecrets ? "error",
      # A sentence that says what to do instead of writing a secret.
      secretAdvice ? "Name a file that holds it instead.",
      # Sentences about keys that other versions of the schema have, by their dotted paths: said where this one
      # does not know the key.
      moved ? { },
      # Whether null stands for "left out": the type does not compare a key that is null with the schema,
      # because the program that reads the settings never sees it.
      nullIsUnset ? false,
      # Whether required keys have to be there. False for the freeformType of a submodule that declares
      # them as options.
      checkRequired ? true,
    }:
    let
      tools = toolsFor {
        inherit
          schema
          checkRequired
          secretAdvice
          moved
          ;
      };
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

      # Whether the program will see the value that a mistake is about.
      isSet =
        path: value: mistake:
        !nullIsUnset || lib.attrByPath (lib.drop (lib.length path) mistake.path) true value != null;

      # The part of a value that the program will see, for a check of the whole value.
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

          # No advice for a secret, which is a mistake in every version.
          advice =
            mistakes:
            lib.optionalString (
              isOther && otherVersionAdvice != null && lib.any (mistake: mistake.kind != "secret") mistakes
            ) "\n${otherVersionAdvice}";

          # One failure that names all mistakes, whichever of them is evaluated first.
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
        # Without settings nothing can be wrong, and Nix need not read the schema.
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
            inherit checkRequired secretAdvice moved;
            schema = documentedSchema;
          }).subOptions
            documentedSchema
            prefix;
        getSubModules = null;
        substSubModules = _modules: self;
        nestedTypes = { };
        # Several modules may declare one option; types with the same name are equal.
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
      tools = toolsFor {
        inherit schema checkRequired secretAdvice;
        moved = { };
      };
    in
    tools.explain loc (_path: [ ]) (tools.validator.validate schema [ ] value);
}
