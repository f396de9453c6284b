"""Makes everything around the service that must be out of its reach, so that probes can try to find it.

Runs as root outside of the sandbox and stays, because it holds sockets open. Everything it makes is open to
everybody, so that only the sandbox keeps a probe from it. `READY` exists once all is made.
"""

import contextlib
import ctypes
import os
import shutil
import socket
import ssl
import struct
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

READY = "/run/neighbourhood-ready"

# Files in places where people and other services keep theirs; /data stands for a directory that
# no rule names.
FILES = (
    "/boot/neighbour",
    "/data/neighbour",
    "/etc/neighbourly",
    "/etc/nixos/neighbour",
    "/home/alice/neighbour",
    "/media/neighbour",
    "/mnt/neighbour",
    "/opt/neighbour",
    "/root/neighbour",
    "/srv/neighbour",
    "/tmp/neighbour",
    "/var/lib/neighbour/state",
    "/var/log/neighbour",
    "/var/tmp/neighbour",
    "/dev/shm/neighbour",
    "/run/neighbour/file",
)
# A user that the service does not know, and a file of that user's.
STRANGER = 4242
STRANGERS_FILE = "/usr/neighbour"

# A shell with the rights of root. It is in /usr, which every sandbox sees.
SET_UID_PROGRAM = "/usr/neighbour-shell"

LOCAL_SOCKETS = (
    "/run/neighbour/socket",
    "/run/docker.sock",
    "/run/podman/podman.sock",
    "/run/postgresql/.s.PGSQL.5432",
    "/nix/var/nix/daemon-socket/socket",
)

# A socket without a file: the kernel knows such names by the leading "\0".
ABSTRACT_SOCKET = "\0neighbour"

# Stand-ins for the cloud's metadata service, machines of the local network, a provider's shared
# address space, and the internet.
ADDRESSES = (
    "169.254.169.254",
    "10.20.30.40",
    "172.16.20.30",
    "192.168.20.30",
    "100.64.20.30",
    "168.63.129.16",
    "fd00:ec2::254",
    "fec0::20:30",
    # 169.254.169.254 behind a translator, 10.20.30.40 through a tunnel.
    "64:ff9b::a9fe:a9fe",
    "2002:a14:1e28::1",
    "1.1.1.1",
    "2606:4700:4700::1111",
)
TCP_PORT = 4280
TLS_PORT = 4281

# The names that the name servers know: one server is on the machine, at the address of systemd-resolved's
# stub, the other in the local network. /etc/resolv.conf names them in this order; a program that gets no
# answer from the first asks the second.
NAME = "neighbour.test"
NAME_IN_NETWORK = "network.neighbour.test"
RESOLVERS = {"127.0.0.53": NAME, "192.168.20.30": NAME_IN_NETWORK}
INTERNET = "1.1.1.1"
# glibc's nscd/nscd-client.h: path, version of the protocol, number of the request GETAI.
NSCD = "/run/nscd/socket"
NSCD_VERSION = 2
NSCD_GETAI = 14

