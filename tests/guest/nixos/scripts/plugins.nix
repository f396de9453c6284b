# A gateway with every plugin that npm has for its release, each declared and put to use. The package is built as
# a user's is: by the module, of the real gateway and the real tarballs.
{
  module,
  lib,
  pluginTarballs,
}:
let
  secret = "/run/keys/secret";
  # What makes the gateway load each at its start, or when it is asked about it.
  uses = {
    brave = {
      credentials.BRAVE_API_KEY = secret;
      settings.tools.web.search.provider = "brave";
    };
    discord = {
      credentials.DISCORD_BOT_TOKEN = secret;
      settings.channels.discord.enabled = true;
    };
    matrix = {
      credentials.MATRIX_ACCESS_TOKEN = secret;
      settings.channels.matrix = {
        enabled = true;
        homeserver = "https://matrix.invalid";
      };
    };
    signal.settings.channels.signal = {
      enabled = true;
      account = "+15555550123";
      transport = {
        kind = "external-native";
        url = "http://127.0.0.1:9";
      };
    };
    slack = {
      credentials = {
        SLACK_BOT_TOKEN = secret;
        SLACK_APP_TOKEN = secret;
      };
      settings.channels.slack.enabled = true;
    };
    whatsapp.settings.channels.whatsapp.enabled = true;
  };
in
{
  name = "plugins";

  nodes.machine = {
    imports = [ module ];
    services.moltbot = lib.mkMerge (
      [
        {
          enable = true;
          providers.anthropic.apiKeyFile = secret;
          gateway.plugins = lib.mapAttrs (_: source: { inherit source; }) pluginTarballs;
        }
      ]
      ++ map (id: uses.${id} or { }) (lib.attrNames pluginTarballs)
    );
  };

  testScript =
    { nodes, ... }:
    ''
      PLUGINS = ${builtins.toJSON (lib.attrNames pluginTarballs)}
      SECRET = "${secret}"
      GIVEN = "${nodes.machine.services.moltbot.package}"
    ''
    + builtins.readFile ./plugins.py;
}
