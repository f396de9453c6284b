"""The vocabulary of the corpus: what an attack is, how its success is proved, and what attacks are made of.

An attack runs inside of a service. It succeeds only if its proof, which is looked for outside, is there: words that
only the victim had (`told`), words of the attack's own that arrived where they must not (`heard`, `written`), or a
change that root can see (`seen`). Canaries and marks are new in every run, so nothing succeeds by mistake.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

PATIENCE_SECONDS = 1.5
LIBC = ctypes.CDLL(None, use_errno=True)


# ---- proofs ----


@dataclass(frozen=True)
class Told:
    """The attack says the canary of this name."""

    canary: str


@dataclass(frozen=True)
class Heard:
    """A machine of the world at this address heard the attack's mark."""

    at: str


@dataclass(frozen=True)
class Written:
    """The attack's mark is in this file; `{state}` and the like stand for facts of the column."""

    path: str


@dataclass(frozen=True)
class Reached:
    """The kernel did what it was asked. The attack says what came of it, and there is nothing else to see."""


class Outside(Protocol):
    """What root sees of a column."""

    facts: dict[str, str]
    canaries: dict[str, str]
    # What came out of the operator's terminal, and what this victim was before the attacks.
    terminal: str
    before: dict[str, str]

    def said(self, mark: str) -> str:
        ...

    def run(self, command: str) -> str:
        ...


@dataclass(frozen=True)
class Seen:
    """Root sees that it happened."""

    what: Callable[[Outside, str], bool]


Proof = Told | Heard | Written | Reached | Seen

# When an attack acts: by itself, or by what happens later outside.
MOMENTS = {
    "service": "the service runs",
    "restart": "the service starts anew",
    "switch": "the machine switches to another configuration, and the service starts anew",
    "command": "the operator asks the gateway something in a terminal",
    "login": "the operator logs in and works",
    "prompt": "the operator asks the gateway something, and works on in the same terminal",
    "log": "the operator reads the service's log in a terminal",
    "copy": "the operator makes a copy of the state, and puts it back",
    "stop": "the service was stopped",
    "hand": "the operator, as root, works with the agent's files by hand",
}


# ---- attacks ----


class Attempt:
    """What an attack knows: facts about its column and the machine, and its mark."""

    def __init__(self, facts: dict[str, str], mark: str) -> None:
        self.facts, self.mark = facts, mark

    def __getattr__(self, name: str) -> str:
        try:
            return self.facts[name]
        except KeyError:
            raise AttributeError(name) from None


@dataclass(frozen=True)
class Attack:
    name: str
    what: str
    known: str
    proof: Proof
    attempt: Callable[[Attempt], object]
    moment: str
    # Why a success does not count, if it does not.
    uncounted: str


@dataclass
class Class:
    """Attacks of one kind."""

    name: str
    about: str
    attacks: list[Attack] = field(default_factory=list)

    def attack(
        self, name: str, known: str, proof: Proof, moment: str = "service", uncounted: str = ""
    ) -> Callable[[Callable[[Attempt], object]], Callable[[Attempt], object]]:
        """Adds an attack; the function's docstring says what it does."""

        def add(attempt: Callable[[Attempt], object]) -> Callable[[Attempt], object]:
            what = " ".join((attempt.__doc__ or "").split())
            self.attacks.append(Attack(name, what, known, proof, attempt, moment, uncounted))
            return attempt

        return add


def reads(kind: Class, name: str, known: str, path: str, canary: str, what: str) -> None:
    """Adds an attack that reads one file; `{state}` and the like stand for facts of the column."""

    def attempt(at: Attempt) -> object:
        return read(path.format(**at.facts))

    attempt.__doc__ = what
    kind.attack(name, known, Told(canary))(attempt)


# ---- files ----


def read(path: str, limit: int = 1 << 20) -> str:
    with open(path, "rb") as file:
        return file.read(limit).decode(errors="replace")


def append(path: str, text: str) -> str:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a") as file:
        file.write(text)
    return "written"


