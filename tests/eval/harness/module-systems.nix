# The three real module systems, each as one function: modules -> the module system's result
# (config, options ...). Each adds the smallest configuration that works without the tested module.
{
  trees, # { nixpkgs, homeManager, nixDarwin }
  lib,
  pkgs,
  system,
}:
let
  inherit (lib) mkDefault;
  isDarwin = lib.hasSuffix "-darwin" system;
  userName = "tester";

  nixosBase = {
    _file = "evaluation harness (base system)";
    fileSystems."/" = {
      device = "none";
      fsType = "tmpfs";
    };
    boot.loader.grub.enable = false;
    system.stateVersion = "26.11";
    documentation.nixos.enable = false;
    # One nixpkgs for all evaluations of a run: instantiating it takes longer than a module.
    nixpkgs.pkgs = pkgs;
  };

  homeBase = {
    _file = "evaluation harness (base home)";
    home.username = mkDefault userName;
    home.homeDirectory = mkDefault (if isDarwin then "/Users/${userName}" else "/home/${userName}");
    home.stateVersion = mkDefault "26.11";
    home.enableNixpkgsReleaseCheck = mkDefault false;
    manual.manpages.enable = mkDefault false;
    programs.home-manager.path = mkDefault (toString trees.homeManager);
  };

  darwinBase = {
    _file = "evaluation harness (base system)";
    system.stateVersion = mkDefault 6;
    system.primaryUser = mkDefault userName;
    nixpkgs.source = trees.nixpkgs;
    nixpkgs.pkgs = pkgs;
    documentation.enable = mkDefault false;
    # The uninstaller evaluates a second nix-darwin system, with a nixpkgs without the stand-ins.
    system.tools.darwin-uninstaller.enable = mkDefault false;
  };
  nixosOf =
    base: baseModules: modules:
    import (trees.nixpkgs + "/nixos/lib/eval-config.nix") {
      inherit lib baseModules;
      system = null;
      modules = [ base ] ++ modules;
    };
  nixosModules = import (trees.nixpkgs + "/nixos/modules/module-list.nix");
in
{
  nixos = nixosOf nixosBase nixosModules;

  # NixOS without most services. An evaluation takes half the time.
  nixos-few = nixosOf {
    imports = [ nixosBase ];
    # The others also define options of services that are left out.
    _module.check = false;
  } (import ./few-modules.nix { inherit lib trees; } nixosModules);

  # The same as home-manager's modules/default.nix, but it does not throw for a failing
  # assertion: failing assertions are data here.
  home-manager =
    modules:
    let
      homeLib = import (trees.homeManager + "/modules/lib/stdlib-extended.nix") lib;
    in
    homeLib.evalModules {
      class = "homeManager";
      modules = [
        homeBase
      ]
      ++ modules
      ++ import (trees.homeManager + "/modules/modules.nix") {
        inherit pkgs;
        lib = homeLib;
        check = true;
        # The given pkgs, instead of a nixpkgs of its own.
        useNixpkgsModule = false;
      };
      specialArgs.modulesPath = toString (trees.homeManager + "/modules");
    };

  darwin =
    modules:
    import (trees.nixDarwin + "/eval-config.nix") {
      inherit lib;
      modules = [ darwinBase ] ++ modules;
    };
}
