# Every way of listening, with every way of authenticating, except the combinations that the module refuses.
{ module, lib }:
let
  addresses = {
    loopback = { };
    lan = { };
    tailnet = { };
    custom.customBindHost = "192.168.77.5";
  };
  secrets = {
    token.tokenFile = "/run/keys/secret";
    password.passwordFile = "/run/keys/secret";
  };
  gateways = lib.mapCartesianProduct ({ bind, mode }: { inherit bind mode; }) {
    bind = lib.attrNames addresses;
    mode = lib.attrNames secrets;
  };
in
{
  name = "bindings";

  nodes.machine = {
    imports = [ module ];
    services.moltbot = {
      enable = true;
      providers.anthropic.apiKeyFile = "/run/keys/anthropic";
      instances = lib.listToAttrs (
        lib.imap0 (
          index:
          { bind, mode }:
          lib.nameValuePair "${bind}-${mode}" {
            gateway =
              addresses.${bind}
              // {
                inherit bind;
                port = 18800 + index;
                auth = secrets.${mode} // {
                  inherit mode;
                };
              };
          }
        ) gateways
      );
    };
  };

  # The script gets the name, way of listening and port of each gateway.
  testScript =
    { nodes, ... }:
    ''
      import json

      GATEWAYS = json.loads(${
        builtins.toJSON (
          builtins.toJSON (lib.mapAttrs (_: instance: instance.gateway) nodes.machine.services.moltbot.instances)
        )
      })
    ''
    + builtins.readFile ./bindings.py;
}
