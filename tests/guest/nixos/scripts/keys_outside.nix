# Gateways whose keys are outside, one whose key is inside, and a world with the providers' servers: stand-ins in another
# network namespace, one of which pretends to be a provider.
{ module, lib }:
let
  # The keys protect nothing: they are public, and so are the machines of a test.
  authority = builtins.readFile ./keys_outside/authority.pem;

  named = {
    egress = "named";
    hosts = [ "echo.keys.test" ];
  };
in
{
  name = "keys-outside";

  nodes.machine =
    { pkgs, ... }:
    {
      imports = [ module ];
      security.pki.certificates = [ authority ];
      environment.etc = {
        "keys-outside/world.py".text = builtins.readFile ./keys_outside/world.py;
        "keys-outside/server.pem".text = builtins.readFile ./keys_outside/server.pem;
        "keys-outside/impostor.pem".text = builtins.readFile ./keys_outside/impostor.pem;
        # In the store, which every service sees.
        "keys-outside/client.py".source = pkgs.writeText "client.py" (
          builtins.readFile ./keys_outside/client.py
        );
        "keys-outside/hunt.py".source = pkgs.writeText "hunt.py" (
          builtins.readFile ./keys_outside/hunt.py
        );
        "keys-outside/probe.py".source = pkgs.writeText "probe.py" (
          builtins.readFile ../../../../generated/python/probe.py
        );
      };
      environment.systemPackages = [
        pkgs.python3
        pkgs.curl
        pkgs.iproute2
      ];
      services.moltbot = {
        enable = true;
        environment.NODE_EXTRA_CA_CERTS = "/etc/ssl/certs/ca-certificates.crt";
        path = [ pkgs.python3 ];
        instances = {
          outside = {
            providers.anthropic.apiKeyFile = "/run/keys/anthropic";
            agent.model = "anthropic/claude-opus-4-6";
            confinement = named // {
              keysOutside = true;
            };
          };
          inside = {
            gateway.port = 18790;
            providers.anthropic.apiKeyFile = "/run/keys/anthropic";
            agent.model = "anthropic/claude-opus-4-6";
            confinement = named;
          };
          # The user's own server.
          own = {
            gateway.port = 18791;
            providers.openai.apiKeyFile = "/run/keys/openai";
            agent.model = "openai/stub";
            confinement = named // {
              keysOutside = true;
            };
            settings.models.providers.openai = {
              baseUrl = "https://own.keys.test:8443/openai/v1";
              api = "openai-completions";
              models = [
                {
                  id = "stub";
                  name = "stub";
                }
              ];
            };
          };
        };
      };
      systemd.services = lib.genAttrs (map (name: "moltbot-gateway-${name}") [
        "outside"
        "inside"
        "own"
      ]) (_: { wantedBy = lib.mkForce [ ]; });
    };

  testScript = builtins.readFile ./keys_outside.py;
}
