# Functions that all generated modules share.
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
      # The module system rebuilds types with submodules in them, and drops the check.
      substSubModules = modules: attrsMatching pattern (element.substSubModules modules);
    };

  # Attribute sets that one attribute tells apart: its value selects the member's type.
  taggedUnion =
    tag: members:
    lib.mkOptionType {
      name = "taggedUnion";
      description = "attribute set whose ${tag} is one of ${lib.concatStringsSep ", " (lib.attrNames members)}";
      check = value: lib.isAttrs value && members ? ${value.${tag} or ""};
      merge = loc: definitions: members.${(lib.head definitions).value.${tag}}.merge loc definitions;
    };

  # The same type, for configurations that still use former names of its values: each is replaced, with a warning.
  withFormerValues =
    former: type:
    let
      isFormer = value: lib.isString value && former ? ${value};
      replace =
        loc:
        { file, value, ... }@definition:
        if isFormer value then
          lib.warn
            "The value \"${value}\" of the option `${lib.showOption loc}' in `${file}' is called \"${former.${value}}\" now."
            (definition // { value = former.${value}; })
        else
          definition;
    in
    type
    // {
      check = value: isFormer value || type.check value;
      merge = loc: definitions: type.merge loc (map (replace loc) definitions);
    };

  # `base` for the instance `default`, `base-<name>` for every other.
  nameFor = base: name: if name == "default" then base else "${base}-${name}";

  # Whether a directory is part of the configuration: a path or a store path.
  isSource = source: lib.isPath source || lib.hasPrefix "${builtins.storeDir}/" "${source}";

  # Whether a derivation makes the directory. Evaluation must not look into it, which would build it.
  isBuilt =
    source:
    !lib.isPath source
    && lib.any (origin: origin ? outputs) (lib.attrValues (builtins.getContext "${source}"));

  # Whether a directory of the configuration has a file; true if a derivation makes the directory.
  hasFile =
    source: file: isBuilt source || isSource source && builtins.pathExists (source + "/${file}");

  # A directory of the configuration. If a derivation makes it, another derivation checks it, and adds an
  # empty file for each missing optional one.
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

  # Directories, and those on the way from one of them to another inside it. Outer ones come first.
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

  # The settings that the module itself reads must exist; null would remove one.
  expectSettings =
    option: paths: settings:
    let
      missing = lib.findFirst (path: !lib.hasAttrByPath (lib.splitString "." path) settings) null paths;
    in
    if missing == null then
      settings
    else
      throw "${option}.${missing}: this setting or one around it is null, but the module needs its value. Remove the null, and set the option that fills the setting.";

  # One assertion per unit with a former name that the configuration adds to and nothing makes any more. Units are at
  # `place`, and what they run is in their `section`.
  expectNoLostUnits =
    {
      config,
      options,
      place,
      section,
      former,
      now,
      next,
    }:
    let
      path = lib.splitString "." place;
      definitions = (lib.getAttrFromPath path options).definitionsWithLocations;
      filesOf =
        name: map ({ file, ... }: file) (lib.filter ({ value, ... }: value ? ${name}) definitions);
      runsNothing = unit: lib.elem (unit.${section}.ExecStart or null) [ null [ ] ];
      lostOf =
        old:
        lib.filterAttrs (
          name: unit: (name == old || lib.hasPrefix "${old}-" name) && runsNothing unit
        ) (lib.getAttrFromPath path config);
    in
    lib.concatMap (
      old:
      lib.mapAttrsToList (name: _: {
        assertion = false;
        message = "${place}.${name} in ${lib.showFiles (filesOf name)}: adds to a unit that nothing makes, and would be lost: the unit is called ${now}${lib.removePrefix old name} now. ${next}";
      }) (lostOf old)
    ) former;

  # Whether all of a text matches one of several regular expressions.
  matchesOne = patterns: text: lib.any (pattern: builtins.match pattern text != null) patterns;

  # The values in a set, at any depth, that have one of these names.
  valuesNamed =
    names: value:
    if lib.isAttrs value then
      lib.concatLists (
        lib.mapAttrsToList (
          name: inner: if lib.elem name names then [ inner ] else valuesNamed names inner
        ) value
      )
    else
      lib.optionals (lib.isList value) (lib.concatMap (valuesNamed names) value);

  # Whether a package has this version or a later one; true for a package without a version.
  isAtLeast =
    version: package:
    let
      actual = lib.getVersion package;
    in
    actual == "" || lib.versionAtLeast actual version;

  # The strings that occur more than once in a list.
  duplicates =
    list: lib.attrNames (lib.filterAttrs (_: same: lib.length same > 1) (lib.groupBy lib.id list));

  # A number that depends on the instance's name alone, so it stays the same when others come and go.
  numberFor =
    first: count: name:
    if name == "default" then
      first
    else
      first
      + 1
      + lib.mod (lib.fromHexString (lib.substring 0 8 (builtins.hashString "sha256" name))) count;

  # systemd expands specifiers in paths, so a percent sign is doubled.
  escapeSpecifiers = lib.replaceStrings [ "%" ] [ "%%" ];
  escapeFile = path: lib.replaceStrings [ "*" "?" "[" ] [ "\\*" "\\?" "\\[" ] (escapeSpecifiers path);

  # Shell code with one line per command; a command is a list of words.
  commands = lib.concatMapStrings (words: "${lib.escapeShellArgs words}\n");

  # A value of Environment=, inside double quotes.
  escapeEnvironment = lib.replaceStrings [ "\\" "\"" "%" "\n" ] [ "\\\\" "\\\"" "%%" "\\n" ];

  # The confinement of the operator's command, with values that systemd-run knows before version 258.
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

  # The confinement as properties of a transient unit: words of a command of systemd-run's.
  propertiesOf =
    confinement:
    lib.escapeShellArgs (
      lib.concatLists (
        lib.mapAttrsToList (
          directive: value:
          map (
            element:
            "--property=${directive}=${
              if lib.isBool element then lib.boolToString element else toString element
            }"
          ) (lib.toList value)
        ) (forCommand confinement)
      )
    );

  # The directories that root makes: the service itself makes those inside another.
  outermost = paths: lib.filter (path: !lib.any (other: lib.hasPrefix "${other}/" path) paths) paths;

  # One assertion per value: no two services may have it. `claimsOf` returns the options of a service with
  # such values. The message names the instances, whose options are below `prefix`, and the first option.
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
    # The condition has to hold, or the option is at fault.
    expect = option: assertion: message: {
      inherit assertion;
      message = "${prefix}.${option}: ${message}";
    };

    # The option must not have these values, which the message names.
    refuse = option: offenders: complaint: {
      assertion = offenders == [ ];
      message = "${prefix}.${option}: ${lib.concatStringsSep ", " offenders} ${complaint}";
    };
  };
}
