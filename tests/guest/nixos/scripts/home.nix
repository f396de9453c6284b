# The home-manager module on a NixOS with home-manager's own module, and a user who lingers. Needs
# a whole NixOS, on which a boot activates the home.
{ homeModule, pkgs }:
{
  name = "home";

  nodes.machine = {
    users.users.alice = {
      isNormalUser = true;
      linger = true;
    };
    environment.systemPackages = [ pkgs.curl ];
  };
  homes.machine.alice = {
    imports = [ homeModule ];
    services.moltbot = {
      enable = true;
      providers.anthropic.apiKeyFile = "/home/alice/.secrets/anthropic";
    };
  };

  testScript = builtins.readFile ./home.py;
}
