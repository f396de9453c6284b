{
  description = "moltbot as an isolated, locked-down service, generated from one typed schema";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";

  outputs =
    { self, nixpkgs }:
    let
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "aarch64-darwin"
      ];
      forEachSystem = f: nixpkgs.lib.genAttrs systems (system: f nixpkgs.legacyPackages.${system});
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
        inherit (import ./generated/lib/json-schema-type.nix { inherit (nixpkgs) lib; })
          jsonSchemaType
          jsonSchemaMistakes
          ;
      };

      checks =
        nixpkgs.lib.genAttrs
          [
            "x86_64-linux"
            "aarch64-linux"
          ]
          (
            system:
            import ./nix/checks.nix {
              # nixpkgs marks the gateway as insecure, because it does what a language model asks
              # for. The module exists to contain it.
              pkgs = import nixpkgs {
                localSystem = { inherit system; };
                config.allowInsecurePredicate = package: nixpkgs.lib.getName package == "openclaw";
              };
              module = self.nixosModules.moltbot;
            }
          );

      formatter = forEachSystem (pkgs: pkgs.nixfmt-tree);
    };
}
