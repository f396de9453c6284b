{
  config,
  lib,
  pkgs,
  ...
}:
{
  # nixpkgs marks the gateway as insecure, because it does what a language model says, and the model
  # believes what it reads. This module is the answer: it keeps the gateway in a sandbox, where it
  # reaches little. The line permits this package and no other.
  nixpkgs.config.allowInsecurePredicate = package: lib.getName package == "openclaw";

  sops.defaultSopsFile = ./secrets.yaml;
  sops.age.keyFile = "${config.home.homeDirectory}/.config/sops/age/keys.txt";
  sops.secrets.claude = { };
  sops.secrets.telegram = { };

  services.moltbot = {
    enable = true;
    # The output of `claude setup-token`. For an API key, use apiKeyFile.
    providers.anthropic.oauthTokenFile = config.sops.secrets.claude.path;
    providers.telegram = {
      enable = true;
      # The token from Telegram's @BotFather.
      botTokenFile = config.sops.secrets.telegram.path;
      # CHANGE: your own number, from @userinfobot. The bot answers nobody else.
      allowFrom = [ 12345678 ];
    };
  };

  # The secrets have to be there first.
  systemd.user.services = lib.mkIf pkgs.stdenv.hostPlatform.isLinux {
    moltbot-gateway.Unit.After = [ "sops-nix.service" ];
  };
}
