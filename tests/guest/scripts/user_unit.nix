# The home-manager module on two machines whose user lingers: one home has its credential, the other has not.
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
      # Every character with a special meaning in unit files, in specifiers or in a shell.
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
