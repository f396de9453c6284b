# A NixOS test as whole systems: a folder with test.json (name, script and its files, facts
# about the nodes) and, in nodes/, a link to each node's system.
#
# `test` is an argument of pkgs.testers.runNixOSTest; see ../../eval/harness/test-definition.nix. Its homes
# use home-manager's own module for NixOS.
{
  nixpkgs,
  homeManager,
  test,
  module,
  # { folder, version } (gateway.nix)
  gateway,
  # A folder with plugins of the gateway, `<id>.tgz` each.
  plugins,
}:
let
  pkgs = import ./packages.nix { inherit nixpkgs gateway; };
  inherit (pkgs) lib;
  pluginTarballs = lib.mapAttrs' (
    file: _: lib.nameValuePair (lib.removeSuffix ".tgz" file) (plugins + "/${file}")
  ) (builtins.readDir plugins);
  inherit
    (import ../../eval/harness/test-definition.nix {
      inherit
        test
        module
        pkgs
        lib
        pluginTarballs
        ;
    })
    definition
    vmOptions
    scriptFor
    ;

  evaluate =
    modules:
    import (nixpkgs + "/nixos/lib/eval-config.nix") {
      system = null;
      modules = [
        ./machine.nix
        vmOptions
        { nixpkgs.pkgs = pkgs; }
      ]
      ++ modules;
    };
  base = evaluate [ ];

  homesOf = name: definition.homes.${name} or { };
  # home-manager activates a home when the machine boots, with Nix, whose database has to know the store paths.
  withHomes =
    homes:
    { config, pkgs, ... }:
    {
      imports = [ (homeManager + "/nixos") ];
      home-manager = {
        useGlobalPkgs = true;
        useUserPackages = true;
        users = builtins.mapAttrs (_: home: {
          imports = [ home ];
          home.stateVersion = "26.11";
          home.enableNixpkgsReleaseCheck = false;
          manual.manpages.enable = false;
          # A Rust program would start services, which cannot be built here; the boot starts them.
          systemd.user.startServices = false;
        }) homes;
      };
      nix.enable = true;
      boot.postBootCommands =
        let
          closure = pkgs.closureInfo {
            rootPaths = map (home: home.home.activationPackage) (
              builtins.attrValues config.home-manager.users
            );
          };
        in
        "${config.nix.package}/bin/nix-store --load-db <${closure}/registration";
    };

  evaluateNode =
    name: node:
    evaluate [
      (definition.defaults or { })
      node
      { networking.hostName = lib.mkDefault name; }
      (lib.optionalAttrs (homesOf name != { }) (withHomes (homesOf name)))
    ];
  nodes = builtins.mapAttrs evaluateNode definition.nodes;

  # Facts that a run reports (run.py).
  factsOf = name: node: {
    units = removeAttrs node.config.systemd.units (builtins.attrNames base.config.systemd.units);
    homes = builtins.mapAttrs (user: _: {
      inherit (node.config.home-manager.users.${user}.systemd.user) services;
    }) (homesOf name);
  };
  namesOnly = lib.mapAttrsRecursiveCond (set: !(set ? text || set ? Service)) (_: _: { });

  described = {
    inherit (definition) name;
    inherit (scriptFor (builtins.mapAttrs (_: node: node.config) nodes)) testScript files;
    nodes = builtins.mapAttrs (name: node: namesOnly (factsOf name node)) nodes;
  };
in
pkgs.runCommand "test-${definition.name}"
  {
    described = builtins.toJSON described;
    systems = lib.mapAttrsToList (name: node: "${name} ${node.config.system.build.toplevel}") nodes;
    passAsFile = [
      "described"
      "systems"
    ];
  }
  ''
    mkdir -p $out/nodes
    cp "$describedPath" $out/test.json
    xargs -n 2 <"$systemsPath" | while read -r name system; do ln -s $system $out/nodes/$name; done
  ''
