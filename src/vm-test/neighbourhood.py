"""Everything around the service that must be out of its reach, made for the probes to find.

Runs as root outside of the sandbox and stays: it holds sockets open. What it makes is open to
everybody, so that nothing but the sandbox keeps a probe from it. `READY` exists once all is made.
"""

import ctypes
import os
import socket
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

READY = "/run/neighbourhood-ready"

# Files in places where people and other services keep theirs; /data stands for a directory that
# nobody has thought of.
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
# Of a user that the service knows nothing of.
STRANGER = 4242
STRANGERS_FILE = "/etc/neighbour"

LOCAL_SOCKETS = (
    "/run/neighbour/socket",
    "/run/docker.sock",
    "/run/podman/podman.sock",
    "/run/postgresql/.s.PGSQL.5432",
    "/nix/var/nix/daemon-socket/socket",
)

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
    "1.1.1.1",
    "2606:4700:4700::1111",
)
TCP_PORT = 4280
# The address of systemd-resolved's stub.
RESOLVERS = ("127.0.0.53", "192.168.20.30")

SHARED_MEMORY_KEY = 4242
MESSAGE_QUEUE = "/neighbour"


def make_files() -> None:
    for name in FILES:
        path = Path(name)
        for folder in reversed(path.parents):
            folder.mkdir(exist_ok=True)
        path.write_text("neighbour\n")
        path.chmod(0o666)
    # Everybody may enter and write, but for the world-writable ones, which have their own modes.
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


def serve_network() -> None:
    for address in ADDRESSES:
        length = 128 if ":" in address else 32
        arguments = ["ip", "address", "replace", f"{address}/{length}", "dev", "lo"]
        subprocess.run([*arguments, "nodad"] if ":" in address else arguments, check=True)
        _serve_tcp(address)
    _serve_tcp("127.0.0.1")
    for address in RESOLVERS:
        _serve_udp(address)


def _serve_tcp(address: str) -> None:
    server = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind((address, TCP_PORT))
    _accept_all(server)


def _accept_all(server: socket.socket) -> None:
    server.listen()
    _forever(lambda: server.accept()[0].close())


def _serve_udp(address: str) -> None:
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        server.bind((address, 53))
    except OSError:
        # A real resolver is there and answers.
        return
    _forever(lambda: server.sendto(b"!", server.recvfrom(512)[1]))


def _forever(step: Callable[[], object]) -> None:
    def loop() -> None:
        while True:
            step()

    threading.Thread(target=loop, daemon=True).start()


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
    serve_local()
    serve_network()
    make_ipc()
    Path(READY).touch()
    threading.Event().wait()


if __name__ == "__main__":
    main()
