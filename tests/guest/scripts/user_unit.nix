# The home-manager module on a machine where the user lingers: one home with its credential, one
# without.
{ module, homeModule }:
let
  alice = {
    users.users.alice = {
      isNormalUser = true;
      linger = true;
    };
  };
  home = {
    imports = [ homeModule ];
    services.moltbot = {
      enable = true;
      providers.anthropic.apiKeyFile = "/home/alice/.secrets/anthropic";
      skills = [
        {
          name = "tides";
          mode = "symlink";
          source = "/home/alice/skills/tides";
        }
      ];
      # Every character that the unit file, its specifiers or a shell would take for its own.
      environment.ODD = "a \"b\" 'c' 100% %h \\n \$HOME \${x} `d` #e;\nsecond=line";
    };
  };
in
{
  name = "user-unit";

  nodes = {
    machine = alice;
    refused = alice;
  };
  homes = {
    machine.alice = home;
    refused.alice = home;
  };

  testScript = builtins.readFile ./user_unit.py;
}
