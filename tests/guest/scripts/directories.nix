# What root does for a service: it makes its directories, here a workspace deep below the state directory,
# whose directories above belong to the service, too, and it stops it.
{ module, ... }:
{
  name = "directories";

  nodes.machine = {
    imports = [ module ];
    users.users.alice.isNormalUser = true;
    services.moltbot = {
      enable = true;
      providers.anthropic.apiKeyFile = "/run/keys/anthropic";
      workspaceDir = "/var/lib/moltbot/projects/team/workspace";
      environmentFiles = [ "/run/keys/variables" ];
      environment.DATE_FORMAT = "%Y-%m-%d %h";
    };
  };

  testScript = builtins.readFile ./directories.py;
}
