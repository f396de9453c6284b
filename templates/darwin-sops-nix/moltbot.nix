{ config, lib, ... }:
{
  # nixpkgs marks the gateway as insecure, because it does what a language model says, and the model
  # believes what it reads. This module is the answer: it keeps the gateway in a sandbox, where it
  # reaches little. The line permits this package and no other.
  nixpkgs.config.allowInsecurePredicate = package: lib.getName package == "openclaw";

  sops.defaultSopsFile = ./secrets.yaml;
  # macOS makes this key when Remote Login is switched on.
  sops.age.sshKeyPaths = [ "/etc/ssh/ssh_host_ed25519_key" ];
  sops.secrets.claude = {
    owner = "_moltbot";
  };
  sops.secrets.telegram = {
    owner = "_moltbot";
  };

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
}
