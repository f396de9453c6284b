# A module with an option that has another path now: a configuration that sets it goes on working, and a warning
# names the new path.
#
# Contract: what is set at the old path counts as set at the new one, in the same file and with the same priority.
# lib.mkRenamedOptionModule does not keep the file: errors about a value would name the file of this module.
{ lib }:

# The paths, as lists.
from: to:

{ config, options, ... }:

let
  option = lib.getAttrFromPath from options;
  passOn =
    { file, value, ... }:
    lib.mkDefinition {
      inherit file;
      value = lib.mkOverride option.highestPrio value;
    };
in
{
  options = lib.setAttrByPath from (
    lib.mkOption {
      inherit (lib.getAttrFromPath to options) type;
      apply = _: lib.getAttrFromPath to config;
      visible = false;
      description = "Alias of {option}`${lib.showOption to}`.";
    }
  );

  config = lib.mkIf option.isDefined (
    lib.mkMerge [
      (lib.setAttrByPath to (lib.mkMerge (map passOn option.definitionsWithLocations)))
      {
        warnings = [
          "The option `${lib.showOption from}' defined in ${lib.showFiles option.files} has been renamed to `${lib.showOption to}'."
        ];
      }
    ]
  );
}
