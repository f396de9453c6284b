# A service that starts, one that ends soon after, one whose port is taken, one that lets everybody wait, and one whose
# variables name another process as its own.
{ module, lib }:
{
  name = "readiness";

  nodes.machine = { pkgs, ... }: {
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
        hostile = {
          gateway.port = 18792;
          providers.anthropic.apiKeyFile = "/run/keys/anthropic";
          package = pkgs.writeShellScriptBin "openclaw" "exec python3 ${pkgs.writeText "hostile.py" (builtins.readFile ./readiness_hostile.py)}";
          validateConfig = false;
          settingsCheck = "off";
          path = [ pkgs.python3 ];
        };
        misled = {
          gateway.port = 18793;
          providers.anthropic.apiKeyFile = "/run/keys/anthropic";
          environmentFiles = [ "/run/keys/variables" ];
        };
      };
    };
    # None starts by itself.
    systemd.services = lib.genAttrs [
      "moltbot-gateway-sound"
      "moltbot-gateway-late"
      "moltbot-gateway-taken"
      "moltbot-gateway-hostile"
      "moltbot-gateway-misled"
    ] (_: { wantedBy = lib.mkForce [ ]; });
  };

  testScript =
    { nodes, ... }:
    ''
      RELEASE = "${lib.getVersion nodes.machine.services.moltbot.package}"
    ''
    + builtins.readFile ./readiness.py;
}
