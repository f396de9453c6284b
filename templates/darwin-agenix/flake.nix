{
  description = "moltbot on macOS with nix-darwin";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";
    # CHANGE: where your clone of moltbot's repository is.
    moltbot.url = "git+file:///path/to/moltbot";
    moltbot.inputs.nixpkgs.follows = "nixpkgs";
    nix-darwin.url = "github:nix-darwin/nix-darwin";
    nix-darwin.inputs.nixpkgs.follows = "nixpkgs";
    agenix.url = "github:ryantm/agenix";
    agenix.inputs.nixpkgs.follows = "nixpkgs";
  };

  outputs =
    {
      nixpkgs,
      moltbot,
      nix-darwin,
      agenix,
      ...
    }:
    {
      # CHANGE: the name of your Mac.
      darwinConfigurations.host = nix-darwin.lib.darwinSystem {
        modules = [
          moltbot.darwinModules.default
          agenix.darwinModules.default
          ./configuration.nix
          ./moltbot.nix
        ];
      };
    };
}
