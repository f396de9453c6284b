# Root's work for a service: it makes the service's directories, and stops it. The workspace is deep below the state
# directory, and the directories between the two belong to the service, too.
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
