# The smallest complete run of the module.
{ module, lib }:
{
  name = "first-run";

  nodes = {
    machine = {
      imports = [ module ];
      services.moltbot = {
        enable = true;
        providers.anthropic.apiKeyFile = "/run/keys/anthropic";
        skills = [
          {
            name = "weather";
            description = "Tells the weather: \"sun\", 'rain' and # so on.";
            body = "Look out of the window.";
          }
        ];
      };
    };
  };

  testScript =
    { nodes, ... }:
    ''
      RELEASE = "${lib.getVersion nodes.machine.services.moltbot.package}"
    ''
    + builtins.readFile ./first_run.py;
}