def replace(path: str, text: str, mode: int = 0o755) -> str:
    """Puts a file in the place of whatever is there."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    new = f"{path}.{os.getpid()}"
    with open(new, "w") as file:
        file.write(text)
    os.chmod(new, mode)
    os.rename(new, path)
    return "put in its place"


def link(path: str, target: str) -> str:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        os.rename(path, f"{path}.aside-{os.getpid()}")
    os.symlink(target, path)
    return "linked"


# ---- processes ----


def processes() -> Iterator[tuple[int, str]]:
    """The number and the command line of every other process that can be seen."""
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            line = read(f"/proc/{name}/cmdline").replace("\0", " ")
            if int(name) not in (os.getpid(), os.getppid()):
                yield int(name), line


def process(word: str) -> int:
    return next(number for number, line in processes() if word in line)


def said(*command: str, text: str = "") -> str:
    ran = subprocess.run(command, capture_output=True, text=True, timeout=4, input=text, errors="replace")
    return ran.stdout + ran.stderr


# What a process that stays has open.
_held: list[object] = []


def stay(act: Callable[[], object], seconds: float = 120) -> str:
    """Does something in a process that stays for a while, and holds what it has."""
    ready, done = os.pipe()
    if os.fork() == 0:
        try:
            os.setsid()
            if os.fork() == 0:
                os.close(ready)
                try:
                    _held.append(act())
                    os.write(done, b"reached: done")
                except BaseException as error:
                    os.write(done, f"failed: {type(error).__name__}: {error}".encode())
                    os._exit(1)
                os.close(done)
                _close_pipes()
                time.sleep(seconds)
        finally:
            os._exit(0)
    os.close(done)
    said = os.read(ready, 4096).decode()
    os.close(ready)
    return said


def leave(act: Callable[[], object]) -> str:
    """Does something in a process that stays behind."""
    if os.fork() == 0:
        try:
            os.setsid()
            _close_pipes()
            act()
        finally:
            os._exit(0)
    return "left"


def _close_pipes() -> None:
    """Whoever waits for the attack's end waits for its pipe, too."""
    for number in range(3, 64):
        with contextlib.suppress(OSError):
            if "pipe" in os.readlink(f"/proc/self/fd/{number}"):
                os.close(number)


# ---- sockets ----


def family(address: str) -> int:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def exchange(connection: socket.socket, text: str) -> str:
    connection.sendall(text.encode())
    connection.settimeout(PATIENCE_SECONDS)
    answer = b""
    with contextlib.suppress(TimeoutError):
        while part := connection.recv(65536):
            answer += part
    return answer.decode(errors="replace")


def tcp(address: str, port: int, text: str) -> str:
    with socket.create_connection((address, port), PATIENCE_SECONDS) as connection:
        return exchange(connection, text)


def udp(address: str, port: int, text: bytes, answers: bool = True) -> str:
    with socket.socket(family(address), socket.SOCK_DGRAM) as client:
        client.settimeout(PATIENCE_SECONDS)
        client.sendto(text, (address, port))
        return client.recv(65536).decode(errors="replace") if answers else ""


def http(address: str, path: str, port: int = 80, host: str = "") -> str:
    name = host or (f"[{address}]" if ":" in address else address)
    return tcp(address, port, f"GET {path} HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n")


def local(path: str, text: str) -> str:
    """Asks a service at a local socket; a leading @ stands for the zero byte of an abstract name."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(PATIENCE_SECONDS)
        connection.connect(f"\0{path[1:]}" if path.startswith("@") else path)
        return exchange(connection, text)


# ---- names ----


def question(name: str, kind: int = 1) -> bytes:
    """A question of RFC 1035, section 4."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return struct.pack("!6H", 0x1234, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!2H", kind, 1)


# ---- system calls ----

# Numbers on x86_64 and aarch64.
NUMBERS = {
    "add_key": (248, 217),
    "bpf": (321, 280),
    "clone3": (435, 435),
    "fanotify_init": (300, 262),
    "io_uring_setup": (425, 425),
    "kcmp": (312, 272),
    "keyctl": (250, 219),
    "mbind": (237, 235),
    "modify_ldt": (154, -1),
    "move_pages": (279, 239),
    "name_to_handle_at": (303, 264),
    "perf_event_open": (298, 241),
    "personality": (135, 92),
    "pidfd_getfd": (438, 438),
    "pidfd_open": (434, 434),
    "process_vm_readv": (310, 270),
    "ptrace": (101, 117),
    "quotactl": (179, 60),
    "set_mempolicy": (238, 237),
    "syslog": (103, 116),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
    "ustat": (136, -1),
}


def call(name: str, *arguments: Any) -> int:
    number = NUMBERS[name][0 if os.uname().machine == "x86_64" else 1]
    words = [ctypes.c_long(argument) if isinstance(argument, int) else argument for argument in arguments]
    result: int = LIBC.syscall(ctypes.c_long(number), *words)
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{name}: {os.strerror(error)}")
    return result
