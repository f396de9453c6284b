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
  # The content of a credential whose file does not exist.
  missingCredential,
}:
let
  namedHosts = import ./named-hosts.nix { inherit lib; };
  inherit (namedHosts) isAddress isHere nameServer;
  keyProxy = import ./key-proxy.nix { inherit lib pkgs missingCredential; };

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

  keyHosts = lib.filter (host: host ? key) hosts;
  plainHosts = lib.filter (host: !host ? key) hosts;

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

  # What passes connections on to a host, whoever they come from.
  proxyTo =
    { name, port, ... }@host:
    serviceFor "${title}, connections to ${name}" { } (
      {
        Type = "notify";
        ExecStart = proxy "${host.to}:${toString port}";
        RestrictAddressFamilies = [
          "AF_INET"
          "AF_INET6"
          "AF_UNIX"
        ];
        # A proxy listens nowhere: systemd does.
        SocketBindDeny = "any";
      }
      // reachOf host
    );

  proxies = lib.listToAttrs (map (host: lib.nameValuePair host.unit (proxyTo host)) plainHosts);

  # A host with a key has two units: the first adds the key, and has no network. The second reaches the server, and
  # has no key.
  keyProxies = lib.listToAttrs (
    lib.concatMap (
      { key, ... }@host:
      [
        (lib.nameValuePair host.unit (
          serviceFor "${title}, requests to ${key.host} with their key" {
            # Without the socket of the service's network there is nothing to do, nor without the server.
            BindsTo = [ "${host.unit}.socket" ];
            Requires = [ "${serverOf host}.socket" ];
            After = [
              "${host.unit}.socket"
              "${serverOf host}.socket"
            ];
          } (keyProxy.unitOf unit (socketFileOf host) host // { InaccessiblePaths = withoutOthersCredentials; })
        ))
        (lib.nameValuePair (serverOf host) (
          proxyTo {
            inherit (host) to;
            name = key.host;
            port = key.serverPort;
          }
        ))
      ]
    ) keyHosts
  );

  # These sockets end with a proxy that does not start. Whoever mends its key tries more often than systemd lets a socket
  # start by itself.
  startsOften.StartLimitIntervalSec = 0;

  # systemd shows a unit its own credentials there, and hides those of others.
  withoutOthersCredentials = lib.remove "-/run/credentials" confinement.InaccessiblePaths;

  serverOf = host: "server-${host.unit}";

  # Its directory is root's alone. The unit of the key sees the file at another place.
  socketFileOf = { key, ... }: "/run/outside-${unit}/${key.name}";

  serverSockets = lib.listToAttrs (
    map (
      host:
      lib.nameValuePair (serverOf host) {
        description = "${title}, connections to ${host.key.host}";
        listenStreams = [ (socketFileOf host) ];
        unitConfig = inService // startsOften;
        socketConfig = {
          DirectoryMode = "0700";
          SocketMode = "0666";
          RemoveOnStop = true;
          TriggerLimitIntervalSec = 0;
          PollLimitIntervalSec = 10;
          PollLimitBurst = 5;
        };
      }
    ) keyHosts
  );

  wanted = [
    "${network}.service"
    "${names}.socket"
  ]
  ++ map (host: "${host.unit}.socket") hosts
  # Wanted by the service itself: as the need of a proxy alone, they would end when it does, and take the service along.
  ++ map (host: "${serverOf host}.socket") keyHosts;
in
{
  # The units that a command of the operator's wants, which runs in the network. It serves no clients.
  inherit wanted;

  # The units that the service requires.
  required = wanted ++ [ "${clients}.socket" ] ++ map (host: "${host.unit}.service") keyHosts;

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
        lib.recursiveUpdate (socketIn "${title}, connections to ${host.name}" {
          listenStreams = [ "${host.address}:${toString host.port}" ];
        }) (lib.optionalAttrs (host ? key) { unitConfig = startsOften; })
      )
    ) hosts
  )
  // serverSockets;

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
  // proxies
  // keyProxies;
}
