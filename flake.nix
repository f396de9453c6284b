{
  description = "moltbot as an isolated, locked-down service, generated from one typed schema";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";

  outputs =
    { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;

      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "aarch64-darwin"
      ];
      forEachSystem =
        f: lib.genAttrs systems (system: f (import ./nix/pkgs.nix { inherit nixpkgs system; }));
    in
    {
      nixosModules = {
        moltbot = ./generated/nixos/moltbot.nix;
        default = self.nixosModules.moltbot;
      };

      darwinModules = {
        moltbot = ./generated/darwin/moltbot.nix;
        default = self.darwinModules.moltbot;
      };

      homeModules = {
        moltbot = ./generated/home-manager/moltbot.nix;
        default = self.homeModules.moltbot;
      };
      # The output's former name.
      homeManagerModules = self.homeModules;

      # An option type for values that a JSON Schema describes.
      lib = {
        inherit (import ./generated/lib/json-schema-type.nix { inherit lib; })
          jsonSchemaType
          jsonSchemaMistakes
          ;
      };

      templates = import ./templates;

      packages = forEachSystem (pkgs: {
        options = import ./nix/options.nix { inherit pkgs; };
        default = self.packages.${pkgs.stdenv.hostPlatform.system}.options;
      });

      checks = forEachSystem (pkgs: import ./nix/checks.nix { inherit pkgs nixpkgs; });

      devShells = forEachSystem (pkgs: {
        default = import ./nix/shell.nix { inherit pkgs; };
      });

      formatter = forEachSystem (pkgs: pkgs.nixfmt-tree);
    };
}
