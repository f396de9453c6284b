# A machine with an instance for each row of the file $NIXMODGEN_MATRIX. None starts by itself.
{ module, lib }:
let
  instances = import (/. + builtins.getEnv "NIXMODGEN_MATRIX");
in
{
  name = "matrix";

  nodes.machine = { pkgs, ... }: {
    imports = [ module ];
    environment.systemPackages = [ pkgs.jq ];
    services.moltbot = {
      enable = true;
      inherit instances;
    };
    systemd.services = lib.mapAttrs' (
      name: _: lib.nameValuePair "moltbot-gateway-${name}" { wantedBy = lib.mkForce [ ]; }
    ) instances;
  };

  testScript =
    { nodes, ... }:
    let
      cfg = nodes.machine.services.moltbot;
    in
    ''
      import json

      INSTANCES = json.loads(${
        builtins.toJSON (
          builtins.toJSON (
            lib.mapAttrs (_: instance: {
              inherit (instance.gateway) port;
              config = instance.configPath;
            }) cfg.instances
          )
        )
      })
      PROGRAM = ${builtins.toJSON (lib.getExe cfg.package)}
      VALIDATION = ${builtins.toJSON (builtins.readFile ../../schema/validate-config.sh)}
    ''
    + builtins.readFile ./matrix.py;
}
