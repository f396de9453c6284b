{
  description = "moltbot on home-manager, on Linux or macOS";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";
    # CHANGE: where your clone of moltbot's repository is.
    moltbot.url = "git+file:///path/to/moltbot";
    moltbot.inputs.nixpkgs.follows = "nixpkgs";
    home-manager.url = "github:nix-community/home-manager";
    home-manager.inputs.nixpkgs.follows = "nixpkgs";
    sops-nix.url = "github:Mic92/sops-nix";
    sops-nix.inputs.nixpkgs.follows = "nixpkgs";
  };

  outputs =
    {
      nixpkgs,
      moltbot,
      home-manager,
      sops-nix,
      ...
    }:
    {
      # CHANGE: your user name.
      homeConfigurations.alice = home-manager.lib.homeManagerConfiguration {
        # CHANGE: aarch64-linux on such a machine, aarch64-darwin on a Mac.
        pkgs = nixpkgs.legacyPackages.x86_64-linux;
        modules = [
          moltbot.homeModules.default
          sops-nix.homeManagerModules.default
          ./home.nix
          ./moltbot.nix
        ];
      };
    };
}
