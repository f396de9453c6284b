# Evaluates the modules with what people configure first, and writes down what would run: NixOS as a whole system,
# the others alone (./alone.nix). Nothing else is built, so it takes seconds.
{ pkgs, nixpkgs }:
let
  inherit (pkgs) lib;
  inherit (pkgs.stdenv.hostPlatform) isDarwin;
  alone = import ./alone.nix { inherit pkgs; };

  usage.services.moltbot = {
    enable = true;
    providers.anthropic.oauthTokenFile = "/run/keys/claude";
    providers.telegram = {
      enable = true;
      botTokenFile = "/run/keys/telegram";
      allowFrom = [ 12345678 ];
    };
  };

  nixos =
    (nixpkgs.lib.nixosSystem {
      modules = [
        ../generated/nixos/moltbot.nix
        usage
        {
          nixpkgs.pkgs = pkgs;
          fileSystems."/" = {
            device = "/dev/disk/by-label/nixos";
            fsType = "ext4";
          };
          boot.loader.grub.enable = false;
          system.stateVersion = lib.trivial.release;
        }
      ];
    }).config;
  darwin = (alone "darwin" usage).config;
  home = (alone "home-manager" usage).config;

  jobs = lib.mapAttrs accepted (
    if isDarwin then
      {
        darwin = darwin // {
          runs = darwin.launchd.daemons;
        };
        home-manager = home // {
          runs = home.launchd.agents;
        };
      }
    else
      {
        nixos = nixos // {
          # Evaluates the whole system.
          runs = {
            system = nixos.system.build.toplevel.drvPath;
            unit = nixos.systemd.units."moltbot-gateway.service".text;
          };
        };
        home-manager = home // {
          runs = home.systemd.user.services;
        };
      }
  );

  accepted =
    platform: config:
    let
      complaints =
        map ({ message, ... }: message) (lib.filter ({ assertion, ... }: !assertion) config.assertions)
        ++ config.warnings;
    in
    if complaints == [ ] then
      config.runs
    else
      throw "${platform}: ${lib.concatStringsSep "\n" complaints}";
in
# Without the packages that the jobs refer to.
pkgs.writeText "moltbot-evaluation.json" (
  builtins.unsafeDiscardStringContext (builtins.toJSON jobs)
)
