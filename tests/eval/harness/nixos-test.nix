# Evaluates a NixOS VM test (what pkgs.testers.runNixOSTest takes) for a machine that is no VM:
# { name; testScript; nodes.<name> = summary; }.
#
# `test` is the definition, or a function from any of { pkgs, lib, module } to it.
{ test, module }:
let
  evaluate = import ./. { };
  evaluateNode =
    node:
    evaluate {
      target = "nixos";
      module = [
        ignoredVmOptions
        (definition.defaults or { })
        node
      ];
    };
  probe = evaluate {
    target = "nixos";
    module = [ ];
  };
  inherit (probe) lib pkgs;

  # Sizes of a virtual machine, which a container does not have.
  ignoredVmOptions = {
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

  offered = { inherit pkgs lib module; };
  definition =
    if builtins.isFunction test then
      test (builtins.intersectAttrs (builtins.functionArgs test) offered)
    else
      test;
  nodes = builtins.mapAttrs (_: evaluateNode) definition.nodes;
in
{
  inherit (definition) name;
  testScript =
    if builtins.isFunction definition.testScript then
      definition.testScript { nodes = builtins.mapAttrs (_: node: node.config) nodes; }
    else
      definition.testScript;
  nodes = builtins.mapAttrs (_: node: node.summary) nodes;
}
