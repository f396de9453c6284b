# Services that start, that end soon after, and one whose port is taken.
{ module, lib }:
{
  name = "readiness";

  nodes.machine = {
    imports = [ module ];
    services.moltbot = {
      enable = true;
      instances = {
        sound.providers.anthropic.apiKeyFile = "/run/keys/anthropic";
        # The gateway finds out once it has begun to listen that there is no such plugin.
        late = {
          gateway.port = 18790;
          gateway.plugins.brave = { };
          providers.anthropic.apiKeyFile = "/run/keys/anthropic";
          credentials.BRAVE_API_KEY = "/run/keys/anthropic";
        };
        taken = {
          gateway.port = 18791;
          providers.anthropic.apiKeyFile = "/run/keys/anthropic";
        };
      };
    };
    # None starts by itself.
    systemd.services = lib.genAttrs [
      "moltbot-gateway-sound"
      "moltbot-gateway-late"
      "moltbot-gateway-taken"
    ] (_: { wantedBy = lib.mkForce [ ]; });
  };

  testScript =
    { nodes, ... }:
    ''
      RELEASE = "${lib.getVersion nodes.machine.services.moltbot.package}"
    ''
    + builtins.readFile ./readiness.py;
}
