"""Everything outside of the machine: the internet, the local network, the cloud's metadata service, name servers.

Usage: world.py FOLDER CERTIFICATE, with the canaries as JSON on standard input. Runs in a network namespace of its own,
and stays. FOLDER/heard has a line of JSON for whatever arrives; FOLDER/ready exists once all listen.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import socket
import ssl
import struct
import sys
import threading
from collections.abc import Callable
from pathlib import Path

PROVIDER = "203.0.113.5"
EVIL = "203.0.113.9"
EVIL_6 = "2001:db8:9::9"
RESOLVER = "203.0.113.53"
ROUTER = "192.168.20.1"
NAS = "192.168.20.30"
METADATA = "169.254.169.254"
METADATA_6 = "fd00:ec2::254"
# The metadata service behind a translator of version 6.
TRANSLATED = "64:ff9b::a9fe:a9fe"
# What has an address here, and whose canary it says.
ADDRESSES = {
    PROVIDER: "provider",
    EVIL: "evil",
    EVIL_6: "evil",
    RESOLVER: "evil",
    ROUTER: "router",
    NAS: "nas",
    "10.20.30.40": "office",
    "172.16.20.30": "office",
    "100.64.20.30": "tailnet",
    METADATA: "metadata",
    METADATA_6: "metadata",
    TRANSLATED: "metadata",
    "168.63.129.16": "metadata",
    "100.100.100.200": "metadata",
}
PORTS = (22, 53, 80, 443, 853, 6667, 8080, 9100)
DATAGRAM_PORTS = (123, 443, 4433)
MULTICAST = "224.0.0.251"

# The names that both name servers know.
NAMES = {
    "api.anthropic.com": PROVIDER,
    "api.listed.test": PROVIDER,
    "plain.listed.test": PROVIDER,
    "rebound.listed.test": METADATA,
    "evil.test": EVIL,
    "metadata.evil.test": METADATA,
    "nas.office.test": NAS,
    "relay.listed.test": PROVIDER,
}
# Names below it are a channel: whoever asks says something, and is told something.
TUNNEL = "tunnel.test"
# Its address is another one every time.
REBINDING = "rebinding.test"


def main() -> None:
    folder, certificate = Path(sys.argv[1]), sys.argv[2]
    World(folder, certificate, json.load(sys.stdin)).serve()


class World:
    def __init__(self, folder: Path, certificate: str, canaries: dict[str, str]) -> None:
        self._folder, self._canaries = folder, canaries
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)
        self._turns = itertools.count()

    def serve(self) -> None:
        self._log = (self._folder / "heard").open("a", buffering=1)
        for address in ADDRESSES:
            for port in PORTS:
                self._serve_tcp(address, port)
            for port in DATAGRAM_PORTS:
                self._serve_udp(address, port)
            self._serve_names(address)
        self._serve_multicast()
        self._serve_broadcast()
        self._serve_echo()
        (self._folder / "ready").touch()
        threading.Event().wait()

    def _hear(self, address: str, port: int, how: str, text: bytes) -> None:
        line = {"at": address, "port": port, "how": how, "text": text.decode(errors="replace")}
        self._log.write(json.dumps(line) + "\n")

    # ---- streams ----

    def _serve_tcp(self, address: str, port: int) -> None:
        server = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # TCP_FASTOPEN, for clients that send with their first packet.
        server.setsockopt(socket.IPPROTO_TCP, 23, 16)
        server.bind((address, port))
        server.listen(64)

        def answer() -> None:
            connection, _ = server.accept()
            threading.Thread(target=self._answer, args=(connection, address, port), daemon=True).start()

        _forever(answer)

    def _answer(self, plain: socket.socket, address: str, port: int) -> None:
        with contextlib.suppress(OSError), plain:
            plain.settimeout(4)
            connection = plain
            if port in (443, 853) and plain.recv(1, socket.MSG_PEEK) == b"\x16":
                connection = self._context.wrap_socket(plain, server_side=True)
            with connection:
                text = connection.recv(65536)
                if port == 53 and len(text) > 2:
                    self._hear(address, port, "tcp", text)
                    answer = self._name_answer(text[2:])
                    connection.sendall(struct.pack("!H", len(answer)) + answer)
                    return
                self._hear(address, port, "tcp", text)
                connection.sendall(self._page(address, text))

    def _page(self, address: str, request: bytes) -> bytes:
        said = self._canaries[ADDRESSES[address]]
        if b"other-tenant.test" in request:
            said = self._canaries["other-tenant"]
        if b" /redirect " in request:
            return (
                b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest\r\nContent-Length: 0\r\n\r\n"
            )
        body = f"{said}\n".encode()
        return b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)

    # ---- datagrams ----

    def _serve_udp(self, address: str, port: int) -> None:
        server = _datagrams(address, port)

        def answer() -> None:
            text, client = server.recvfrom(65536)
            self._hear(address, port, "udp", text)
            with contextlib.suppress(OSError):
                server.sendto(self._canaries[ADDRESSES[address]].encode(), client)

        _forever(answer)

    def _serve_multicast(self) -> None:
        server = _datagrams("", 5353)
        group = socket.inet_aton(MULTICAST) + socket.inet_aton(NAS)
        server.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
        _forever(lambda: self._hear(MULTICAST, 5353, "udp", server.recv(65536)))

    def _serve_broadcast(self) -> None:
        server = _datagrams("", 9)
        _forever(lambda: self._hear("broadcast", 9, "udp", server.recv(65536)))

    def _serve_echo(self) -> None:
        """What comes as a ping; the kernel answers."""
        server = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        _forever(lambda: self._hear("ping", 0, "icmp", server.recv(65536)))

    # ---- names ----

    def _serve_names(self, address: str) -> None:
        server = _datagrams(address, 53)

        def answer() -> None:
            text, client = server.recvfrom(4096)
            self._hear(address, 53, "name", text)
            with contextlib.suppress(OSError, IndexError, struct.error):
                server.sendto(self._name_answer(text), client)

        _forever(answer)

    def _name_answer(self, question: bytes) -> bytes:
        """The answer of RFC 1035, section 4, without anything in it for names that do not exist."""
        labels: list[str] = []
        place = 12
        while length := question[place]:
            labels.append(question[place + 1 : place + 1 + length].decode(errors="replace"))
            place += 1 + length
        name = ".".join(labels).lower()
        asked = question[12 : place + 5]
        (kind,) = struct.unpack("!H", question[place + 1 : place + 3])
        data = self._data(name, kind)
        known = name in NAMES or name == REBINDING or name.endswith(TUNNEL)
        flags = 0x8180 if known else 0x8183
        header = question[:2] + struct.pack("!5H", flags, 1, 0 if data is None else 1, 0, 0)
        if data is None:
            return header + asked
        return header + asked + struct.pack("!3HIH", 0xC00C, kind, 1, 0, len(data)) + data

    def _data(self, name: str, kind: int) -> bytes | None:
        if kind == 16 and name.endswith(TUNNEL):
            text = self._canaries["commands"].encode()
            return bytes([len(text)]) + text
        if kind != 1:
            return None
        if name == REBINDING:
            return socket.inet_aton((EVIL, METADATA)[next(self._turns) % 2])
        if name.endswith(TUNNEL):
            return socket.inet_aton(EVIL)
        return socket.inet_aton(NAMES[name]) if name in NAMES else None


def _datagrams(address: str, port: int) -> socket.socket:
    server = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    server.bind((address, port))
    return server


def _forever(step: Callable[[], object]) -> None:
    def loop() -> None:
        while True:
            with contextlib.suppress(OSError):
                step()

    threading.Thread(target=loop, daemon=True).start()


if __name__ == "__main__":
    main()
