# The network of a service that reaches named hosts only, as systemd units around the service's own.
#
# Contract: the service's unit has a network namespace of its own, requires `required` and is ordered after it. Inside
# of the namespace, each host is an address on which systemd listens. What connects there goes through a unit of that
# host, which is outside, runs as another user, and resolves the name. Nothing else leads out.
#
# https://www.freedesktop.org/software/systemd/man/latest/systemd-socket-proxyd.html
{
  lib,
  pkgs,
  systemd,
  # Addresses that no host on the internet has: a name that leads to one of them was made to.
  notInternet,
}:
let
  namedHosts = import ./named-hosts.nix { inherit lib; };
  inherit (namedHosts) isAddress isHere nameServer;

  refuseNames = pkgs.writeText "refuse-names.py" (builtins.readFile ../python/refuse-names.py);

  # Confines a program that needs a network and the sockets by which names are looked up, and little else.
  confinement = {
    DynamicUser = true;
    CapabilityBoundingSet = "";
    AmbientCapabilities = "";
    DevicePolicy = "closed";
    KeyringMode = "private";
    LimitCORE = 0;
    LockPersonality = true;
    # The service decides how often a connection fails.
    LogRateLimitIntervalSec = 30;
    LogRateLimitBurst = 100;
    MemoryDenyWriteExecute = true;
    NoNewPrivileges = true;
    PrivateDevices = true;
    PrivateIPC = true;
    PrivateTmp = "disconnected";
    ProcSubset = "pid";
    ProtectClock = true;
    ProtectControlGroups = true;
    ProtectHome = true;
    ProtectHostname = true;
    ProtectKernelLogs = true;
    ProtectKernelModules = true;
    ProtectKernelTunables = true;
    ProtectProc = "invisible";
    # A user of its own brings ProtectSystem=strict, with which systemd makes no empty root.
    InaccessiblePaths = [
      "-/boot"
      "-/media"
      "-/mnt"
      "-/nix/var"
      "-/opt"
      "-/run/credentials"
      "-/run/dbus"
      "-/run/docker.sock"
      "-/run/keys"
      "-/run/libvirt"
      "-/run/podman"
      "-/run/postgresql"
      "-/run/secrets"
      "-/run/systemd/journal"
      "-/run/systemd/private"
      "-/srv"
      "-/var/lib"
      "-/var/log"
    ];
    RestrictNamespaces = true;
    RestrictRealtime = true;
    RestrictSUIDSGID = true;
    SystemCallArchitectures = "native";
    SystemCallFilter = [
      "@system-service"
      "~@privileged @resources"
    ];
    SystemCallErrorNumber = "EPERM";
    TasksMax = 64;
    MemoryMax = "256M";
    UMask = "0077";
  };

  proxy =
    target:
    "${systemd}/lib/systemd/systemd-socket-proxyd --connections-max=1024 --exit-idle-time=5min ${target}";

  # What the proxy of a host may connect to.
  reachOf =
    { to, ... }:
    if isHere to then
      {
        IPAddressDeny = "any";
        IPAddressAllow = "localhost";
      }
    else if isAddress to then
      {
        IPAddressDeny = "any";
        IPAddressAllow = to;
      }
    else
      {
        IPAddressDeny = [
          "localhost"
          "0.0.0.0/8"
        ]
        ++ notInternet;
        # The machine's own addresses, whichever they are, are behind this interface.
        RestrictNetworkInterfaces = "~lo";
      };
