# What the launcher looks at before it starts the gateway: a directive that the service manager does not carry out.
{ module, ... }:
{
  name = "start-checks";

  nodes.machine = {
    imports = [ module ];
    services.moltbot = {
      enable = true;
      providers.anthropic.apiKeyFile = "/run/keys/anthropic";
    };
  };

  testScript = builtins.readFile ./start_checks.py;
}
