# Takes over the configuration of another module, whose options were at another place.
#
# Contract: returns a list of modules that declare the other module's options. They pass a value on to the new
# option, with a warning that names it. They refuse an option without a counterpart, and the message says
# what to do instead. Options that are not set cost nothing.
{ lib }:

{
  # The dotted path of the old options, and that of the new ones.
  from,
  to,
  # Options that have the same path in both.
  same,
  # Options that have another path now.
  renamed,
  # Options without a counterpart, each with the advice what to do instead.
  removed,
  # The options of an instance in the same form, and `switch`, the option that enables it.
  instances,
}:

let
  split = lib.splitString ".";
  oldOption = name: split "${from}.${name}";
  newOption = name: split "${to}.${name}";

  # The set without the value at a path, and without sets that become empty.
  without =
    path: set:
    let
      key = lib.head path;
      rest = if lib.tail path == [ ] then { } else without (lib.tail path) set.${key};
    in
    if !(set ? ${key}) then
      set
    else if rest == { } then
      removeAttrs set [ key ]
    else
      set // { ${key} = rest; };

  # An instance, translated to the new options.
  translate =
    instance:
    let
      gone = [ instances.switch ] ++ lib.attrNames instances.removed ++ lib.attrNames instances.renamed;
      move =
        former: now:
        let
          path = split former;
        in
        lib.optionalAttrs (lib.hasAttrByPath path instance) (
          lib.setAttrByPath (split now) (lib.getAttrFromPath path instance)
        );
    in
    lib.foldl' lib.recursiveUpdate (lib.foldl' (set: name: without (split name) set) instance gone) (
      lib.mapAttrsToList move instances.renamed
    );

  isOn = instance: lib.attrByPath (split instances.switch) true instance;

  # What is done for each of the options that a definition of the instances sets.
  about =
    definitions: renames: tell:
    lib.concatMap (
      { file, value, ... }:
      lib.concatLists (
        lib.mapAttrsToList (
          name: instance:
          lib.mapAttrsToList (option: tell file "${from}.instances.${name}.${option}" name) (
            lib.filterAttrs (option: _: lib.hasAttrByPath (split option) instance) renames
          )
        ) value
      )
    ) definitions;

  instancesType = lib.types.attrsOf (lib.types.attrsOf lib.types.anything);

  instancesModule =
    { config, options, ... }:
    let
      option = lib.getAttrFromPath (oldOption "instances") options;
      declared = lib.getAttrFromPath (oldOption "instances") config;
      isRunning = name: _: isOn declared.${name};
      # Each for itself, so that errors name its file.
      definitions = map (
        definition: definition // { value = instancesType.merge option.loc [ definition ]; }
      ) option.definitionsWithLocations;
    in
    {
      options = lib.setAttrByPath (oldOption "instances") (
        lib.mkOption {
          type = instancesType;
          default = { };
          visible = false;
          description = "Alias of {option}`${to}.instances`.";
        }
      );

      config = lib.mkIf (declared != { }) (
        lib.mkMerge [
          (lib.setAttrByPath (newOption "instances") (
            lib.mkMerge (
              map (
                { file, value, ... }:
                lib.mkDefinition {
                  inherit file;
                  value = lib.mapAttrs (_: translate) (lib.filterAttrs isRunning value);
                }
              ) definitions
            )
          ))
          # An enabled instance enabled the old module.
          (lib.setAttrByPath (newOption "enable") (
            lib.mkIf (lib.filterAttrs isRunning declared != { }) (lib.mkDefault true)
          ))
          {
            warnings = [
              "The option `${from}.instances' defined in ${lib.showFiles option.files} has been renamed to `${to}.instances'."
            ]
            ++ about definitions instances.renamed (
              file: old: name: now:
              "The option `${old}' defined in `${file}' has been renamed to `${to}.instances.${name}.${now}'."
            );
            assertions = about definitions instances.removed (
              file: old: _: instead: {
                assertion = false;
                message = "The option `${old}' in `${file}' no longer has any effect; please remove it. ${instead}";
              }
            );
          }
        ]
      );
    };

  rename = import ./renamed-option.nix { inherit lib; };
in
map (name: rename (oldOption name) (newOption name)) same
++ lib.mapAttrsToList (former: now: rename (oldOption former) (newOption now)) renamed
++ lib.mapAttrsToList (
  former: instead: lib.mkRemovedOptionModule (oldOption former) instead
) removed
++ [ instancesModule ]
