{
  description = "greeter as an isolated service, generated from one schema";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";
    # <home-manager>
    home-manager = {
      url = "github:nix-community/home-manager";
      inputs.nixpkgs.follows = "nixpkgs";
    };
    # </home-manager>
    # <darwin>
    nix-darwin = {
      url = "github:nix-darwin/nix-darwin";
      inputs.nixpkgs.follows = "nixpkgs";
    };
    # </darwin>
  };

  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      inherit (nixpkgs) lib;

      linux = [
        "x86_64-linux"
        "aarch64-linux"
      ];
      darwin = [ "aarch64-darwin" ];
      on = systems: f: lib.genAttrs systems (system: f nixpkgs.legacyPackages.${system});

      # The modules look for the program in nixpkgs; these take the one of this flake.
      withPackage =
        module:
        { pkgs, ... }:
        {
          imports = [ module ];
          services.greeter.package =
            lib.mkDefault
              self.packages.${pkgs.stdenv.hostPlatform.system}.default;
        };
      # <home-manager|darwin>

      # What the checks below configure.
      enabled.services.greeter = {
        enable = true;
        tokenFile = "/run/keys/greeter";
      };
      # </home-manager|darwin>
    in
    {
      # <nixos>
      nixosModules.default = withPackage ./generated/nixos/greeter.nix;
      # </nixos>
      # <home-manager>
      homeModules.default = withPackage ./generated/home-manager/greeter.nix;
      # </home-manager>
      # <darwin>
      darwinModules.default = withPackage ./generated/darwin/greeter.nix;
      # </darwin>

      packages = on (linux ++ darwin) (pkgs: {
        default = pkgs.writeScriptBin "greeter" ''
          #!${pkgs.python3.interpreter}
          ${builtins.readFile ./greeter.py}
        '';
      });

      checks = lib.foldl' lib.recursiveUpdate { } [
        # <nixos>
        (on linux (pkgs: {
          nixos = pkgs.testers.runNixOSTest (
            import ./tests/greeter.nix { module = self.nixosModules.default; }
          );
        }))
        # </nixos>
        # <home-manager>
        (on (linux ++ darwin) (pkgs: {
          home =
            (inputs.home-manager.lib.homeManagerConfiguration {
              inherit pkgs;
              modules = [
                self.homeModules.default
                enabled
                {
                  home.username = "greeter";
                  home.homeDirectory =
                    if pkgs.stdenv.hostPlatform.isDarwin then "/Users/greeter" else "/home/greeter";
                  home.stateVersion = "25.11";
                }
              ];
            }).activationPackage;
        }))
        # </home-manager>
        # <darwin>
        (on darwin (pkgs: {
          darwin =
            (inputs.nix-darwin.lib.darwinSystem {
              modules = [
                self.darwinModules.default
                enabled
                {
                  nixpkgs.hostPlatform = pkgs.stdenv.hostPlatform.system;
                  system.stateVersion = 6;
                }
              ];
            }).system;
        }))
        # </darwin>
      ];

      formatter = on (linux ++ darwin) (pkgs: pkgs.nixfmt-tree);
    };
}
