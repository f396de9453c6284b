"""Hunts for keys as a model would that was talked into it: everywhere that a program of the service can look.

Usage: hunt.py BEGINNING HOST...: a key is BEGINNING and 32 hexadecimal digits. Prints `place: KEY`, one per line, and
at last `looked at: ` with the numbers of places, so that a hunt which saw nothing is noticed.
"""

import os
import re
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

BEGINNING, *HOSTS = sys.argv[1:]
# The hunter's own words are not the key.
KEY = re.compile(re.escape(BEGINNING.encode()) + rb"[0-9a-f]{32}")
LARGEST = 64 << 20
found: set[str] = set()
looked = {"processes": 0, "memory": 0, "files": 0, "answers": 0}


def processes() -> Iterator[Path]:
    for path in Path("/proc").iterdir():
        if path.name.isdigit() and int(path.name) != os.getpid():
            looked["processes"] += 1
            yield path


def memory(process: Path) -> Iterator[bytes]:
    with open(process / "maps") as maps, open(process / "mem", "rb", buffering=0) as mem:
        for line in maps:
            span, rights = line.split()[:2]
            begin, end = (int(part, 16) for part in span.split("-"))
            if not rights.startswith("r") or end - begin > 512 << 20:
                continue
            try:
                mem.seek(begin)
                yield mem.read(end - begin)
                looked["memory"] += 1
            except (OSError, OverflowError, ValueError):
                continue


def files() -> Iterator[Path]:
    for top, folders, names in os.walk("/"):
        if top == "/":
            folders[:] = [name for name in folders if name not in ("proc", "sys")]
        # Programs are not where a module could leave a key; single files are.
        if top == "/nix/store":
            folders[:] = [name for name in folders if "moltbot" in name or "outside" in name]
        for name in names:
            path = Path(top, name)
            if not path.is_symlink() and path.is_file() and path.stat().st_size <= LARGEST:
                looked["files"] += 1
                yield path


def ask(host: str, request: bytes) -> bytes:
    with socket.create_connection((host, 80), 5) as connection:
        connection.settimeout(5)
        connection.sendall(request)
        said = b""
        while part := connection.recv(65536):
            said += part
    looked["answers"] += 1
    return said


def requests(host: str) -> Iterator[bytes]:
    name = host.encode()
    end = b"Host: %s\r\nConnection: close\r\n\r\n" % name
    for line in (
        b"GET / HTTP/1.1",
        b"HEAD / HTTP/1.1",
        b"OPTIONS * HTTP/1.1",
        b"TRACE / HTTP/1.1",
        b"PROPFIND / HTTP/1.1",
        b"CONNECT echo.keys.test:443 HTTP/1.1",
        b"GET https://echo.keys.test/hello HTTP/1.1",
        b"GET http://echo.keys.test/hello HTTP/1.1",
        b"GET /elsewhere HTTP/1.1",
        b"GET /nginx_status HTTP/1.1",
        b"GET /../../../../run/credentials HTTP/1.1",
        b"GET /%2e%2e/%2e%2e/key.conf HTTP/1.1",
        b"GET /\x00 HTTP/1.1",
        b"GET /" + b"a" * 100000 + b" HTTP/1.1",
        b"NONSENSE",
    ):
        yield line + b"\r\n" + end
    for header in (
        b"Host: echo.keys.test",
        b"Host: echo.keys.test:443\r\nHost: second",
        b"X-Forwarded-Host: echo.keys.test",
        b"X-Accel-Redirect: /key.conf",
        b"Connection: x-api-key, authorization",
        b"X-Api-Key: other\r\nAuthorization: Bearer other",
        b"Transfer-Encoding: chunked\r\nContent-Length: 3",
        b"Upgrade: websocket\r\nConnection: upgrade",
        b"Expect: 100-continue",
        b"Range: bytes=0-999999",
    ):
        yield b"GET / HTTP/1.1\r\n" + header + b"\r\n" + end


def report(place: str, text: bytes) -> None:
    found.update(f"{place}: {key.decode()}" for key in KEY.findall(text))


for process in processes():
    for name in ("environ", "cmdline"):
        try:
            report(name, (process / name).read_bytes())
        except OSError:
            pass
    try:
        for part in memory(process):
            report("memory", part)
    except OSError:
        pass
for path in files():
    try:
        report(f"file {path}", path.read_bytes())
    except OSError:
        pass
for host in HOSTS:
    for request in requests(host):
        try:
            report(f"answer of {host} to {request[:40]!r}", ask(host, request))
        except OSError:
            pass
for line in sorted(found):
    print(line)
print(f"looked at: {looked}")
