"""A forward proxy that leads to listed hosts only.

Usage: forward-proxy.py CONFIGURATION. It listens on a port of this machine, or on the socket that systemd passes. It
answers CONNECT, and plain HTTP by the whole URL (RFC 9110), for a name and a port that are in the list, and nothing
else. It looks a name up, connects to the address that it has looked at, and never looks twice: a name that leads to
this machine, to a private network or to a cloud's metadata leads nowhere. What comes after the head of a request is
passed on unread.

Who asks is hostile: a head has few bytes and little time, connections are counted, and a line of the log has ordinary
characters, once for each host and not for more than a limited number of them.
"""

import asyncio
import contextlib
import ipaddress
import json
import os
import re
import socket
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Place = tuple[str, int]

# systemd passes the socket as the first file after the standard ones.
SOCKET = 3
LARGEST_HEAD = 16384
HEAD_SECONDS = 30
CONNECT_SECONDS = 20
# Of each, as much as 500 kB are in memory.
MOST_CONNECTIONS = 256
MOST_LINES = 1000
CHUNK = 1 << 16

# Of rtnetlink(7), which is asked for routes.
NETLINK_HEAD = 16
NLM_F_REQUEST = 1
RTM_NEWROUTE, RTM_GETROUTE = 24, 26
RTA_DST = 1
RTN_UNICAST = 1

TUNNEL = re.compile(r"CONNECT ([A-Za-z0-9_.-]{1,254}):([0-9]{1,5}) HTTP/1\.[01]")
PLAIN = re.compile(r"([A-Z]{1,20}) http://([A-Za-z0-9_.-]{1,254})(?::([0-9]{1,5}))?([/?][!-~]*)? HTTP/1\.[01]")
FIELD = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[\t -~\x80-\xff]*")
# They are between the client and this proxy; the proxy sets the last one itself.
OF_THIS_HOP = {"connection", "keep-alive", "proxy-authorization", "proxy-connection", "upgrade", "host"}


