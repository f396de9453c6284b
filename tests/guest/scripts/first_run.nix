# The smallest complete run of the module: one machine with its credential, one without.
{ module }:
{
  name = "first-run";

  nodes = {
    machine = {
      imports = [ module ];
      services.moltbot = {
        enable = true;
        providers.anthropic.apiKeyFile = "/run/keys/anthropic";
      };
    };
    refused = {
      imports = [ module ];
      services.moltbot = {
        enable = true;
        providers.anthropic.apiKeyFile = "/run/keys/anthropic";
      };
    };
  };

  testScript = builtins.readFile ./first_run.py;
}
