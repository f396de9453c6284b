"""Talks to a proxy in the ways of a table, and prints what became of each as JSON.

Standard input is a list of attempts: `{"name": …, "send": [TEXT, …]}`. Each text is sent once the one before it has been
answered. The outcome is the status of the first answer, and the last line of the last one.
"""

import json
import socket
import ssl
import sys

PROXY = ("127.0.0.1", 13128)


def receive(connection: socket.socket) -> bytes:
    """What comes until the other side ends, or for a moment has no more to say."""
    received = b""
    try:
        while part := connection.recv(1 << 16):
            received += part
            connection.settimeout(0.3)
    except (TimeoutError, ConnectionResetError):
        pass
    return received


def outcome(texts: list[str]) -> str:
    with socket.create_connection(PROXY, timeout=10) as connection:
        first, last = b"", b""
        for text in texts:
            connection.settimeout(10)
            connection.sendall(text.encode("latin-1"))
            last = receive(connection)
            first = first or last
    status = first.split(b" ", 2)[1] if first.startswith(b"HTTP/1.1 ") else b"none"
    # A frame of a WebSocket has two bytes before its text.
    line = last.rstrip(b"\r\n").split(b"\n")[-1].lstrip(b"\x81\x05")
    return f"{status.decode()} {line.decode('latin-1').strip()}".strip()


def tunnel(target: str) -> socket.socket:
    connection = socket.create_connection(PROXY, timeout=30)
    connection.sendall(f"CONNECT {target} HTTP/1.1\r\n\r\n".encode())
    assert connection.recv(100).startswith(b"HTTP/1.1 200 ")
    return connection


def large() -> str:
    with tunnel("plain.named.test:8080") as connection:
        connection.sendall(b"GET /bytes/100 HTTP/1.1\r\nHost: plain.named.test\r\nConnection: close\r\n\r\n")
        head, _, body = b"", b"", b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(1 << 16)
        count = len(head.split(b"\r\n\r\n", 1)[1])
        while count < 100 << 20 and (body := connection.recv(1 << 20)):
            count += len(body)
    return str(count)


def upload() -> str:
    size = 50 << 20
    with tunnel("plain.named.test:8080") as connection:
        connection.sendall(f"POST /sum HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\nConnection: close\r\n\r\n".encode())
        for _ in range(50):
            connection.sendall(bytes(1 << 20))
        return receive(connection).split(b"\r\n\r\n")[-1].decode()


def secure(authority: str) -> str:
    context = ssl.create_default_context(cafile=authority)
    with context.wrap_socket(tunnel("api.named.test:443"), server_hostname="api.named.test") as connection:
        connection.sendall(b"GET /hello HTTP/1.1\r\nHost: api.named.test\r\n\r\n")
        return receive(connection).split(b"\r\n\r\n")[-1].decode().strip()


def parallel() -> str:
    """A hundred connections at a time, which are all open before the first one is used."""
    connections = [tunnel("plain.named.test:8080") for _ in range(100)]
    answers = 0
    for connection in connections:
        connection.sendall(b"GET /hello HTTP/1.1\r\nHost: plain.named.test\r\nConnection: close\r\n\r\n")
    for connection in connections:
        answers += receive(connection).endswith(b"hello from 203.0.113.5\n")
        connection.close()
    return str(answers)


attempts = json.load(sys.stdin)
print(
    json.dumps(
        {
            "attempts": {attempt["name"]: outcome(attempt["send"]) for attempt in attempts},
            "large": large(),
            "upload": upload(),
            "secure": secure(sys.argv[1]),
            "parallel": parallel(),
        }
    )
)
