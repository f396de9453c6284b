# Functions that the generated modules have in common, whatever service they are for.
{ lib, pkgs }:
let
  inherit (lib) types;
in
rec {
  # An attribute set whose names all match a regular expression.
  attrsMatching =
    pattern: element:
    types.addCheck (types.attrsOf element) (
      value: lib.all (name: builtins.match pattern name != null) (lib.attrNames value)
    )
    // {
      description = "attribute set of ${element.description}, with names matching the pattern ${pattern}";
      # The module system rebuilds types that hold submodules, and forgets the check.
      substSubModules = modules: attrsMatching pattern (element.substSubModules modules);
    };

  # Attribute sets that are told apart by the value of one attribute.
  taggedUnion =
    tag: members:
    lib.mkOptionType {
      name = "taggedUnion";
      description = "attribute set whose ${tag} is one of ${lib.concatStringsSep ", " (lib.attrNames members)}";
      check = value: lib.isAttrs value && members ? ${value.${tag} or ""};
      merge = loc: definitions: members.${(lib.head definitions).value.${tag}}.merge loc definitions;
    };

  # The instance `default` goes by the plain name; every other has its own name appended.
  nameFor = base: name: if name == "default" then base else "${base}-${name}";

  # Whether a directory is part of the configuration: a path, or something of the store.
  isSource = source: lib.isPath source || lib.hasPrefix "${builtins.storeDir}/" "${source}";

  # Whether a derivation makes it. To look into it would build it while the configuration is evaluated.
  isBuilt =
    source:
    !lib.isPath source
    && lib.any (origin: origin ? outputs) (lib.attrValues (builtins.getContext "${source}"));

  # Whether a directory of the configuration has a file, as far as that is known.
  hasFile =
    source: file: isBuilt source || isSource source && builtins.pathExists (source + "/${file}");

  # A directory of the configuration. One that a derivation makes is checked when it is built, and
  # has empty files in place of those that may be missing.
  sourceDirectory =
    {
      name,
      required,
      optional,
    }:
    source:
    if !isBuilt source then
      source
    else
      pkgs.runCommandLocal name { inherit source required optional; } ''
        for file in $required; do
          if [ ! -f "$source/$file" ]; then
            echo "$name: $file is missing in $source" >&2
            exit 1
          fi
        done
        mkdir "$out"
        for file in $required $optional; do
          if [ -f "$source/$file" ]; then
            cp "$source/$file" "$out/$file"
          else
            touch "$out/$file"
          fi
        done
      '';

  # Directories, and those that lie between one and another that it is in; outer ones first.
  withBetween =
    paths:
    let
      stepsTo =
        path:
        let
          names = lib.tail (lib.splitString "/" path);
        in
        lib.genList (index: "/" + lib.concatStringsSep "/" (lib.take (index + 1) names)) (lib.length names);
      isInside = step: lib.any (path: lib.hasPrefix "${path}/" "${step}/") paths;
    in
    lib.unique (lib.filter isInside (lib.concatMap stepsTo paths));

  # Null takes a setting away: those that the module goes by have to be there.
  expectSettings =
    option: paths: settings:
    let
      missing = lib.findFirst (path: !lib.hasAttrByPath (lib.splitString "." path) settings) null paths;
    in
    if missing == null then
      settings
    else
      throw "${option}.${missing}: is null, or in something that is, but the service goes by what it says. Remove that, and set the option that fills it.";

  # Whether all of a text matches one of several regular expressions.
  matchesOne = patterns: text: lib.any (pattern: builtins.match pattern text != null) patterns;

  # A package that does not say its version is taken to be new.
  isAtLeast =
    version: package:
    let
      actual = lib.getVersion package;
    in
    actual == "" || lib.versionAtLeast actual version;

  # What occurs more than once in a list of strings.
  duplicates =
    list: lib.attrNames (lib.filterAttrs (_: same: lib.length same > 1) (lib.groupBy lib.id list));

  # A number that depends on the instance's name alone, so that it stays when others come and go.
  numberFor =
    first: count: name:
    if name == "default" then
      first
    else
      first
      + 1
      + lib.mod (lib.fromHexString (lib.substring 0 8 (builtins.hashString "sha256" name))) count;

  # systemd expands specifiers in paths: a percent sign is written twice.
  escapeSpecifiers = lib.replaceStrings [ "%" ] [ "%%" ];
  escapeFile = path: lib.replaceStrings [ "*" "?" "[" ] [ "\\*" "\\?" "\\[" ] (escapeSpecifiers path);

  # Shell code: a line for each command, which is a list of words.
  commands = lib.concatMapStrings (words: "${lib.escapeShellArgs words}\n");

  # A value of Environment=, inside double quotes.
  escapeEnvironment = lib.replaceStrings [ "\\" "\"" "%" "\n" ] [ "\\\\" "\\\"" "%%" "\\n" ];

  # What confines the operator's command, in words that systemd-run has before version 258.
  forCommand =
    confinement:
    removeAttrs confinement [ "PrivateTmp" ]
    // {
      TemporaryFileSystem = confinement.TemporaryFileSystem or [ ] ++ [
        "/tmp:mode=1777,nosuid,nodev,size=10%"
        "/var/tmp:mode=1777,nosuid,nodev,size=10%"
      ];
      ProtectControlGroups = true;
    };

  # Root makes no directory inside of one of the service's, which makes those itself.
  outermost = paths: lib.filter (path: !lib.any (other: lib.hasPrefix "${other}/" path) paths) paths;

  # One assertion per value: that no two services have it. Each option of a service that takes some
  # is a claim; the message names the instances, whose options are below `prefix`, and the first option.
  expectDifferent =
    prefix: services:
    { what, claimsOf }:
    let
      claims = lib.concatLists (
        lib.mapAttrsToList (
          name: service:
          lib.concatMap (
            { option, values }: map (value: { inherit name option value; }) (lib.toList values)
          ) (claimsOf service)
        ) services
      );
    in
    lib.mapAttrsToList (
      value: same:
      let
        first = lib.head same;
        nameOf =
          { name, option, ... }: if option == first.option then name else "${name} (${option})";
      in
      {
        assertion = lib.all ({ name, ... }: name == first.name) same;
        message = "${prefix}.${first.name}.${first.option}: the instances ${
          lib.concatStringsSep " and " (lib.unique (map nameOf same))
        } have the same ${what}, ${value}. Give each its own.";
      }
    ) (lib.groupBy ({ value, ... }: toString value) claims);

  # Assertions about the options below `prefix`.
  assertionsOf = prefix: {
    # Something has to hold, or the option is at fault.
    expect = option: assertion: message: {
      inherit assertion;
      message = "${prefix}.${option}: ${message}";
    };

    # An option must not have certain values, which the message names.
    refuse = option: offenders: complaint: {
      assertion = offenders == [ ];
      message = "${prefix}.${option}: ${lib.concatStringsSep ", " offenders} ${complaint}";
    };
  };
}
