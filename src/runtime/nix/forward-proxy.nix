# The forward proxy that leads a service to named hosts where it cannot be in a network of its own.
#
# Contract: takes the hosts as named-hosts.nix makes them, and returns the words that run the proxy, its store paths, and
# the ports of this machine to which it connects. It is for a unit or a job outside of the service's sandbox, and for an
# account that the service is not, where there is one.
{
  lib,
  pkgs,
  # Addresses that no host on the internet has: a name that leads to one of them was made to.
  notInternet,
}:
let
  namedHosts = import ./named-hosts.nix { inherit lib; };

  program = pkgs.writeText "forward-proxy.py" (builtins.readFile ../python/forward-proxy.py);
in
{
  name,
  # The port on which it listens, unless it gets a socket from systemd.
  port ? null,
  hosts,
}:
let
  proxied = namedHosts.proxiedOf hosts;

  configuration = pkgs.writeText "${name}.json" (
    builtins.toJSON (
      {
        hosts = map (host: { inherit (host) name port to; }) proxied;
        refused = [
          "127.0.0.0/8"
          "0.0.0.0/8"
          "::/96"
        ]
        ++ notInternet;
      }
      // lib.optionalAttrs (port != null) { inherit port; }
    )
  );
in
{
  command = [
    "${lib.getExe' pkgs.python3Minimal "python3"}"
    "-I"
    "${program}"
    "${configuration}"
  ];

  rootPaths = [
    pkgs.python3Minimal
    program
    configuration
  ];

  # Where a name was given an address of this machine.
  ownPorts = map ({ port, ... }: port) (lib.filter ({ to, ... }: namedHosts.isHere to) proxied);
}
