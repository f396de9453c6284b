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

      formatter = forEachSystem (pkgs: pkgs.nixfmt-tree);
    };
}
