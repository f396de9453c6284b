# The care of the state: a service with the real gateway, one that an agent fills with everything hostile, and a home.
{ module, homeModule, lib }:
let
  played =
    { pkgs, ... }:
    {
      package = pkgs.writeShellScriptBin "openclaw" (builtins.readFile ./operator_command.sh);
      validateConfig = false;
      settingsCheck = "off";
      path = [ pkgs.python3 ];
    };
  model = {
    credentials.LOCAL_KEY = "/run/keys/anthropic";
    agent.model = "local/stub";
    settings.models.providers.local = {
      api = "openai-completions";
      baseUrl = "http://127.0.0.1:8400/v1";
      apiKey = {
        source = "env";
        provider = "default";
        id = "LOCAL_KEY";
      };
      models = [
        {
          id = "stub";
          name = "stub";
        }
      ];
    };
  };
in
{
  name = "care";

  nodes = {
    machine =
      { pkgs, ... }@arguments:
      {
        imports = [ module ];
        environment.systemPackages = [
          pkgs.python3
          (pkgs.writeShellScriptBin "model" "exec python3 ${pkgs.writeText "model.py" (builtins.readFile ../../../schema/model.py)} \"$@\"")
        ];
        users.users.alice.isNormalUser = true;
        services.moltbot = {
          enable = true;
          instances = {
            real = model // {
              gateway.port = 18790;
            };
            played = played arguments // {
              gateway.port = 18791;
              providers.anthropic.apiKeyFile = "/run/keys/anthropic";
              workspaceDir = "/srv/agent/workspace";
            };
          };
        };
        # None starts by itself.
        systemd.services = lib.genAttrs [ "moltbot-gateway-real" "moltbot-gateway-played" ] (_: {
          wantedBy = lib.mkForce [ ];
        });
      };
    home.users.users.alice = {
      isNormalUser = true;
      linger = true;
    };
  };
  homes.home.alice =
    { pkgs, ... }@arguments:
    {
      imports = [ homeModule ];
      services.moltbot = played arguments // {
        enable = true;
        providers.anthropic.apiKeyFile = "/home/alice/anthropic";
      };
    };

  testScript =
    { nodes, ... }:
    ''
      RELEASE = "${lib.getVersion nodes.machine.services.moltbot.instances.real.package}"
      # A backup that the command made of a service with the real release 2026.6.5, without logs and texts.
      OLD_STATE = """${builtins.readFile ./care-2026.6.5.b64}"""
    ''
    + builtins.readFile ./care.py;
}
