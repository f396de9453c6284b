# The home-manager module in two homes: one accepts a service manager that is older than the module needs, the other does
# not.
{ homeModule, ... }:
let
  user = {
    isNormalUser = true;
    linger = true;
  };
  # The container hides the kernel's log, and an old systemd fails when it hides it again.
  seen = lib: { ProtectKernelLogs = lib.mkForce false; };
  home =
    { lib, ... }:
    {
      imports = [ homeModule ];
      services.moltbot = {
        enable = true;
        providers.anthropic.apiKeyFile = "/run/key";
      };
      systemd.user.services = {
        moltbot-gateway.Service = seen lib;
        prepare-moltbot-gateway.Service = seen lib;
      };
    };
in
{
  name = "old-systemd";

  nodes = {
    strict.users.users.alice = user;
    accepting.users.users.alice = user;
  };
  homes = {
    strict.alice = home;
    accepting.alice = {
      imports = [ home ];
      services.moltbot.confinement.acceptMissing = [
        "PrivatePIDs"
        "PrivateTmp"
        "ProcSubset"
        "ProtectControlGroups"
        "ProtectProc"
      ];
    };
  };

  testScript = builtins.readFile ./old_systemd.py;
}
