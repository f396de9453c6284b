# Makes the text of mistakes: the place, the expected and the received value, and a suggestion.
#
# Contract: `explain` returns one paragraph per mistake. It is slow (it measures distances between
# words, and searches the schema for misplaced keys) and runs only for a wrong value.
{ lib, json }:
{
  validator,
  describe,
  secretAdvice,
  moved,
}:
let
  inherit (lib) concatStringsSep optional;
  inherit (validator) dereference;

  # A key far below the unknown one is no good suggestion.
  searchDepth = 2;
  maxKeys = 30;

  # An option path as people write it; items of lists by their position.
  showPath =
    path:
    let
      step =
        text: part:
        if builtins.isInt part then
          "${text}[${toString part}]"
        else if text == "" then
          lib.showOption [ part ]
        else
          "${text}.${lib.showOption [ part ]}";
    in
    lib.foldl' step "" path;

  # The candidate that is most similar to `word`, if one is similar enough.
  nearest =
    word: candidates:
    let
      distance = candidate: lib.strings.levenshtein (lib.toLower word) (lib.toLower candidate);
      longest = candidate: lib.max (builtins.stringLength word) (builtins.stringLength candidate);
      close = builtins.filter (candidate: 2 * distance candidate <= longest candidate) candidates;
    in
    if close == [ ] then null else lib.head (lib.sortOn distance close);

  branches =
    schema:
    let
      plain = dereference schema;
    in
    if !builtins.isAttrs plain then
      [ ]
    else if plain ? anyOf || plain ? oneOf then
      lib.concatMap branches (plain.anyOf or plain.oneOf)
    else
      [ plain ];

  propertiesOf =
    schema: lib.foldl' (all: branch: all // (branch.properties or { })) { } (branches schema);

  # Places below this one at which the schema knows the key: `window.size` for `size`.
  elsewhere =
    depth: key: schema:
    let
      properties = propertiesOf schema;
      below = lib.concatLists (
        lib.mapAttrsToList (
          name: child: map (path: [ name ] ++ path) (elsewhere (depth - 1) key child)
        ) properties
      );
    in
    if properties ? ${key} then
      [ [ key ] ]
    else if depth == 0 then
      [ ]
    else
      lib.sortOn builtins.length below;

  unknownKey =
    mistake:
    let
      key = lib.last mistake.path;
      keys = builtins.attrNames (mistake.schema.properties or { });
      near = nearest key keys;
      others = elsewhere searchDepth key mistake.schema;
      place = concatStringsSep "." (map toString mistake.path);
    in
    [ "unknown key." ]
    ++ (
      if moved ? ${place} then
        [ moved.${place} ]
      else if near != null then
        [ "Did you mean `${near}`?" ]
      else if others != [ ] then
        [ "Did you mean `${showPath (lib.head others)}`?" ]
      else if keys == [ ] then
        [ "No keys are known here." ]
      else
        [
          "Known keys: ${concatStringsSep ", " (lib.take maxKeys keys)}${
            lib.optionalString (builtins.length keys > maxKeys) ", …"
          }."
        ]
    );

  # Whether a number or a truth value was written as a string.
  quoted =
    { schema, value, ... }:
    let
      isNumber = builtins.match "-?[0-9]+([.][0-9]+)?" (json.textOf value) != null;
      isBool = value == "true" || value == "false";
      meant = builtins.fromJSON value;
    in
    builtins.isString value && (isNumber || isBool) && validator.validate schema [ ] meant == [ ];

  mismatch =
    mistake:
    let
      texts = map describe.show (builtins.filter builtins.isString mistake.candidates);
      near =
        if json.isText mistake.value then
          nearest (describe.show (json.textOf mistake.value)) texts
        else
          null;
    in
    [
      "expected ${describe.describe mistake.schema}, received ${describe.received mistake.value}${
        lib.optionalString (mistake ? note) " (${mistake.note})"
      }."
    ]
    ++ optional (near != null) "Did you mean ${near}?"
    ++ optional (quoted mistake) "Write it without the quotes.";

  sentences = {
    inherit mismatch;
    unknown = unknownKey;
    missing = mistake: [
      "the key `${mistake.key}` is required (${
        describe.describe (mistake.schema.properties.${mistake.key} or true)
      })."
    ];
    key = mistake: [
      "expected a key that is ${describe.describe mistake.schema}, received ${describe.received (lib.last mistake.path)}."
    ];
    # The message must not repeat the value.
    secret =
      mistake:
      if mistake.schema.x-secret == "file" then
        [
          "this file holds a secret, and in the Nix store everybody could read it."
          "Write the path of a file that is elsewhere, as a string in quotes."
        ]
      else
        [
          "this is a secret and would be readable by everybody who can read the Nix store."
          secretAdvice
        ];
  };
in
{
  # `filesOf` returns the files that define the value at a path.
  explain =
    loc: filesOf: mistakes:
    let
      paragraph =
        mistake:
        let
          files = filesOf mistake.path;
        in
        "${showPath (loc ++ mistake.path)}: ${concatStringsSep " " (sentences.${mistake.kind} mistake)}"
        + lib.optionalString (files != [ ]) "\n    defined in ${concatStringsSep ", " files}";
    in
    lib.unique (map paragraph (lib.sortOn (mistake: showPath mistake.path) mistakes));
}
