# An argument of pkgs.testers.runNixOSTest, for machines that are no VMs.
#
# `test` is the definition, or a function from any of { pkgs, lib, module, homeModule, pluginTarballs } to it.
# Beside `nodes` it may have `homes.<node>.<user>`: home-manager configurations of users of a node.
{
  test,
  module,
  pkgs,
  lib,
  # Plugins of the gateway, by their ids; on whole NixOS systems only, where they are built.
  pluginTarballs ? { },
}:
let
  offered = {
    inherit pkgs lib module pluginTarballs;
    # The module of the same name for home-manager.
    homeModule = dirOf (dirOf module) + "/home-manager/${baseNameOf module}";
  };
  definition =
    if builtins.isFunction test then
      test (builtins.intersectAttrs (builtins.functionArgs test) offered)
    else
      test;
in
{
  inherit definition;

  # The script for nodes with these configurations, and the content of the sources in the store that it reads:
  # a guest's script runs outside of that store.
  scriptFor =
    nodes:
    let
      text =
        if builtins.isFunction definition.testScript then
          definition.testScript { inherit nodes; }
        else
          definition.testScript;
      isFile = path: context: context.path or false && builtins.readFileType path == "regular";
    in
    {
      testScript = text;
      files = builtins.mapAttrs (path: _: builtins.readFile path) (
        lib.filterAttrs isFile (builtins.getContext text)
      );
    };

  # Sizes of a virtual machine, which a container does not have.
  vmOptions = {
    options.virtualisation =
      lib.genAttrs
        [
          "memorySize"
          "cores"
        ]
        (
          _:
          lib.mkOption {
            type = lib.types.ints.positive;
            default = 1024;
          }
        );
  };
}
