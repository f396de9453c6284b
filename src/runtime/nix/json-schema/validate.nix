# Compares a value with a JSON Schema (draft 7, and `prefixItems` of 2020-12).
#
# Contract: `validate schema path value` returns the list of all mistakes in the value;
# it is empty if the value fits. A mistake is
#
#   { kind, path, schema, value, ... }
#
# with `kind` one of
#   "mismatch"  the schema does not accept the value itself; `candidates` are constants that it would accept
#   "unknown"   the last part of `path` is a key that the schema does not know
#   "missing"   the set at `path` lacks the key `key`
#   "key"       the last part of `path` is a key whose name the schema does not accept
#   "secret"    the value looks like a secret; it fits otherwise
# explain.nix makes the texts, so a value that fits costs little.
#
# The checks are a table by keyword. A keyword that is not in the table is an error, because it might
# be a restriction.
{ lib, json }:
{
  # The whole schema, to which references point.
  root,
  # Whether a missing key is a mistake.
  checkRequired,
}:
let
  inherit (builtins)
    all
    any
    attrNames
    concatMap
    elem
    filter
    head
    isAttrs
    isBool
    isList
    isString
    length
    ;
  inherit (json)
    isInteger
    isNumber
    isObject
    isText
    scalarOf
    textOf
    ;

  probablyMeant = import ./probably-meant.nix { inherit lib; };
  looksSecret = import ./looks-secret.nix { inherit lib; };

  resolve =
    reference:
    let
      parts = builtins.match "#/([$]defs|definitions)/(.+)" reference;
      name = lib.last parts;
      # JSON Pointer escapes: https://www.rfc-editor.org/rfc/rfc6901#section-3
      unescaped = builtins.replaceStrings [ "~1" "~0" ] [ "/" "~" ] name;
    in
    if reference == "#" then
      root
    else if parts == null then
      throw "JSON Schema: the reference ${reference} does not point to a definition"
    else
      root.${head parts}.${unescaped} or (throw "JSON Schema: the reference ${reference} leads nowhere");

  # Replaces a schema that is only a reference by its target.
  dereference =
    schema:
    if isAttrs schema && attrNames schema == [ "$ref" ] then
      dereference (resolve schema."$ref")
    else
      schema;

  mismatch = schema: path: value: {
    kind = "mismatch";
    candidates = constants schema;
    inherit schema path value;
  };

  # The constants that a schema accepts, if it accepts nothing else of their type.
  constants =
    schema:
    if !isAttrs schema then
      [ ]
    else if schema ? "$ref" then
      constants (resolve schema."$ref")
    else if schema ? const then
      [ schema.const ]
    else
      schema.enum or (concatMap constants (schema.anyOf or schema.oneOf or [ ]));

  # The mistakes of the first alternative that fits, or else of the one that the user probably meant. In the
  # second case, a secret in any alternative counts, because the user may have meant that one.
  fitting =
    schema: path: value: results:
    let
      fit = lib.findFirst fits null results;
      meant = probablyMeant path results;
      secrets = filter (mistake: mistake.kind == "secret") (lib.concatLists results);
    in
    if fit != null then
      fit
    else if meant == null then
      [ (mismatch schema path value) ] ++ secrets
    else
      meant ++ secrets;

  # A value fits in spite of a secret.
  fits = all (mistake: mistake.kind == "secret");

  typeChecks = {
    string = isText;
    integer = isInteger;
    number = isNumber;
    boolean = isBool;
    null = value: value == null;
    object = isObject;
    array = isList;
  };

  hasType =
    type: value:
    if isString type then typeChecks.${type} value else any (each: typeChecks.${each} value) type;

  # Builds a check of the value alone: `accepts argument value`, for values of the kind `isMeant`.
  scalar =
    isMeant: accepts: keyword: _child: schema: path: value:
    if isMeant value && !accepts schema.${keyword} value then [ (mismatch schema path value) ] else [ ];

  forText = accepts: scalar isText (argument: value: accepts argument (textOf value));
  forNumber = scalar isNumber;
  forList = scalar isList;
  forObject = scalar isObject;

  # A keyword for people, or one that another keyword's check reads.
  annotation =
    _keyword: _child: _schema: _path: _value:
    [ ];

  # The keys that neither `properties` nor `patternProperties` covers.
  otherKeys =
    schema: value:
    let
      rest = attrNames (removeAttrs value (attrNames (schema.properties or { })));
      patterns = attrNames (schema.patternProperties or { });
      translations = schema.x-posixPatternProperties or { };
      # A pattern without a translation may match any key.
      belongs =
        key:
        any (pattern: !(translations ? ${pattern}) || json.matches translations.${pattern} key) patterns;
    in
    if patterns == [ ] then rest else filter (key: !belongs key) rest;

  validateItems =
    child: schemas: rest: path: value:
    lib.concatLists (
      lib.imap0 (
        index: item:
        child (if index < length schemas then builtins.elemAt schemas index else rest) (
          path ++ [ index ]
        ) item
      ) value
    );

  # Whether a text names a file in the store. A Nix path does, because Nix would copy it there.
  isInStore = value: isText value && lib.hasPrefix "${builtins.storeDir}/" (textOf value);

  # Literal secrets at a marked place, or anywhere inside it.
  secretsIn =
    schema: path: value:
    let
      mark = schema.x-secret;
      inside = mark == "inside";
    in
    if mark == "file" then
      lib.optional (isInStore value) {
        kind = "secret";
        inherit schema path value;
      }
    else if isString value then
      lib.optional (looksSecret mark path value) {
        kind = "secret";
        inherit schema path value;
      }
    else if inside && isObject value then
      concatMap (key: secretsIn schema (path ++ [ key ]) value.${key}) (attrNames value)
    else if inside && isList value then
      lib.concatLists (lib.imap0 (index: secretsIn schema (path ++ [ index ])) value)
    else
      [ ];

  checks = {
    type =
      _keyword: _child: schema: path: value:
      if hasType schema.type value then [ ] else [ (mismatch schema path value) ];

    enum = scalar (_: true) (values: value: elem (scalarOf value) values);
    const = scalar (_: true) (constant: value: scalarOf value == constant);

    minLength = forText json.hasAtLeast;
    maxLength = forText json.hasAtMost;
    # A `pattern` without a translation is not checked.
    x-posixPattern = forText json.matches;
    pattern = annotation;

    minimum = forNumber (bound: value: value >= bound);
    maximum = forNumber (bound: value: value <= bound);
    exclusiveMinimum = forNumber (bound: value: value > bound);
    exclusiveMaximum = forNumber (bound: value: value < bound);
    multipleOf = forNumber (divisor: value: isInteger (value / (divisor * 1.0)));

    minItems = forList (count: value: length value >= count);
    maxItems = forList (count: value: length value <= count);
    uniqueItems = forList (isUnique: value: !isUnique || length (lib.unique value) == length value);
    contains =
      _keyword: _child: schema: path: value:
      if isList value && !any (item: fits (validate schema.contains path item)) value then
        [ (mismatch schema path value) ]
      else
        [ ];
    items =
      _keyword: child: schema: path: value:
      if !isList value then
        [ ]
      else if isList schema.items then
        validateItems child schema.items (schema.additionalItems or true) path value
      else
        validateItems child (map (_: true) (schema.prefixItems or [ ])) schema.items path value;
    prefixItems =
      _keyword: child: schema: path: value:
      if isList value then validateItems child schema.prefixItems true path value else [ ];
    additionalItems = annotation;

    minProperties = forObject (count: value: length (attrNames value) >= count);
    maxProperties = forObject (count: value: length (attrNames value) <= count);
    required =
      _keyword: _child: schema: path: value:
      if !checkRequired || !isObject value then
        [ ]
      else
        map (key: {
          kind = "missing";
          inherit
            key
            schema
            path
            value
            ;
        }) (filter (key: !value ? ${key}) schema.required);
    properties =
      _keyword: child: schema: path: value:
      if !isObject value then
        [ ]
      else
        concatMap (key: child schema.properties.${key} (path ++ [ key ]) value.${key}) (
          attrNames (builtins.intersectAttrs value schema.properties)
        );
    patternProperties =
      _keyword: child: schema: path: value:
      if !isObject value then
        [ ]
      else
        concatMap (
          pattern:
          concatMap (key: child schema.patternProperties.${pattern} (path ++ [ key ]) value.${key}) (
            filter (json.matches schema.x-posixPatternProperties.${pattern}) (attrNames value)
          )
        ) (attrNames (schema.x-posixPatternProperties or { }));
    x-posixPatternProperties = annotation;
    additionalProperties =
      _keyword: child: schema: path: value:
      if !isObject value || schema.additionalProperties == true then
        [ ]
      else if schema.additionalProperties == false then
        map (key: {
          kind = "unknown";
          path = path ++ [ key ];
          value = value.${key};
          inherit schema;
        }) (otherKeys schema value)
      else
        concatMap (key: child schema.additionalProperties (path ++ [ key ]) value.${key}) (
          otherKeys schema value
        );
    propertyNames =
      _keyword: _child: schema: path: value:
      if !isObject value then
        [ ]
      else
        concatMap (
          key:
          map (mistake: mistake // { kind = "key"; }) (validate schema.propertyNames (path ++ [ key ]) key)
        ) (attrNames value);

    allOf =
      _keyword: _child: schema: path: value:
      concatMap (branch: validate branch path value) schema.allOf;
    anyOf =
      _keyword: _child: schema: path: value:
      fitting schema path value (map (branch: validate branch path value) schema.anyOf);
    oneOf =
      _keyword: _child: schema: path: value:
      let
        results = map (branch: validate branch path value) schema.oneOf;
      in
      if length (filter fits results) > 1 then
        [ (mismatch schema path value // { note = "more than one of the alternatives fits"; }) ]
      else
        fitting schema path value results;
    not =
      _keyword: _child: schema: path: value:
      if fits (validate schema.not path value) then
        [ (mismatch schema path value // { note = "this combination is not allowed"; }) ]
      else
        [ ];
    "if" =
      _keyword: _child: schema: path: value:
      if fits (validate schema."if" path value) then
        validate (schema."then" or true) path value
      else
        validate (schema."else" or true) path value;
    "then" = annotation;
    "else" = annotation;
    "$ref" =
      _keyword: child: schema: path: value:
      child (resolve schema."$ref") path value;

    x-secret =
      _keyword: _child: schema: path: value:
      secretsIn schema path value;

    "$comment" = annotation;
    "$defs" = annotation;
    "$id" = annotation;
    "$schema" = annotation;
    default = annotation;
    definitions = annotation;
    deprecated = annotation;
    description = annotation;
    examples = annotation;
    # Validators know different formats, so only the program itself checks them.
    format = annotation;
    readOnly = annotation;
    title = annotation;
    writeOnly = annotation;
    x-keywords = annotation;
  };

  # `child` checks keys and items: `validate`, or a function that checks nothing, for one level only.
  visit =
    child: schema: path: value:
    if isAttrs schema then
      # When the type is wrong, the other keywords have nothing to add.
      if schema ? type && !hasType schema.type value then
        [ (mismatch schema path value) ]
      else
        concatMap (keyword: (checks.${keyword} or unknownKeyword) keyword child schema path value) (
          attrNames schema
        )
    else if schema then
      [ ]
    else
      [ (mismatch schema path value) ];

  unknownKeyword =
    keyword: throw "JSON Schema: the keyword `${keyword}` is not supported by lib.jsonSchemaType";

  validate = visit validate;
in
{
  inherit
    dereference
    resolve
    validate
    ;

  # One level only: the value itself and the names of its keys.
  validateHere = visit (
    _schema: _path: _value:
    [ ]
  );

  knownKeywords = checks;
}
