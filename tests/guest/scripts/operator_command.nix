# The operator's command, tested with the real gateway, and with a program in its place that behaves like a
# hostile one.
{ module, homeModule }:
let
  played =
    { pkgs, ... }:
    {
      package = pkgs.writeShellScriptBin "openclaw" (builtins.readFile ./operator_command.sh);
      validateConfig = false;
      settingsCheck = "off";
      path = [ pkgs.python3 ];
    };
in
{
  name = "operator-command";

  nodes = {
    machine =
      { pkgs, ... }@arguments:
      {
        imports = [ module ];
        services.moltbot = {
          enable = true;
          providers.anthropic.apiKeyFile = "/run/keys/anthropic";
          instances = {
            real.gateway.port = 18790;
            played = played arguments // {
              gateway.port = 18791;
            };
            named = played arguments // {
              gateway.port = 18792;
              gateway.auth.tokenFile = "/run/keys/100%-token";
            };
          };
        };
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

  testScript = builtins.readFile ./operator_command.py;
}
