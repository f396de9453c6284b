# A gateway that reaches named hosts only, and a world around it: hosts of the internet, of the local network and of this
# machine, each a stand-in in another network namespace.
{ module, lib }:
let
  # The keys protect nothing: they are public, and so are the machines of a test.
  authority = builtins.readFile ./named_egress/authority.pem;

  hosts = [
    "api.named.test"
    "plain.named.test:8080"
    "rebound.named.test"
    "rebound-here.named.test:8080"
    "rebound-own.named.test:8080"
    "rebound-private.named.test:8080"
    "nas.named.test=192.168.20.30:8080"
    "192.168.20.31:8080"
    "localhost:9000"
    "nowhere.named.test"
  ];
in
{
  name = "named-egress";

  nodes.machine =
    { pkgs, ... }:
    {
      imports = [ module ];
      security.pki.certificates = [ authority ];
      environment.etc = {
        "named-egress/world.py".text = builtins.readFile ./named_egress/world.py;
        "named-egress/server.pem".text = builtins.readFile ./named_egress/server.pem;
        # In the store, which every service sees.
        "named-egress/client.py".source = pkgs.writeText "client.py" (
          builtins.readFile ./named_egress/client.py
        );
        "named-egress/probe.py".source = pkgs.writeText "probe.py" (
          builtins.readFile ../../../generated/python/probe.py
        );
      };
      environment.systemPackages = [
        pkgs.python3
        pkgs.curl
        pkgs.gitMinimal
        pkgs.iproute2
      ];
      services.moltbot = {
        enable = true;
        credentials.LOCAL_KEY = "/run/keys/model";
        confinement = {
          egress = "named";
          inherit hosts;
        };
        environment.NODE_EXTRA_CA_CERTS = "/etc/ssl/certs/ca-certificates.crt";
        path = [
          pkgs.curl
          pkgs.nodejs
          pkgs.python3
        ];
        providers.telegram = {
          enable = true;
          botTokenFile = "/run/keys/model";
          allowFrom = [ 12345678 ];
        };
        settings.channels.telegram.apiRoot = "https://telegram.named.test";
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
        instances = {
          default = { };
          # Another network, with less in it.
          other = {
            gateway.port = 18790;
            providers.telegram.enable = lib.mkForce false;
            confinement.hosts = lib.mkForce [ "plain.named.test:8080" ];
          };
        };
      };
      systemd.services = lib.genAttrs [ "moltbot-gateway" "moltbot-gateway-other" ] (_: {
        wantedBy = lib.mkForce [ ];
      });
    };

  testScript = builtins.readFile ./named_egress.py;
}
