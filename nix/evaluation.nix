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

  # The parts of each configuration that run the service.
  jobs =
    if isDarwin then
      {
        darwin = accepted "darwin" darwin darwin.launchd.daemons;
        home-manager = accepted "home-manager" home home.launchd.agents;
      }
    else
      {
        nixos = accepted "nixos" nixos {
          # Evaluates the whole system.
          system = nixos.system.build.toplevel.drvPath;
          unit = nixos.systemd.units."moltbot-gateway.service".text;
        };
        home-manager = accepted "home-manager" home home.systemd.user.services;
      };

  accepted =
    platform: config: parts:
    let
      failing = lib.filter ({ assertion, ... }: !assertion) config.assertions;
      complaints = map ({ message, ... }: message) failing ++ config.warnings;
    in
    if complaints == [ ] then parts else throw "${platform}: ${lib.concatLines complaints}";

  # Without the packages that the jobs refer to.
  text = builtins.unsafeDiscardStringContext (builtins.toJSON jobs);
in
pkgs.writeText "moltbot-evaluation.json" text
