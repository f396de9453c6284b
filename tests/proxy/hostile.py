"""Treats a proxy as a hostile service would, and prints what became of it as JSON: usage: hostile.py PROXY FOLDER.

The proxy gets its socket as from systemd. Its only host is on this machine, and says as many bytes as it is asked for,
after half a second.
"""

import concurrent.futures
import json
import os
import resource
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

proxy, folder = sys.argv[1], Path(sys.argv[2])
place = str(folder / "socket")

host = socket.create_server(("127.0.0.1", 0), backlog=1024)
port = host.getsockname()[1]


def answer(connection: socket.socket) -> None:
    size = int(connection.recv(100) or b"0")
    time.sleep(0.5)
    with connection:
        connection.sendall(bytes(size))


def accept() -> None:
    while True:
        connection, _ = host.accept()
        threading.Thread(target=answer, args=(connection,), daemon=True).start()


def ask(target: str) -> tuple[socket.socket, str]:
    """A connection through the proxy, and the status of its answer."""
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(20)
    connection.connect(place)
    connection.sendall(f"CONNECT {target} HTTP/1.1\r\n\r\n".encode())
    return connection, connection.recv(39).split(b" ")[1].decode()


def refuse(names: range) -> None:
    for name in names:
        ask(f"made-up-{name}.example.org:443")[0].close()


def half(size: int) -> tuple[socket.socket, str]:
    """A client that says nothing more, and does not listen yet."""
    connection, status = ask(f"host.test:{port}")
    if status == "200":
        connection.sendall(str(size).encode())
        connection.shutdown(socket.SHUT_WR)
    return connection, status


def received(connection: socket.socket) -> int:
    count = 0
    while part := connection.recv(1 << 16):
        count += len(part)
    return count


def open_files(process: int) -> int:
    return len(os.listdir(f"/proc/{process}/fd"))


resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
configuration = {"hosts": [{"name": "host.test", "port": port, "to": "127.0.0.1"}], "refused": []}
(folder / "hostile.json").write_text(json.dumps(configuration))
threading.Thread(target=accept, daemon=True).start()


def start(log: Path, most_files: int) -> subprocess.Popen[bytes]:
    """A proxy that may have so many files open."""

    def prepare() -> None:
        os.dup2(listener.fileno(), 3)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))

    Path(place).unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as listener, log.open("w") as output:
        listener.bind(place)
        listener.listen(1024)
        return subprocess.Popen(
            ["python3", "-I", proxy, folder / "hostile.json"],
            preexec_fn=prepare,
            close_fds=False,
            env={**os.environ, "LISTEN_FDS": "1"},
            stdout=output,
            stderr=output,
        )


def lines(log: Path) -> list[str]:
    return log.read_text().replace(str(port), "PORT").splitlines()


def without_files() -> list[str]:
    """The log of a proxy that cannot accept all who come."""
    log = folder / "without.log"
    process = start(log, 30)
    try:
        waiting = []
        for _ in range(100):
            waiting.append(socket.socket(socket.AF_UNIX))
            waiting[-1].connect(place)
        # It tries again each second.
        time.sleep(2.5)
        return lines(log)
    finally:
        process.kill()


log = folder / "hostile.log"
process = start(log, 2048)
try:
    # Names first, so that the log has no room for more of them.
    refuse(range(1500))

    halves = [half(1000)[0] for _ in range(40)]
    refuse(range(200))
    answers = [received(connection) for connection in halves]

    # The kernel takes most of an answer, and the proxy keeps the rest.
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        slow = list(pool.map(half, [240_000] * 600))
    time.sleep(2)
    statuses = [status for _, status in slow]
    files = open_files(process.pid)
    for connection, _ in slow:
        connection.close()
    time.sleep(1)
    print(
        json.dumps(
            {
                "halves": answers,
                "accepted": statuses.count("200"),
                "refused": statuses.count("503"),
                "files": files,
                "afterwards": ask(f"host.test:{port}")[1],
                "log": lines(log),
                "withoutFiles": without_files(),
            }
        )
    )
finally:
    process.kill()
