# Documents and skills that the configuration puts into the workspace, for a system service and for a
# user's.
{ module, homeModule }:
let
  service = {
    enable = true;
    documents = ../../eval/fixtures/documents;
    skills = [
      {
        name = "weather";
        description = "Tells the weather.";
        body = "Look out of the window.";
      }
      {
        name = "copied";
        mode = "copy";
        source = ../../eval/fixtures/skill;
      }
    ];
  };
in
{
  name = "managed-files";

  nodes = {
    machine = {
      imports = [ module ];
      services.moltbot = service // {
        providers.anthropic.apiKeyFile = "/run/keys/anthropic";
      };
    };
    several =
      { config, lib, ... }:
      {
        imports = [ module ];
        services.moltbot = {
          enable = true;
          providers.anthropic.apiKeyFile = "/run/keys/anthropic";
          agentDocuments."/srv/agents/work" = ../../eval/fixtures/documents;
          settings.agents =
            if lib.versionAtLeast config.services.moltbot.package.version "2026.8" then
              {
                entries = {
                  main.default = true;
                  work.workspace = "/srv/agents/work";
                };
              }
            else
              {
                list = [
                  {
                    id = "main";
                    default = true;
                  }
                  {
                    id = "work";
                    workspace = "/srv/agents/work";
                  }
                ];
              };
        };
      };
    home.users.users.alice = {
      isNormalUser = true;
      linger = true;
    };
  };
  homes.home.alice = {
    imports = [ homeModule ];
    services.moltbot = service // {
      providers.anthropic.apiKeyFile = "/home/alice/anthropic";
    };
  };

  testScript = builtins.readFile ./managed_files.py;
}
