# The generations of a machine with a read-only overlay as /etc (`system.etc.overlay`) and userborn's accounts.
# Needs a whole NixOS.
{ module, lib }:
let
  service = settings: {
    imports = [ module ];
    system.etc.overlay = {
      enable = true;
      mutable = false;
    };
    services.userborn.enable = true;
    # The overlay requires this option; a container has no initrd at all.
    boot.initrd.systemd.enable = true;
    services.moltbot = lib.recursiveUpdate {
      enable = true;
      providers.anthropic.apiKeyFile = "/run/keys/anthropic";
    } settings;
  };
  instances =
    ports: service { instances = builtins.mapAttrs (_: port: { gateway = { inherit port; }; }) ports; };
in
{
  name = "immutable";

  nodes = {
    machine = service { };
    port = service { gateway.port = 18999; };
    two = instances {
      home = 18801;
      work = 18802;
    };
    one = instances { home = 18801; };
  };

  testScript = import ./switch ./immutable.py;
}
