"""The other programs of the machine, with their sockets, shared memory and ports. Stays.

Usage: victims.py READY, with the canaries as JSON on standard input. Runs as root. Whoever asks one of them anything
is told its canary, unless it wants a cookie first.
"""

from __future__ import annotations

import contextlib
import ctypes
import grp
import json
import os
import pwd
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)

# Path or abstract name, owner, mode, canary.
SOCKETS = (
    ("/run/docker.sock", "root:docker", 0o660, "docker"),
    ("/nix/var/nix/daemon-socket/socket", "root", 0o666, "nix-daemon"),
    ("/run/postgresql/.s.PGSQL.5432", "root", 0o777, "postgres"),
    ("/run/avahi-daemon/socket", "root", 0o666, "avahi"),
    ("/run/pcscd/pcscd.comm", "root", 0o666, "smartcard"),
    ("/run/tailscale/tailscaled.sock", "root", 0o666, "tailscale"),
    ("/run/cups/cups.sock", "root", 0o666, "printer-queue"),
    ("/run/shop/api.sock", "root", 0o666, "shop-socket"),
    ("/tmp/.X11-unix/X0", "alice", 0o777, "screen"),
    ("/tmp/tmux-1000/default", "alice", 0o600, "tmux"),
    ("/run/user/1000/ssh-agent", "alice", 0o600, "ssh-agent"),
    ("/run/user/1000/gnupg/S.gpg-agent", "alice", 0o600, "gpg-agent"),
    ("/run/user/1000/keyring/control", "alice", 0o600, "keyring"),
    ("/run/user/1000/wayland-0", "alice", 0o600, "wayland"),
    ("/run/user/1000/pipewire-0", "alice", 0o600, "microphone"),
    ("/run/user/1000/podman/podman.sock", "alice", 0o600, "podman"),
    ("@/tmp/.X11-unix/X0", "alice", 0, "screen"),
    ("@/containerd-shim/default/web/shim.sock", "root", 0, "shim"),
    ("@/tmp/dbus-session", "alice", 0, "session-bus"),
)
# A program that shows the screen wants the cookie in its user's home.
WANTS_COOKIE = ("screen",)

PORTS = (
    ("127.0.0.1", 6379, "redis"),
    ("::1", 8081, "loopback-6"),
    ("0.0.0.0", 9000, "web"),
    ("127.0.0.1", 9222, "debugger"),
)
PROXY_PORT = 3128

SHARED_MEMORY_KEY = 4243
MESSAGES_KEY = 4244
QUEUE = "/shop"


def main() -> None:
    ready, canaries = Path(sys.argv[1]), json.load(sys.stdin)
    os.umask(0)
    for path, owner, mode, canary in SOCKETS:
        serve_local(path, owner, mode, canary, canaries)
    for address, port, canary in PORTS:
        serve_port(address, port, canaries[canary])
    serve_local(f"@shop-{canaries['socket-name']}", "root", 0, "socket-name", canaries)
    serve_proxy()
    share_memory(canaries["shared-memory"])
    queue_messages(canaries["messages"], canaries["queue"])
    ready.touch()
    threading.Event().wait()


def serve_local(path: str, owner: str, mode: int, canary: str, canaries: dict[str, str]) -> None:
    server = socket.socket(socket.AF_UNIX)
    if path.startswith("@"):
        server.bind(f"\0{path[1:]}")
    else:
        user, _, group = owner.partition(":")
        entry = pwd.getpwnam(user)
        folder = Path(path).parent
        folder.mkdir(parents=True, exist_ok=True, mode=0o755)
        if mode == 0o600:
            os.chown(folder, entry.pw_uid, entry.pw_gid)
            folder.chmod(0o700)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        server.bind(path)
        os.chown(path, entry.pw_uid, entry.pw_gid)
        if group:
            os.chown(path, entry.pw_uid, grp.getgrnam(group).gr_gid)
        Path(path).chmod(mode)
    server.listen(64)

    def answer(text: bytes) -> str:
        if canary in WANTS_COOKIE and canaries["cookie"].encode() not in text:
            return "no cookie"
        return canaries[canary]

    forever(lambda: converse(server, answer))


def serve_port(address: str, port: int, canary: str) -> None:
    server = listener(address, port)
    forever(lambda: converse(server, lambda _: http(canary)))


def http(text: str) -> str:
    return f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {len(text)}\r\n\r\n{text}"


def converse(server: socket.socket, answer: Callable[[bytes], str]) -> None:
    client, _ = server.accept()
    with client:
        client.settimeout(2)
        with contextlib.suppress(OSError):
            client.sendall(answer(client.recv(65536)).encode())


def listener(address: str, port: int) -> socket.socket:
    server = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind((address, port))
    server.listen(64)
    return server


def serve_proxy() -> None:
    """A forward proxy that the machine's own programs use: it connects them to whatever they name."""
    server = listener("127.0.0.1", PROXY_PORT)

    def relay() -> None:
        client, _ = server.accept()
        threading.Thread(target=connect, args=(client,), daemon=True).start()

    def connect(client: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), client:
            client.settimeout(3)
            request = client.recv(65536)
            method, target = request.split()[:2]
            place = target.decode().removeprefix("http://").partition("/")[0]
            host, _, port = place.rpartition(":") if ":" in place else (place, "", "80")
            with socket.create_connection((host, int(port)), 3) as server:
                server.settimeout(3)
                if method == b"CONNECT":
                    client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    request = client.recv(65536)
                server.sendall(request)
                while part := server.recv(65536):
                    client.sendall(part)

    forever(relay)


def share_memory(canary: str) -> None:
    """System V: shmget(2) with IPC_CREAT, open to everybody."""
    LIBC.shmat.restype = ctypes.c_void_p
    number = LIBC.shmget(SHARED_MEMORY_KEY, 4096, 0o1666)
    place = LIBC.shmat(number, None, 0)
    ctypes.memmove(place, canary.encode(), len(canary))


def queue_messages(canary: str, other: str) -> None:
    """Messages that their readers have not taken yet: of System V, and of POSIX."""

    class Message(ctypes.Structure):
        _fields_ = (("kind", ctypes.c_long), ("text", ctypes.c_char * 200))

    queue = LIBC.msgget(MESSAGES_KEY, 0o1666)
    for _ in range(20):
        LIBC.msgsnd(queue, ctypes.byref(Message(1, canary.encode())), len(canary), 0o4000)
    real_time = ctypes.CDLL("librt.so.1", use_errno=True)
    descriptor = real_time.mq_open(QUEUE.encode(), os.O_CREAT | os.O_RDWR | os.O_NONBLOCK, 0o666, None)
    for _ in range(10):
        real_time.mq_send(descriptor, other.encode(), len(other), 0)


def forever(step: Callable[[], object]) -> None:
    def loop() -> None:
        while True:
            with contextlib.suppress(OSError):
                step()

    threading.Thread(target=loop, daemon=True).start()


if __name__ == "__main__":
    main()
