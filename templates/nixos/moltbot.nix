{ lib, ... }:
{
  # nixpkgs marks the gateway as insecure, because it does what a language model says, and the model
  # believes what it reads. This module is the answer: it keeps the gateway in a sandbox, where it
  # reaches little. The line permits this package and no other.
  nixpkgs.config.allowInsecurePredicate = package: lib.getName package == "openclaw";

  services.moltbot = {
    enable = true;
    # The output of `claude setup-token`. For an API key, use apiKeyFile.
    providers.anthropic.oauthTokenFile = "/var/lib/secrets/claude";
    providers.telegram = {
      enable = true;
      # The token from Telegram's @BotFather.
      botTokenFile = "/var/lib/secrets/telegram";
      # CHANGE: your own number, from @userinfobot. The bot answers nobody else.
      allowFrom = [ 12345678 ];
    };

    # The gateway reaches Claude and Telegram, and nothing else. What it asks for in vain, `sudo moltbot
    # egress` shows as the line to put here.
    confinement.egress = "named";
    confinement.hosts = [ ];
    # The gateway has no key to Claude that a model could give away: a proxy adds it.
    confinement.keysOutside = true;
  };
}
