// Rules about the network: kinds of sockets, ports to listen on, addresses to connect to.

import type { ConfinementRule } from "../model/service-model.ts";
import {
  choose,
  concat,
  type Exp,
  hostRanges,
  literal,
  list,
  not,
  text,
} from "../schema/build-expression.ts";
import { probe, works } from "../schema/define-proof.ts";
import {
  linkAndHost,
  privateNetworks,
  sharedNetwork,
  special,
  tailnet6,
} from "../model/addresses.ts";
import type { Probe } from "../model/proof.ts";
import type { BaselineInputs } from "./inputs.ts";

type Addresses = Exp<readonly string[]>;

const none: Addresses = literal([]);

/** The denied and the allowed addresses for the author's or the user's choice of `egress`. */
function chosen(
  egress: NonNullable<BaselineInputs["egress"]>,
  toInternet: Addresses,
): { readonly denied: Addresses; readonly allowed: Addresses } {
  const named: Addresses = egress.listOrEmpty();
  const isInternet = egress.is("internet").or(named.includes("internet"));
  return {
    denied: choose(
      isInternet,
      toInternet,
      choose<readonly string[]>(egress.is("any"), [], ["any"]),
    ),
    allowed: named.filter((range) => not(range.is("internet"))),
  };
}

/** Proves that nothing gets to an address. */
const refused = (promise: string, address: string): Probe =>
  probe(promise, ["connect", address, "4280"], "timeout", "done", {
    // On a machine in use nobody may be there, and only the kernel tells whether a packet was sent.
    attempt: ["send", address],
    must: "EPERM",
  });

/** Without a proxy, the rule is kept on NixOS alone. */
const elsewhereClosed = {
  user: {
    directives: {},
    cannot:
      "be kept: a user's service manager cannot listen inside of a network that it has made for a service",
  },
  seatbelt: { cannot: "be kept: macOS has no such networks" },
} satisfies Pick<ConfinementRule, "user" | "seatbelt">;

const elsewhereProxied = (userNetwork: Exp<boolean>) =>
  ({
    user: {
      why: "Where only named hosts are to be reached, the service is in a network of its own, in which there is nothing else. A socket file leads out of it, to a forward proxy in a unit of its own, which knows the hosts; another one leads in.",
      directives: { PrivateNetwork: userNetwork },
      cannot:
        "be kept from whatever else runs as the same user: the proxy does, too. What is behind one address cannot be told apart; programs have to know of the proxy",
    },
    seatbelt: {
      keptBy:
        "where only named hosts are to be reached, connections to the ports of this machine that are listed and to that of a forward proxy, which knows the hosts; no names are looked up",
      cannot:
        "be kept from a program of this machine that listens on the proxy's port before the proxy does",
      agent: "the same, but the proxy runs as the same user",
    },
  }) satisfies Pick<ConfinementRule, "user" | "seatbelt">;

const networkRule = (
  ownNetwork: Exp<boolean>,
  userNetwork: Exp<boolean> | undefined,
): ConfinementRule => ({
  id: "network",
  why: "Where only named hosts are to be reached, the service is in a network of its own. In it, each of these hosts is an address on which the service manager listens; a unit of that host, which runs as another user outside, resolves the name and passes on what comes. There are no other machines in that network, no services of this machine, no abstract sockets of others, and no name server that asks another one.",
  directives: { PrivateNetwork: ownNetwork },
  cannot:
    "tell apart what is behind one address: a host of a network that serves many sites leads to all of them, and what a named host passes on is within reach",
  ...(userNetwork === undefined ? elsewhereClosed : elsewhereProxied(userNetwork)),
  proofs: [
    probe(
      "a limit: the network is the machine's, unless only named hosts are to be reached",
      ["namespace", "net", "{host-net}"],
      "shared",
      "shared",
    ),
  ],
  unprovable: {
    PrivateNetwork:
      "Without named hosts, the service is in the machine's network; a test of the option shows the other case.",
  },
});