# The certificate of a server called NAME, from an authority that the machines trust (authority.pem). The key
# protects nothing: it is public, and so are the machines of a test.
CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIB2TCCAX+gAwIBAgIUGdsBpl2MoWGKW4TrNTjSB48ECTkwCgYIKoZIzj0EAwIw
KjEoMCYGA1UEAwwfU3RhbmQtaW4gYXV0aG9yaXR5IG9mIGEgVk0gdGVzdDAgFw0y
NjExMjIyMTU3NDdaGA8yMTI2MTAyOTIxNTc0N1owGTEXMBUGA1UEAwwObmVpZ2hi
b3VyLnRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATaWGpXFsBTdV68ako1
14N7Yc5wg0yUaxAroysJkg4TiNkfYSOeC1VlFLYjm4bqdiVnlVOolN75i6twqjUa
LqTNo4GRMIGOMBkGA1UdEQQSMBCCDm5laWdoYm91ci50ZXN0MAwGA1UdEwEB/wQC
MAAwDgYDVR0PAQH/BAQDAgeAMBMGA1UdJQQMMAoGCCsGAQUFBwMBMB8GA1UdIwQY
MBaAFPS/zGMXZalahFuyGeXooLKXEpi7MB0GA1UdDgQWBBQ2Yqy8kr1z4GrOkbIp
ZQMrEvcJCTAKBggqhkjOPQQDAgNIADBFAiBBXs3SUm9rWUDlv++PkmjmDFHM3Gsn
kI56xw/zDZ2kIgIhALgtMapLnGzgRgqa5yLMCy+uQ32BKuRadZG/wiXn9TSh
-----END CERTIFICATE-----
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg5ZvmEWDeZHIrdytf
y4BFyAbCPeb8CvV09U0u17Tha/2hRANCAATaWGpXFsBTdV68ako114N7Yc5wg0yU
axAroysJkg4TiNkfYSOeC1VlFLYjm4bqdiVnlVOolN75i6twqjUaLqTN
-----END PRIVATE KEY-----
"""
CERTIFICATE_FILE = "/run/neighbour/certificate.pem"

SHARED_MEMORY_KEY = 4242
MESSAGE_QUEUE = "/neighbour"


def make_files() -> None:
    for name in FILES:
        path = Path(name)
        for folder in reversed(path.parents):
            folder.mkdir(exist_ok=True)
        path.write_text("neighbour\n")
        path.chmod(0o666)
    # Everybody may enter these directories.
    for closed in ("/root", "/home/alice", "/boot", "/var/log"):
        os.chmod(closed, 0o755)
    os.chmod("/data", 0o777)
    Path(STRANGERS_FILE).touch()
    os.chown(STRANGERS_FILE, STRANGER, STRANGER)


def make_device() -> None:
    """/dev/fuse under another name: any user may open it."""
    path = "/dev/neighbour"
    if not os.path.exists(path):
        os.mknod(path, 0o666 | 0o020000, os.makedev(10, 229))
    os.chmod(path, 0o666)


def make_set_uid_program() -> None:
    shell = shutil.which("bash")
    if shell is None:
        raise FileNotFoundError("bash")
    shutil.copyfile(shell, SET_UID_PROGRAM)
    # The mode last: a change of owner clears the bit.
    os.chown(SET_UID_PROGRAM, 0, 0)
    os.chmod(SET_UID_PROGRAM, 0o4755)


def serve_local() -> None:
    for name in LOCAL_SOCKETS:
        path = Path(name)
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        server = socket.socket(socket.AF_UNIX)
        server.bind(name)
        path.chmod(0o666)
        _accept_all(server)
    abstract = socket.socket(socket.AF_UNIX)
    abstract.bind(ABSTRACT_SOCKET)
    _accept_all(abstract)


def serve_network() -> None:
    for address in ADDRESSES:
        length = 128 if ":" in address else 32
        arguments = ["ip", "address", "replace", f"{address}/{length}", "dev", "lo"]
        subprocess.run([*arguments, "nodad"] if ":" in address else arguments, check=True)
        _serve_tcp(address)
    _serve_tcp("127.0.0.1")


def _serve_tcp(address: str) -> None:
    server = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind((address, TCP_PORT))
    _accept_all(server)


def _accept_all(server: socket.socket) -> None:
    server.listen()
    _forever(lambda: server.accept()[0].close())


def serve_tls() -> None:
    Path(CERTIFICATE_FILE).write_text(CERTIFICATE)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE_FILE)
    server = socket.create_server((INTERNET, TLS_PORT))

    def greet() -> None:
        client, _ = server.accept()
        # A client may go away at any time.
        with contextlib.suppress(OSError), context.wrap_socket(client, server_side=True) as secured:
            secured.sendall(b"hello\n")

    _forever(greet)


def _forever(step: Callable[[], object]) -> None:
    def loop() -> None:
        while True:
            step()

    threading.Thread(target=loop, daemon=True).start()


# ---- names ----


def serve_names() -> None:
    for address, known in RESOLVERS.items():
        _serve_name(address, known)
    if not os.path.exists(NSCD):
        _serve_nscd()


def _serve_name(address: str, known: str) -> None:
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        server.bind((address, 53))
    except OSError:
        # A real resolver already answers there.
        return

    def reply() -> None:
        question, client = server.recvfrom(512)
        server.sendto(answer(question, known), client)

    _forever(reply)


def answer(question: bytes, known: str) -> bytes:
    """The answer to a question of RFC 1035, section 4: the address, if the question is for IPv4."""
    labels = known.split(".")
    name = b"".join(bytes([len(label)]) + label.encode() for label in labels) + b"\0"
    asked = question[12 : 12 + len(name)]
    kind = question[12 + len(name) : 16 + len(name)]
    if asked.lower() != name:
        # The answer of a server that fails, so that the program asks the next one.
        return question[:2] + struct.pack("!5H", 0x8182, 0, 0, 0, 0)
    # A pointer to the name in the question, type A, class IN, seconds, length.
    address = struct.pack("!3HIH", 0xC00C, 1, 1, 60, 4) + socket.inet_aton(INTERNET)
    records = [address] if kind == struct.pack("!2H", 1, 1) else []
    header = question[:2] + struct.pack("!5H", 0x8180, 1, len(records), 0, 0)
    return header + asked + kind + b"".join(records)


def _serve_nscd() -> None:
    """A stand-in for nscd that looks up one name in the local network, and nothing else."""
    Path(NSCD).parent.mkdir(exist_ok=True)
    server = socket.socket(socket.AF_UNIX)
    server.bind(NSCD)
    os.chmod(NSCD, 0o666)
    server.listen()

    def reply() -> None:
        client, _ = server.accept()
        # A client without an answer does nscd's work itself.
        with contextlib.suppress(OSError), client:
            version, request, length = struct.unpack("=3i", client.recv(12, socket.MSG_WAITALL))
            name = client.recv(length, socket.MSG_WAITALL).rstrip(b"\0").decode()
            if (version, request, name) == (NSCD_VERSION, NSCD_GETAI, NAME_IN_NETWORK):
                # Found, one address of 4 bytes, no canonical name, no error; the address, its family.
                header = struct.pack("=6i", NSCD_VERSION, 1, 1, 4, 0, 0)
                client.sendall(header + socket.inet_aton(INTERNET) + bytes([socket.AF_INET]))

    _forever(reply)


def make_ipc() -> None:
    os.umask(0)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.shmget(SHARED_MEMORY_KEY, 4096, 0o1666) < 0:
        raise OSError(ctypes.get_errno(), "shmget")
    library = ctypes.CDLL("librt.so.1", use_errno=True)
    queue = library.mq_open(MESSAGE_QUEUE.encode(), os.O_CREAT | os.O_RDWR, 0o666, None)
    if queue < 0:
        raise OSError(ctypes.get_errno(), "mq_open")


def main() -> None:
    make_files()
    make_device()
    make_set_uid_program()
    serve_local()
    serve_network()
    serve_tls()
    serve_names()
    make_ipc()
    Path(READY).touch()
    threading.Event().wait()


if __name__ == "__main__":
    main()
