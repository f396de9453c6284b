# The network of a service of a user's, which reaches named hosts only, as user units around the service's own.
#
# Contract: the service's unit has a network namespace of its own, requires `sockets` and is ordered after them. Its launcher
# makes the relays of relay.sh between that network and two directories: `UNIT-outside`, whose sockets lead to units here,
# and `UNIT-inside`, in which the service listens for its clients. A service may put anything there, so what
# connects to it sees nothing else of the machine, and a link leads nowhere.
#
# All units are of the same user: whoever is that user outside of the service's sandbox can change them.
{
  lib,
  pkgs,
  notInternet,
}:
let
  namedHosts = import ./named-hosts.nix { inherit lib; };
  forwardProxy = import ./forward-proxy.nix { inherit lib pkgs notInternet; };

  # What every unit here needs of the machine's files.
  files = [
    "/nix/store"
    "-/bin"
    "-/usr"
    "-/lib"
    "-/lib64"
  ];

  # What the proxy looks names up with.
  nameServices = [
    "/etc"
    "-/run/nscd"
    "-/run/systemd/resolve"
    "-/run/NetworkManager/resolv.conf"
    "-/run/resolvconf"
  ];

  confinement = {
    CapabilityBoundingSet = "";
    InaccessiblePaths = [ "-/sys" ];
    # The first process of a namespace loses every signal that it has no handler for, and a proxy has nothing to finish.
    KillSignal = "SIGKILL";
    SuccessExitStatus = "SIGKILL";
    LimitCORE = 0;
    LockPersonality = true;
    LogRateLimitIntervalSec = 30;
    LogRateLimitBurst = 100;
    MemoryDenyWriteExecute = true;
    MemoryMax = "256M";
    NoNewPrivileges = true;
    PrivateDevices = true;
    PrivateIPC = true;
    PrivatePIDs = true;
    PrivateUsers = true;
    ProcSubset = "pid";
    ProtectHome = "tmpfs";
    ProtectProc = "invisible";
    RestrictNamespaces = true;
    RestrictRealtime = true;
    RestrictSUIDSGID = true;
    SystemCallArchitectures = "native";
    SystemCallErrorNumber = "EPERM";
    SystemCallFilter = [
      "@system-service"
      "~@privileged @resources"
    ];
    TasksMax = 64;
    TemporaryFileSystem = [ "/:ro,nosuid,nodev,mode=0755,size=1M" ];
    UMask = "0077";
  };

  # systemd says for which process a socket is, and counts it in another process namespace.
  socketProxy =
    target:
    "${pkgs.runtimeShell} -c 'LISTEN_PID=$$$$ exec ${pkgs.systemd}/lib/systemd/systemd-socket-proxyd --connections-max=1024 ${target}'";
in
{
  # The name of the service's unit.
  unit,
  # Words for descriptions.
  title,
  port,
  # The port of the relay to the proxy.
  proxyPort,
  # As named-hosts.nix makes them.
  hosts,
}:
let
  service = "${unit}.service";
  # By its own port, the service reaches itself.
  ownPorts = lib.remove port (namedHosts.ownPortsOf hosts);
  proxy = forwardProxy {
    name = "${unit}-proxy";
    inherit hosts;
  };

  socketOf = description: listen: {
    Unit = {
      Description = "${title}, ${description}";
      PartOf = [ service ];
      StopWhenUnneeded = true;
      StartLimitIntervalSec = 0;
    };
    Socket = {
      ListenStream = listen;
      TriggerLimitIntervalSec = 0;
    };
  };

  # A socket in the directory that the service sees, and cannot change.
  outward =
    description: name:
    lib.recursiveUpdate (socketOf description "%t/${unit}-outside/${name}") {
      Socket = {
        DirectoryMode = "0700";
        SocketMode = "0600";
        RemoveOnStop = true;
      };
    };

  serviceOf = description: own: {
    Unit = {
      Description = "${title}, ${description}";
      PartOf = [ service ];
      StartLimitIntervalSec = 0;
    };
    Service = confinement // own;
  };

  here = port: "${unit}-port-${toString port}";

  sockets = {
    # Clients of the machine come in here.
    "${unit}-clients" = socketOf "clients" "127.0.0.1:${toString port}";
    "${unit}-proxy" = outward "connections to named hosts" "proxy";
  }
  // lib.listToAttrs (
    map (
      port:
      lib.nameValuePair (here port) (outward "connections to port ${toString port}" (toString port))
    ) ownPorts
  );

  services = {
    # It has a network without anything in it: its sockets are files.
    "${unit}-clients" = serviceOf "clients" {
      ExecStart = socketProxy "%t/${unit}-inside/clients";
      BindReadOnlyPaths = files ++ [ "%t/${unit}-inside" ];
      PrivateNetwork = true;
      RestrictAddressFamilies = [
        "AF_INET"
        "AF_UNIX"
      ];
    };

    "${unit}-proxy" = serviceOf "connections to named hosts" {
      ExecStart = lib.escapeShellArgs proxy.command;
      BindReadOnlyPaths = files ++ nameServices;
      LimitNOFILE = 2048;
      RestrictAddressFamilies = [
        "AF_INET"
        "AF_INET6"
        "AF_NETLINK"
        "AF_UNIX"
      ];
    };
  }
  // lib.listToAttrs (
    map (
      port:
      lib.nameValuePair (here port) (
        serviceOf "connections to port ${toString port}" {
          ExecStart = socketProxy "127.0.0.1:${toString port}";
          BindReadOnlyPaths = files;
          RestrictAddressFamilies = [
            "AF_INET"
            "AF_UNIX"
          ];
        }
      )
    ) ownPorts
  );

  relays = [
    [
      "relay_out"
      (toString proxyPort)
      "proxy"
    ]
  ]
  ++ map (port: [
    "relay_out"
    (toString port)
    (toString port)
  ]) ownPorts;
in
{
  inherit sockets services;

  # The units that the service requires, and those that a command of the operator's wants.
  required = map (name: "${name}.socket") (lib.attrNames sockets);
  wanted = map (name: "${name}.socket") (lib.remove "${unit}-clients" (lib.attrNames sockets));

  # The directory in which the service listens.
  serviceConfig = {
    RuntimeDirectory = "${unit}-inside";
    RuntimeDirectoryMode = "0700";
    # The unit of the clients sees this directory, and would go on seeing an old one.
    RuntimeDirectoryPreserve = "restart";
  };

  # Commands of relay.sh: for the launcher, and for a command of the operator's.
  launcherRelays = relays ++ [
    [
      "relay_in"
      (toString port)
    ]
  ];
  commandRelays = relays ++ [
    [
      "relay_to_service"
      (toString port)
    ]
  ];
}
