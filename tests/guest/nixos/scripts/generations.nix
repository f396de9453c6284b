# A user's changes to a machine over time. Each generation is the system of a node that never boots.
# Needs a whole NixOS, which has all generations in its store.
{ module, lib }:
let
  plain = {
    users.mutableUsers = true;
  };
  service = settings: {
    imports = [ module ];
    services.moltbot = lib.recursiveUpdate {
      enable = true;
      providers.anthropic.apiKeyFile = "/run/keys/anthropic";
    } settings;
  };
  instances = settings: service { instances = settings; };
  ports = builtins.mapAttrs (_: port: { gateway = { inherit port; }; });
in
{
  name = "generations";

  nodes = {
    machine = plain;
    first = service { };
    port = service { gateway.port = 18999; };
    document = service {
      documents = ../../../eval/fixtures/documents;
    };
    secret = service { providers.anthropic.apiKeyFile = "/run/keys/another"; };
    two = instances (ports {
      home = 18801;
      work = 18802;
    });
    renamed = instances (ports {
      home = 18801;
      office = 18802;
    });
    one = instances (ports { home = 18801; });
    taken-over = {
      imports = [ (service { createUser = false; }) ];
      users.users.moltbot = {
        isSystemUser = true;
        group = "moltbot";
        home = "/var/empty";
      };
      users.groups.moltbot = { };
    };
    # A missing file is a final error on every release.
    broken = service { gateway.auth.tokenFile = "/run/keys/missing"; };
  };

  testScript = import ./switch ./generations.py;
}
