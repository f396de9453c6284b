# Evaluates a NixOS VM test (an argument of pkgs.testers.runNixOSTest) for a machine that is no VM:
# { name; testScript; files; nodes.<name> = summary; }.
# See ./test-definition.nix for `test`.
{ test, module }:
let
  evaluate = import ./. { };
  evaluateNode =
    node:
    evaluate {
      target = "nixos";
      module = [
        vmOptions
        (definition.defaults or { })
        node
      ];
    };
  probe = evaluate {
    target = "nixos";
    module = [ ];
  };
  inherit (probe) lib pkgs;

  inherit (import ./test-definition.nix { inherit test module pkgs lib; }) definition vmOptions scriptFor;

  evaluateHome =
    node: user: home:
    (evaluate {
      target = "home-manager";
      module = [
        home
        {
          home.username = user;
          home.homeDirectory = node.config.users.users.${user}.home;
        }
      ];
    }).summary
    // {
      # The functions that activation scripts call.
      activationLibrary = builtins.readFile (homeManager + "/lib/bash/home-manager.sh");
    };
  homeManager = /. + builtins.getEnv "HOME_MANAGER";

  # The summary of a node, with its users' homes; the store paths of both are realised together.
  summaryOf =
    name: node:
    let
      homes = builtins.mapAttrs (evaluateHome node) (definition.homes.${name} or { });
    in
    node.summary
    // {
      inherit homes;
      texts = lib.mergeAttrsList (
        [ node.summary.texts ] ++ map (home: home.texts) (builtins.attrValues homes)
      );
      assertions =
        node.summary.assertions ++ lib.concatMap (home: home.assertions) (builtins.attrValues homes);
    };

  nodes = builtins.mapAttrs (_: evaluateNode) definition.nodes;
in
{
  inherit (definition) name;
  inherit (scriptFor (builtins.mapAttrs (_: node: node.config) nodes)) testScript files;
  nodes = builtins.mapAttrs summaryOf nodes;
}
