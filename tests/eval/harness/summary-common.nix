# The common parts of the three module systems' summaries.
{
  lib,
  values,
  derivations,
  trees,
}:
let
  inherit (values) discard jsonify newElems;

  # Whether an option is declared outside the trees of the three module systems.
  isForeign =
    option:
    let
      files = map toString (option.declarations or [ ]);
      roots = map toString (lib.attrValues trees);
      isBelow = file: builtins.any (root: lib.hasPrefix "${root}/" file) roots;
    in
    files == [ ] || builtins.any (file: !isBelow file) files;

  optionInfo = option: {
    inherit (option) type readOnly;
    description = option.description or null;
    default = option.default.text or null;
    internal = option.internal or false;
  };
in
rec {
  # Every failing assertion's message, and the warnings that the module adds.
  checks = base: result: {
    assertions = map (assertion: discard (toString assertion.message)) (
      builtins.filter (assertion: !assertion.assertion) result.config.assertions
    );
    warnings = newElems base.config.warnings result.config.warnings;
  };

  etcFile =
    file:
    {
      inherit (file) target;
      enable = file.enable or true;
      # nix-darwin's `text` is "" if `source` is set.
      text =
        if (file.text or null) != null && file.text != "" then
          discard file.text
        else
          derivations.textOfSource file.source;
      source = jsonify file.source;
    }
    // lib.filterAttrs (_: value: value != null) {
      mode = file.mode or null;
      user = file.user or null;
      group = file.group or null;
    };

  shellPath =
    shell:
    if shell == null then
      null
    else
      discard (if shell ? shellPath then "${shell}${shell.shellPath}" else toString shell);

  packageNames = map lib.getName;

  # name -> type, description ... of the options that the tested module itself declares.
  declaredOptions =
    options:
    let
      own = builtins.filter isForeign (lib.collect lib.isOption (removeAttrs options [ "_module" ]));
      documented = lib.concatMap (option: lib.optionAttrSetToDocList {
        # Manuals leave out the sub-options of a shallow option.
        option = if option.visible or true == "shallow" then option // { visible = true; } else option;
      }) own;
      visible = builtins.filter (option: !lib.hasInfix "_module" option.name) documented;
    in
    builtins.listToAttrs (map (option: lib.nameValuePair option.name (optionInfo option)) visible);
}