class Refused(Exception):
    def __init__(self, status: str, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


@dataclass(frozen=True)
class Request:
    name: str
    port: int
    # What the host gets first.
    head: bytes
    # What the client gets first.
    greeting: bytes


def name_of(text: str) -> str:
    """A name in the form of the list: without the dot of the root, in small letters."""
    return text.lower().removesuffix(".")


def request_of(head: bytes) -> Request:
    """The request in a head, without its empty line."""
    lines = head.decode("latin-1").split("\r\n")
    tunnel = TUNNEL.fullmatch(lines[0])
    fields = [(FIELD.fullmatch(line), line) for line in lines[1:]]
    if any(found is None for found, _ in fields):
        raise Refused("400 Bad Request", "this is no field of a head")
    if tunnel is not None:
        return Request(
            name=name_of(tunnel[1]),
            port=int(tunnel[2]),
            head=b"",
            greeting=b"HTTP/1.1 200 Connection established\r\n\r\n",
        )
    plain = PLAIN.fullmatch(lines[0])
    if plain is None:
        raise Refused("400 Bad Request", "a request is CONNECT NAME:PORT, or has a URL http://NAME:PORT/")
    method, name, port, path = plain[1], name_of(plain[2]), int(plain[3] or 80), plain[4] or "/"
    passed = [line for found, line in fields if found is not None and found[1].lower() not in OF_THIS_HOP]
    # Everything that follows goes to the same host, so there is one answer for each connection.
    own = [f"Host: {name}" if port == 80 else f"Host: {name}:{port}", "Connection: close"]
    path = path if path.startswith("/") else f"/{path}"
    text = "\r\n".join([f"{method} {path} HTTP/1.1", *own, *passed, "", ""])
    return Request(name=name, port=port, head=text.encode("latin-1"), greeting=b"")


class Hosts:
    """The list, and the addresses that none of its names may have."""

    def __init__(self, given: dict[str, object]) -> None:
        hosts = given["hosts"]
        refused = given["refused"]
        assert isinstance(hosts, list) and isinstance(refused, list)
        self._places: dict[Place, str] = {(host["name"], host["port"]): host["to"] for host in hosts}
        self._refused = [ipaddress.ip_network(network) for network in refused]

    def place_of(self, name: str, port: int) -> str | None:
        return self._places.get((name, port))

    def may_have(self, address: Address) -> bool:
        """Whether a name of the internet may have the address."""
        plain = unmapped(address)
        return not is_own(plain) and not any(
            plain.version == network.version and plain in network for network in self._refused
        )


def unmapped(address: Address) -> Address:
    """The address that the kernel connects to: one of version 4 in version 6 is that of version 4."""
    return (address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None) or address


def family_of(address: Address) -> int:
    return int(socket.AF_INET6 if address.version == 6 else socket.AF_INET)


def stays_here(address: Address) -> bool:
    """Whether Linux has a route for the address that leads to this machine.

    It speaks to the second address of a network from the first, so its own choice of an address says too little.
    """
    route = struct.pack("=8BI", family_of(address), address.max_prefixlen, *[0] * 7)
    destination = struct.pack("=HH", 4 + len(address.packed), RTA_DST) + address.packed
    length = NETLINK_HEAD + len(route) + len(destination)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as kernel:
        kernel.sendall(struct.pack("=IHHII", length, RTM_GETROUTE, NLM_F_REQUEST, 0, 0) + route + destination)
        answer = kernel.recv(1 << 13)
    # Without a route, the answer is another one.
    is_route = struct.unpack_from("=H", answer, 4)[0] == RTM_NEWROUTE
    return is_route and answer[NETLINK_HEAD + 7] != RTN_UNICAST


def is_own(address: Address) -> bool:
    """Whether an address is one of this machine's: the kernel would connect to it from itself."""
    if sys.platform == "linux" and stays_here(address):
        return True
    with socket.socket(family_of(address), socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((str(address), 9))
            return bool(probe.getsockname()[0] == probe.getpeername()[0])
        except OSError:
            return False


def as_address(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


async def places(hosts: Hosts, request: Request, to: str) -> list[tuple[int, Place]]:
    """Where a listed host is. The user's word on an address counts; that of a name server does not."""
    loop = asyncio.get_running_loop()
    listed = as_address(to)
    if listed is not None:
        return [(family_of(listed), (str(listed), request.port))]
    try:
        found = await asyncio.wait_for(
            loop.getaddrinfo(to, request.port, type=socket.SOCK_STREAM), CONNECT_SECONDS
        )
    except (OSError, UnicodeError, TimeoutError) as error:
        raise Refused("502 Not Reached", "the name cannot be looked up") from error
    allowed = []
    for family, _, _, _, place in found:
        address = as_address(str(place[0]).partition("%")[0])
        if address is not None and hosts.may_have(address):
            allowed.append((int(family), (str(place[0]), request.port)))
    if not allowed:
        raise Refused("403 Forbidden", "the name leads to this machine or to a private network; list its address")
    return allowed


async def connected(found: list[tuple[int, Place]]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    for family, (address, port) in found:
        try:
            return await asyncio.wait_for(
                asyncio.open_connection(address, port, family=family, limit=CHUNK), CONNECT_SECONDS
            )
        except (OSError, TimeoutError):
            continue
    raise Refused("502 Not Reached", "the host cannot be reached")


async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
    except OSError:
        # Neither side has anything to say to a connection that is broken.
        writer.close()


class Log:
    """Each line once. Lines that the service may make up have limited room, and leave all of it for the others."""

    def __init__(self) -> None:
        self._lines: set[str] = set()
        self._made_up = 0

    def say(self, line: str, *, made_up: bool) -> None:
        if line in self._lines or (made_up and self._made_up == MOST_LINES):
            return
        self._made_up += made_up
        self._lines.add(line)
        print(line, flush=True)


class Proxy:
    def __init__(self, hosts: Hosts) -> None:
        self._hosts = hosts
        self._log = Log()
        self._count = 0
        # The loop forgets a task for which no socket waits, such as one whose client has said all that it has to say.
        self._tasks: set[asyncio.Task[None] | None] = set()

    def note(self, _: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        """Logs what went wrong in the loop: its message, which has no words of the service's."""
        self._log.say(f"{context['message']} {type(context.get('exception')).__name__}", made_up=True)

    @contextlib.contextmanager
    def _counted(self) -> Iterator[None]:
        self._count += 1
        try:
            if self._count > MOST_CONNECTIONS:
                raise Refused("503 Service Unavailable", "there are too many connections")
            yield
        finally:
            self._count -= 1

    async def _open(
        self, reader: asyncio.StreamReader
    ) -> tuple[Request, asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), HEAD_SECONDS)
        except asyncio.LimitOverrunError as error:
            raise Refused("431 Request Header Fields Too Large", "the head is too large") from error
        request = request_of(head[:-4])
        to = self._hosts.place_of(request.name, request.port)
        if to is None:
            # As the operator would add it to the list.
            self._log.say(f"refused {request.name}" + ("" if request.port == 443 else f":{request.port}"), made_up=True)
            raise Refused("403 Forbidden", f"{request.name}:{request.port} is not a host that may be reached")
        found = await places(self._hosts, request, to)
        self._log.say(f"used {request.name}:{request.port}", made_up=False)
        return request, *await connected(found)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self._tasks.add(task)
        try:
            await self._answer(reader, writer)
        finally:
            self._tasks.discard(task)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, EOFError, TimeoutError):
            try:
                with self._counted():
                    await self._serve(reader, writer)
            except Refused as refused:
                body = f"{refused.why}\n"
                writer.write(
                    f"HTTP/1.1 {refused.status}\r\nContent-Type: text/plain\r\n"
                    f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode()
                )
                await asyncio.wait_for(writer.drain(), HEAD_SECONDS)
        writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request, from_host, to_host = await self._open(reader)
        try:
            for end in (writer, to_host):
                connection = end.get_extra_info("socket")
                # A side that has vanished is noticed by the kernel.
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            writer.write(request.greeting)
            to_host.write(request.head)
            await asyncio.gather(pass_on(reader, to_host), pass_on(from_host, writer))
        finally:
            to_host.close()
            writer.close()
        # What is on its way to a side that is slow has a connection, too, and counts.
        for end in (to_host, writer):
            with contextlib.suppress(OSError):
                await end.wait_closed()


async def main() -> None:
    with open(sys.argv[1]) as file:
        given = json.load(file)
    proxy = Proxy(Hosts(given))
    asyncio.get_running_loop().set_exception_handler(proxy.note)
    if "LISTEN_FDS" in os.environ:
        listener = socket.socket(fileno=SOCKET)
        listener.setblocking(False)
        server = await asyncio.start_unix_server(proxy.serve, sock=listener, limit=LARGEST_HEAD)
    else:
        server = await asyncio.start_server(proxy.serve, "127.0.0.1", given["port"], limit=LARGEST_HEAD, backlog=128)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
