# A machine with several services whose gateway somebody has taken over: columns of docs/attacks.md.
#
# The directives of units that are not this repository's are facts about public projects (units.json).
{
  module,
  # Names of columns: bare, pull, account, ours, keeper.
  columns,
  keysOutside,
}:
{ pkgs, lib, ... }:
let
  units = lib.importJSON ./units.json;
  has = name: lib.elem name columns;
  gateway = pkgs.writeShellScriptBin "openclaw" ''
    exec ${pkgs.python3}/bin/python3 ${
      pkgs.writeText "taken-over.py" (builtins.readFile ./taken_over.py)
    } "$@"
  '';

  # A service of another project's kind, and a second one of the same account, as a second instance would be.
  foreign =
    name: port:
    lib.mkIf (has name) {
      users.users.${name} = {
        isSystemUser = true;
        group = name;
        home = "/var/lib/${name}";
        createHome = true;
        shell = pkgs.bashInteractive;
      };
      users.groups.${name} = { };
      systemd.services = {
        "${name}-gateway" = {
          environment.OPENCLAW_STATE_DIR = "/var/lib/${name}";
          path = tools;
          serviceConfig = units.${name}.directives // {
            ExecStart = "${gateway}/bin/openclaw gateway --port ${toString port}";
            EnvironmentFile = "/run/agenix/${name}";
          };
        };
        "${name}-other" = {
          environment.OPENCLAW_STATE_DIR = "/var/lib/${name}-other";
          serviceConfig =
            removeAttrs units.${name}.directives [
              "StandardOutput"
              "StandardError"
            ]
            // {
              WorkingDirectory = "/var/lib/${name}-other";
              ReadWritePaths = [ "/var/lib/${name}-other" ];
              ExecStart = "${gateway}/bin/openclaw gateway --port ${toString (port + 50)}";
              EnvironmentFile = "/run/agenix/other";
            };
        };
      };
    };

  tools = [
    pkgs.bash
    pkgs.coreutils
    pkgs.python3
    pkgs.curl
    pkgs.gitMinimal
    pkgs.util-linux
  ];
in
{
  imports = [
    module
    (foreign "bare" 18801)
    (foreign "pull" 18802)
  ];

  security.pki.certificates = [
    (builtins.readFile ../../nixos/scripts/keys_outside/authority.pem)
  ];
  # As in a configuration that has a secret in a text.
  environment.etc."shop/in-store".source =
    pkgs.writeText "secret-of-shop" "canary-store-4c1d8e2f7a905b36\n";
  users.users.alice = {
    isNormalUser = true;
    uid = 1000;
    linger = true;
    # Whoever administers the machine.
    extraGroups = [
      "wheel"
      "systemd-journal"
      "docker"
    ];
  };
  users.groups.docker = { };
  environment.systemPackages = tools ++ [
    pkgs.iproute2
    pkgs.procps
    gateway
  ];

  systemd.user.services = lib.mkIf (has "account") {
    openclaw-gateway = {
      unitConfig.ConditionUser = "alice";
      path = tools;
      environment = {
        HOME = "/home/alice";
        OPENCLAW_STATE_DIR = "/home/alice/.openclaw";
      };
      serviceConfig = units.account.directives // {
        ExecStart = "${gateway}/bin/openclaw gateway --port 18803";
        EnvironmentFile = "/home/alice/.openclaw-key";
      };
    };
    openclaw-other = {
      unitConfig.ConditionUser = "alice";
      environment.OPENCLAW_STATE_DIR = "/home/alice/.openclaw-other";
      serviceConfig = {
        ExecStart = "${gateway}/bin/openclaw gateway --port 18853";
        EnvironmentFile = "/home/alice/.openclaw-other-key";
      };
    };
  };

  services.moltbot = {
    enable = true;
    package = gateway;
    validateConfig = false;
    settingsCheck = "off";
    documents = ../../../eval/fixtures/documents;
    path = tools;
    providers.anthropic.apiKeyFile = "/run/keys/ours";
    instances = lib.mkMerge [
      (lib.mkIf (has "ours") { ours.gateway.port = 18811; })
      (lib.mkIf (has "keeper") {
        keeper = {
          gateway.port = 18812;
          confinement = {
            egress = "named";
            inherit keysOutside;
            hosts = [
              "api.listed.test"
              "plain.listed.test:8080"
              "rebound.listed.test:8080"
            ];
          };
        };
      })
      {
        other = {
          gateway.port = 18861;
          providers.anthropic.apiKeyFile = "/run/keys/others-own";
        };
      }
    ];
  };
  systemd.services = lib.genAttrs (map (name: "moltbot-gateway-${name}") (
    [ "other" ] ++ lib.filter (name: name == "ours" || name == "keeper") columns
  )) (_: { wantedBy = lib.mkForce [ ]; });
}