export function networkRules({
  program,
  port,
  more,
  isLocal,
  isTailnet,
  egress,
  addressFamilies = none,
  nixDaemon,
  ownNetwork,
  userNetwork,
}: BaselineInputs): readonly ConfinementRule[] {
  const toInternet = concat(
    list(...linkAndHost, ...special),
    choose<readonly string[]>(
      isTailnet === undefined ? isLocal : isLocal.or(isTailnet),
      privateNetworks,
      [],
    ),
    choose<readonly string[]>(isLocal, sharedNetwork, []),
  );
  const { denied, allowed } =
    egress === undefined ? { denied: toInternet, allowed: none } : chosen(egress, toInternet);
  return [
    ...(ownNetwork === undefined ? [] : [networkRule(ownNetwork, userNetwork)]),
    {
      id: "address-families",
      why: "Internet and local sockets only. Netlink stays, because programs list network interfaces with it.",
      directives: {
        RestrictAddressFamilies: concat<string>(
          list("AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK"),
          addressFamilies,
        ),
      },
      cannot:
        "keep it from abstract sockets, which have a name but no file. They belong to the network namespace, which is the machine's, because the service needs the internet. Without any local sockets it could look up no name of the local network, and no directive of systemd tells the two kinds apart",
      user: {
        why: "Internet sockets only, and netlink, because programs list network interfaces with it. No local sockets: they lead to the session bus, the X server and the key agents of the same user. In a network of its own it has them, and there are no others.",
        directives: {
          RestrictAddressFamilies: concat<string>(
            list("AF_INET", "AF_INET6", "AF_NETLINK"),
            addressFamilies,
            // The daemon's socket is a local one, and so are those that lead out of a network of its own.
            choose<readonly string[]>(
              userNetwork === undefined ? nixDaemon : nixDaemon.or(userNetwork),
              ["AF_UNIX"],
              [],
            ),
          ),
        },
      },
      seatbelt: { keptBy: "local, IPv4, IPv6 and routing sockets only" },
      proofs: [
        probe(
          "a limit: abstract sockets of others are within reach",
          ["connect-local", "@neighbour"],
          "done",
          "done",
          { attempt: ["connect-local", "@{doctor-socket}"] },
        ),
        probe("raw packets", ["socket", "AF_PACKET"], "EAFNOSUPPORT", "EPERM"),
        works("internet sockets", ["socket", "AF_INET"]),
        works("internet sockets of version 6", ["socket", "AF_INET6"]),
        works("local sockets", ["socket", "AF_UNIX"]),
        works("netlink sockets", ["socket", "AF_NETLINK"]),
      ],
    },
    {
      id: "listening",
      why:
        port === undefined
          ? "The service cannot open a port for a shell or a relay."
          : `The service cannot open a port for a shell or a relay: it may listen on the ${program}'s port only.`,
      directives: {
        // "Any free port" is port 0. With a free port allowed, no rule denies it, and so systemd allows it.
        SocketBindDeny: choose<readonly string[]>(
          more?.freePort ?? literal(false),
          ["ipv4:1-65535", "ipv4:udp", "ipv6"],
          ["any"],
        ),
        SocketBindAllow: concat(
          port === undefined ? none : list(text`tcp:${port}`),
          more === undefined ? none : more.tcpPorts.map((extra) => text`tcp:${extra}`),
          more === undefined ? none : more.udpPorts.map((extra) => text`udp:${extra}`),
        ),
      },
      cannot: `keep it from a port that the kernel chooses, if a socket listens without \`bind\`: systemd checks \`bind\` only. The firewall keeps other machines from that port, and the rule \`egress\` keeps the local network from it. The kernel never chooses a ${program}'s own port, but a service that asks often enough gets all others, and as long as it has them the machine's programs cannot connect over TCP`,
      user: {
        directives: {},
        cannot: "be kept: the programs that decide about sockets may be loaded by root only",
      },
      seatbelt: {
        keptBy: "binding is allowed on its own TCP port and for sockets in its own directories",
        cannot:
          "tell this machine's addresses apart; nor tell a port that the kernel chooses from the others: a program that needs one may listen on all",
      },
      proofs: [
        probe("other ports", ["listen", "tcp", "28790"], "EPERM", "done"),
        probe("any free port", ["listen", "tcp", "0"], "EPERM", "done"),
        probe("datagram ports", ["listen", "udp", "28790"], "EPERM", "done"),
        probe(
          "ports of a rarer protocol",
          ["listen", "udplite", "28790"],
          ["EPERM", "no-such-machine"],
          "done",
        ),
        probe(
          "a limit: who listens without a port is given one",
          ["listen-anywhere"],
          "done",
          "done",
        ),
        ...(port === undefined
          ? []
          : [
              probe(
                `the ${program}'s port is its own`,
                ["listen", "tcp", "{port}"],
                ["done", "EADDRINUSE"],
                "EADDRINUSE",
              ),
            ]),
      ],
    },
    {
      id: "egress",
      why: `The cloud's metadata service and the machines of the local network are not the service's business; the internet is, and so is this machine, where resolvers and databases listen. nscd or resolved, outside of the sandbox, asks a resolver elsewhere in the local network. If other machines use the ${program}, the private ranges stay open, or the tailnet's alone, because the ${program}'s answers would be lost otherwise: the kernel does not tell one direction from the other.`,
      directives: {
        IPAddressDeny: denied,
        IPAddressAllow: concat(
          list("localhost"),
          isTailnet === undefined ? none : choose<readonly string[]>(isTailnet, [tailnet6], []),
          allowed,
          ownNetwork === undefined ? none : hostRanges,
        ),
      },
      refuses: {
        // Clouds have their metadata there.
        address: "169.254.169.254",
        when: egress === undefined ? literal(true) : not(egress.is("any")),
      },
      user: {
        directives: {},
        cannot: "be kept: the programs that decide about packets may be loaded by root only",
      },
      seatbelt: {
        keptBy: "connections to this machine are refused, but for its own port; IPv4 only",
        cannot: "tell private addresses from the internet: the language knows no ranges",
      },
      proofs: [
        refused("cloud metadata", "169.254.169.254"),
        refused("cloud metadata over version 6", "fd00:ec2::254"),
        refused("the cloud's host", "168.63.129.16"),
        refused("large private networks", "10.20.30.40"),
        refused("middling private networks", "172.16.20.30"),
        refused("small private networks", "192.168.20.30"),
        refused("carriers' and tunnels' networks", "100.64.20.30"),
        refused("site-local networks", "fec0::20:30"),
        refused("cloud metadata behind a translator", "64:ff9b::a9fe:a9fe"),
        refused("private networks through a tunnel", "2002:a14:1e28::1"),
        works("the internet can be reached", ["connect", "1.1.1.1", "4280"], {
          attempt: ["send", "1.1.1.1"],
        }),
        works("the internet of version 6, too", ["connect", "2606:4700:4700::1111", "4280"], {
          attempt: ["send", "2606:4700:4700::1111"],
        }),
        works("services of this machine", ["connect", "127.0.0.1", "4280"], {
          attempt: ["connect", "127.0.0.1", "{doctor-port}"],
        }),
        works("the resolver answers", ["query", "127.0.0.53"]),
        works("names of the internet are looked up", ["lookup", "neighbour.test"], {
          // A name that is for such uses: RFC 2606.
          attempt: ["lookup", "example.org"],
        }),
        works("servers show certificates that the machine trusts", [
          "tls",
          "neighbour.test",
          "4281",
        ]),
      ],
      unprovable: {
        IPAddressAllow:
          "Loopback is in none of the denied ranges; this holds if somebody adds one.",
      },
    },
  ];
}