in
{
  # The name of the service's unit.
  unit,
  # Words for descriptions.
  title,
  port,
  # As named-hosts.nix makes them, and their table as a file.
  hosts,
  table,
}:
let
  service = "${unit}.service";
  # The namespace is shared by all units that refer to the service's.
  inNetwork.JoinsNamespaceOf = service;
  # A new namespace needs new sockets, and sockets keep the namespace. So they come and go with the service; a command
  # of the operator's needs them without it.
  inService = {
    StopWhenUnneeded = true;
    PartOf = service;
  };

  network = "network-${unit}";
  names = "names-${unit}";
  clients = "clients-${unit}";

  # A socket of the network has to be there before the service, which starts after all sockets of the machine.
  socketIn =
    description: extra:
    {
      inherit description;
      requires = [ "${network}.service" ];
      after = [ "${network}.service" ];
      before = [ "shutdown.target" ];
      conflicts = [ "shutdown.target" ];
      unitConfig = inNetwork // inService // { DefaultDependencies = false; };
      socketConfig = {
        PrivateNetwork = true;
        FreeBind = true;
        # A unit that fails again and again is tried slowly, and never given up.
        TriggerLimitIntervalSec = 0;
        PollLimitIntervalSec = 10;
        PollLimitBurst = 5;
      };
    }
    // extra;

  serviceFor = description: unitConfig: serviceConfig: {
    inherit description;
    enableDefaultPath = false;
    startLimitIntervalSec = 0;
    unitConfig = {
      PartOf = service;
    }
    // unitConfig;
    serviceConfig = confinement // serviceConfig;
  };

  proxies = lib.listToAttrs (
    map (
      host:
      lib.nameValuePair host.unit (
        serviceFor "${title}, connections to ${host.name}" { } (
          {
            Type = "notify";
            ExecStart = proxy "${host.to}:${toString host.port}";
            RestrictAddressFamilies = [
              "AF_INET"
              "AF_INET6"
              "AF_UNIX"
            ];
            # A proxy listens nowhere: systemd does.
            SocketBindDeny = "any";
          }
          // reachOf host
        )
      )
    ) hosts
  );

  wanted = [
    "${network}.service"
    "${names}.socket"
  ]
  ++ map (host: "${host.unit}.socket") hosts;
in
{
  # The units that a command of the operator's wants, which runs in the network. It serves no clients.
  inherit wanted;

  # The units that the service requires.
  required = wanted ++ [ "${clients}.socket" ];

  sockets = {
    ${names} = socketIn "${title}, names" { listenDatagrams = [ "${nameServer}:53" ]; };
    # Clients of the machine come in here: the socket is in the machine's network, the unit that it starts in the
    # service's.
    ${clients} = {
      description = "${title}, clients";
      listenStreams = [ "127.0.0.1:${toString port}" ];
      unitConfig = inService;
    };
  }
  // lib.listToAttrs (
    map (
      host:
      lib.nameValuePair host.unit (
        socketIn "${title}, connections to ${host.name}" {
          listenStreams = [ "${host.address}:${toString host.port}" ];
        }
      )
    ) hosts
  );

  services = {
    ${network} =
      serviceFor "${title}, its network" (inNetwork // inService)
        {
          Type = "oneshot";
          RemainAfterExit = true;
          # All of these are addresses of the network itself.
          ExecStart = map (range: "${lib.getExe' pkgs.iproute2 "ip"} route replace local ${range} dev lo") (
            namedHosts.rangesOf hosts
          );
          PrivateNetwork = true;
          AmbientCapabilities = "CAP_NET_ADMIN";
          CapabilityBoundingSet = "CAP_NET_ADMIN";
          RestrictAddressFamilies = [ "AF_NETLINK" ];
          IPAddressDeny = "any";
        };

    ${clients} = serviceFor "${title}, clients" inNetwork {
      Type = "notify";
      ExecStart = proxy "127.0.0.1:${toString port}";
      PrivateNetwork = true;
      RestrictAddressFamilies = [
        "AF_INET"
        "AF_UNIX"
      ];
      SocketBindDeny = "any";
      IPAddressDeny = "any";
      IPAddressAllow = "localhost";
    };

    # It gets its socket from systemd, and has a network without anything in it.
    ${names} = serviceFor "${title}, names" { } {
      ExecStart = "${lib.getExe' pkgs.python3Minimal "python3"} -I ${refuseNames} ${table}";
      PrivateNetwork = true;
      RestrictAddressFamilies = [
        "AF_INET"
        "AF_UNIX"
      ];
      IPAddressDeny = "any";
      IPAddressAllow = "localhost";
    };
  }
  // proxies;
}
