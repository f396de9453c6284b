# `moltbot doctor` on machines in use, where nobody has put what the probes of the VM test look for: with the real
# gateway, with a program in its place that tries to lead the doctor astray, and in a home.
{ module, homeModule }:
{
  name = "doctor";

  nodes = {
    machine =
      { pkgs, ... }:
      let
        hostile = {
          package = pkgs.writeShellScriptBin "openclaw" (builtins.readFile ./doctor.sh);
          validateConfig = false;
          settingsCheck = "off";
        };
      in
      {
        imports = [ module ];
        networking.hosts."192.0.2.1" = [ "example.org" ];
        services.moltbot = {
          enable = true;
          providers.anthropic.apiKeyFile = "/run/keys/anthropic";
          instances = {
            default = { };
            named = {
              gateway.port = 18790;
              confinement.egress = "named";
            };
            loose = hostile // {
              gateway.port = 18791;
              confinement = {
                egress = "any";
                nestedSandboxes = true;
                tasksMax = 4096;
              };
            };
            hostile = hostile // {
              gateway.port = 18792;
              confinement.acceptMissing = [ "PrivatePIDs" ];
            };
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
    services.moltbot = {
      enable = true;
      providers.anthropic.apiKeyFile = "/home/alice/anthropic";
    };
  };

  testScript = builtins.readFile ./doctor.py;
}
