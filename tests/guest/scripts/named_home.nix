# A gateway of a user's own that reaches named hosts only, and the world of named_egress.nix around it.
{ module, homeModule }:
let
  authority = builtins.readFile ./named_egress/authority.pem;
in
{
  name = "named-home";

  nodes.machine =
    { pkgs, ... }:
    {
      security.pki.certificates = [ authority ];
      environment.etc = {
        "named-egress/world.py".text = builtins.readFile ./named_egress/world.py;
        "named-egress/server.pem".text = builtins.readFile ./named_egress/server.pem;
      };
      environment.systemPackages = [
        pkgs.python3
        pkgs.curl
        pkgs.iproute2
      ];
      users.users.alice = {
        isNormalUser = true;
        linger = true;
      };
    };

  homes.machine.alice =
    { pkgs, ... }:
    {
      imports = [ homeModule ];
      services.moltbot = {
        enable = true;
        credentials.LOCAL_KEY = "/home/alice/.secrets/model";
        confinement = {
          egress = "named";
          hosts = [
            "api.named.test"
            "plain.named.test:8080"
            "rebound.named.test"
            "rebound-here.named.test:9001"
            "rebound-own.named.test:9001"
            "nas.named.test=192.168.20.30:8080"
            "localhost:9000"
          ];
        };
        environment.NODE_EXTRA_CA_CERTS = "/etc/ssl/certs/ca-certificates.crt";
        path = [
          pkgs.curl
          pkgs.nodejs
          pkgs.python3
        ];
        agent.model = "local/stub";
        settings.models.providers.local = {
          api = "openai-completions";
          baseUrl = "https://model.named.test/v1";
          apiKey = {
            source = "env";
            provider = "default";
            id = "LOCAL_KEY";
          };
          models = [
            {
              id = "stub";
              name = "stub";
            }
          ];
        };
      };
    };

  testScript = builtins.readFile ./named_home.py;
}
