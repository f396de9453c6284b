{
  description = "moltbot on NixOS";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
    # CHANGE: where your clone of moltbot's repository is.
    moltbot.url = "git+file:///path/to/moltbot";
    moltbot.inputs.nixpkgs.follows = "nixpkgs";
    sops-nix.url = "github:Mic92/sops-nix";
    sops-nix.inputs.nixpkgs.follows = "nixpkgs";
  };

  outputs =
    {
      nixpkgs,
      moltbot,
      sops-nix,
      ...
    }:
    {
      # CHANGE: the name of your machine.
      nixosConfigurations.host = nixpkgs.lib.nixosSystem {
        modules = [
          moltbot.nixosModules.default
          sops-nix.nixosModules.default
          ./configuration.nix
          ./moltbot.nix
        ];
      };
    };
}
