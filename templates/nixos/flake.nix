{
  description = "moltbot on NixOS";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
    # CHANGE: where your clone of moltbot's repository is.
    moltbot.url = "git+file:///path/to/moltbot";
    moltbot.inputs.nixpkgs.follows = "nixpkgs";
  };

  outputs =
    { nixpkgs, moltbot, ... }:
    {
      # CHANGE: the name of your machine.
      nixosConfigurations.host = nixpkgs.lib.nixosSystem {
        modules = [
          moltbot.nixosModules.default
          ./configuration.nix
          ./moltbot.nix
        ];
      };
    };
}
