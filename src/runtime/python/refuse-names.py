"""The name server of a network in which only listed names exist.

It answers from a hosts(5) file, says of every other name that there is none, and prints these: the operator wants to
know what was asked for. It asks nobody. Who asks is hostile: a question is one packet, a name is printed only if it
is an ordinary one, each once while this runs, and not more than a limited number of them.
"""

import re
import socket
import struct
import sys

# systemd passes the socket as the first file after the standard ones.
SOCKET = 3
IDLE_SECONDS = 300
MOST_NAMES = 1000

# Neither an address, in whatever notation, nor a name of this machine: those are no hosts that anybody should add.
NAME = re.compile(
    r"(?=.{1,253}$)(?!(.*\.)?localhost$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z]([a-z0-9-]{0,61}[a-z0-9])?"
)
ADDRESS_OF_VERSION_4 = 1
INTERNET = 1
NO_SUCH_NAME = 3


def read_table(path: str) -> dict[str, bytes]:
    with open(path) as lines:
        rows = [line.split() for line in lines]
    return {name: socket.inet_aton(address) for address, *names in rows for name in names}


def name_in(question: bytes) -> tuple[str, int]:
    """The name of a question (RFC 1035, section 4.1.2), and where it ends. ValueError if it is malformed."""
    labels: list[str] = []
    at = 12
    while True:
        length = question[at]
        if length > 63:
            raise ValueError("a compressed name")
        label = question[at + 1 : at + 1 + length]
        at += 1 + length
        if length == 0:
            return ".".join(labels).lower(), at
        labels.append(label.decode("ascii"))


def answer(question: bytes, known: dict[str, bytes]) -> tuple[bytes, str | None]:
    """The answer, and the name if there is none. ValueError, IndexError or struct.error for what is no question."""
    number, flags, count = struct.unpack_from("!3H", question)
    if flags & 0xF800 or count != 1:
        raise ValueError("no question")
    name, end = name_in(question)
    kind, family = struct.unpack_from("!2H", question, end)
    address = known.get(name)
    refused = 0 if address is not None else NO_SUCH_NAME
    found = address is not None and (kind, family) == (ADDRESS_OF_VERSION_4, INTERNET)
    header = struct.pack("!6H", number, 0x8480 | flags & 0x0100 | refused, 1, int(found), 0, 0)
    # A pointer to the name in the question, its kind, and for how long.
    record = struct.pack("!3HIH", 0xC00C, kind, family, 60, 4) + address if found and address else b""
    return header + question[12 : end + 4] + record, None if address is not None else name


def main() -> None:
    known = read_table(sys.argv[1])
    server = socket.socket(fileno=SOCKET)
    server.settimeout(IDLE_SECONDS)
    # Programs look for the machine's own name, too, and it is no host that anybody would add.
    printed = {socket.gethostname().lower()}
    while True:
        try:
            question, client = server.recvfrom(512)
        except TimeoutError:
            return
        try:
            reply, name = answer(question, known)
        except (ValueError, IndexError, struct.error):
            continue
        if name is not None and name not in printed and len(printed) < MOST_NAMES and NAME.fullmatch(name):
            printed.add(name)
            print(f"refused {name}", flush=True)
        try:
            server.sendto(reply, socket.MSG_DONTWAIT, client)
        except OSError:
            continue


if __name__ == "__main__":
    main()
