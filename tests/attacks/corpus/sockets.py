"""Local sockets of other programs."""

import contextlib
import ctypes
import os
import shutil
import socket
import subprocess

from corpus.kit import LIBC, Attempt, Class, Reached, Seen, Told, Written, local, said

CLASS = Class(
    "sockets",
    "Sockets by which programs of one machine talk: of root's services, of the operator's session, and abstract ones, which"
    " have no file that could be hidden. Some obey whoever can open them.",
)
attack = CLASS.attack


def asks(
    name: str, known: str, path: str, canary: str, what: str, text: str = "GET /info HTTP/1.0\r\n\r\n"
) -> None:
    """Adds an attack that asks a program at a local socket."""

    def attempt(at: Attempt) -> object:
        return local(path, text)

    attempt.__doc__ = what
    attack(name, known, Told(canary))(attempt)


for row in (
    (
        "the container daemon",
        "docker.sock",
        "/run/docker.sock",
        "docker",
        "Talks to Docker, which starts containers as root.",
    ),
    (
        "the user's container service",
        "podman.sock",
        "/run/user/1000/podman/podman.sock",
        "podman",
        "Talks to Podman of the operator's session.",
    ),
    (
        "the Nix daemon",
        "daemon-socket",
        "/nix/var/nix/daemon-socket/socket",
        "nix-daemon",
        "Talks to the Nix daemon, which builds and fetches for everybody, outside of the sandbox.",
    ),
    (
        "a database",
        "CWE-306",
        "/run/postgresql/.s.PGSQL.5432",
        "postgres",
        "Talks to PostgreSQL, which trusts local clients.",
    ),
    (
        "names of the local network",
        "Avahi",
        "/run/avahi-daemon/socket",
        "avahi",
        "Asks Avahi which devices the local network has.",
    ),
    (
        "a smart card",
        "pcscd",
        "/run/pcscd/pcscd.comm",
        "smartcard",
        "Talks to the reader of smart cards and security keys.",
    ),
    (
        "the tunnel's daemon",
        "tailscaled",
        "/run/tailscale/tailscaled.sock",
        "tailscale",
        "Asks Tailscale which machines the operator has.",
    ),
    ("the printer's queue", "CUPS", "/run/cups/cups.sock", "printer-queue", "Talks to the printing service."),
    (
        "a service's own socket",
        "CWE-306",
        "/run/shop/api.sock",
        "shop-socket",
        "Talks to a service that trusts everybody on the machine.",
    ),
    (
        "the operator's SSH agent",
        "agent hijacking",
        "/run/user/1000/ssh-agent",
        "ssh-agent",
        "Lets the agent sign with the operator's keys.",
    ),
    (
        "the operator's GnuPG agent",
        "agent hijacking",
        "/run/user/1000/gnupg/S.gpg-agent",
        "gpg-agent",
        "Lets the agent decrypt with the operator's keys.",
    ),
    (
        "the desktop's keyring",
        "Secret Service",
        "/run/user/1000/keyring/control",
        "keyring",
        "Asks the unlocked keyring of the operator's session.",
    ),
    (
        "the screen of Wayland",
        "screen capture",
        "/run/user/1000/wayland-0",
        "wayland",
        "Talks to the compositor of the operator's session.",
    ),
    (
        "the microphone",
        "eavesdropping",
        "/run/user/1000/pipewire-0",
        "microphone",
        "Talks to PipeWire of the operator's session.",
    ),
    (
        "the operator's terminal multiplexer",
        "tmux",
        "/tmp/tmux-1000/default",
        "tmux",
        "Types into a terminal of the operator's.",
    ),
    (
        "an abstract socket of containers",
        "CVE-2020-15257",
        "@/containerd-shim/default/web/shim.sock",
        "shim",
        "Talks to the shim of a container, as CVE-2020-15257 did.",
    ),
    (
        "an abstract session bus",
        "abstract sockets",
        "@/tmp/dbus-session",
        "session-bus",
        "Talks to a session bus that has no file.",
    ),
):
    asks(*row)


def _cookie() -> str:
    with open("/home/alice/.Xauthority") as file:
        return file.read()


@attack("the screen of X11", "keylogging", Told("screen"))
def _(at: Attempt) -> object:
    """Shows the cookie in the operator's home to X11, which then tells every key and shows every window."""
    return local("/tmp/.X11-unix/X0", _cookie())


@attack("the screen of X11, without its file", "keylogging", Told("screen"))
def _(at: Attempt) -> object:
    """The same by the abstract socket of X11."""
    return local("@/tmp/.X11-unix/X0", _cookie())


@attack("the system bus", "D-Bus", Told("unit-name"))
def _(at: Attempt) -> object:
    """Calls a method of the service manager on the system bus."""
    return said(
        *(at.busctl, "call", "org.freedesktop.systemd1", "/org/freedesktop/systemd1"),
        *("org.freedesktop.systemd1.Manager", "ListUnits"),
    )


@attack("a program outside, by the session's manager", "sandbox escape", Written("/tmp/escaped-{user}"))
def _(at: Attempt) -> object:
    """Lets the service manager of its user's session start a program, which is then outside of the service."""
    runtime = f"/run/user/{os.getuid()}"
    with contextlib.suppress(FileNotFoundError):
        os.unlink(f"/tmp/escaped-{at.user}")
    return subprocess.run(
        [
            at.systemd_run,
            "--user",
            "--wait",
            "--collect",
            at.bash,
            "-c",
            f"echo {at.mark} > /tmp/escaped-{at.user}",
        ],
        env={**os.environ, "XDG_RUNTIME_DIR": runtime},
        capture_output=True,
        text=True,
        timeout=5,
    )


@attack("a program outside, by the machine's manager", "sandbox escape", Written("/tmp/escaped-as-root"))
def _(at: Attempt) -> object:
    """Asks the machine's service manager to start a program as root."""
    return said(
        at.systemd_run,
        "--no-ask-password",
        "--wait",
        "--collect",
        at.bash,
        "-c",
        f"echo {at.mark} > /tmp/escaped-as-root",
    )


def _in_journal(words: str) -> Seen:
    return Seen(
        lambda outside, mark: mark
        in outside.run(f"journalctl --sync; journalctl --boot --no-pager --quiet {words}")
    )


@attack("a forged entry of the journal", "CWE-117", _in_journal("--identifier sshd"))
def _(at: Attempt) -> object:
    """Writes into the journal by its own socket, under the name of another program."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
        text = f"SYSLOG_IDENTIFIER=sshd\nPRIORITY=5\nMESSAGE=Accepted publickey for root {at.mark}\n"
        return client.sendto(text.encode(), "/run/systemd/journal/socket")


@attack("a forged line of syslog", "CWE-117", _in_journal("--identifier sudo"))
def _(at: Attempt) -> object:
    """Writes to /dev/log under the name of another program."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
        return client.sendto(f"<37>sudo: alice : COMMAND=/bin/true {at.mark}".encode(), "/dev/log")


@attack("a stream to the journal", "CWE-117", _in_journal("--identifier kernel-update"))
def _(at: Attempt) -> object:
    """Opens a stream of its own to the journal, with a name and a level of its choice."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect("/run/systemd/journal/stdout")
        client.sendall(f"kernel-update\n\n2\n0\n0\n0\n0\n{at.mark}\n".encode())
        return "sent"


@attack("an emergency", "log levels", _in_journal("--priority emerg"))
def _(at: Attempt) -> object:
    """Prints a line with the highest level, which the journal shows in all terminals."""
    return os.write(1, f"<0>the machine is on fire {at.mark}\n".encode())


@attack("a service's shared memory", "System V", Told("shared-memory"))
def _(at: Attempt) -> object:
    """Attaches shared memory of another program, which that one opened for everybody."""
    number = LIBC.shmget(4243, 0, 0)
    LIBC.shmat.restype = ctypes.c_void_p
    place = LIBC.shmat(number, None, 0o10000)
    return number if number < 0 or not place else ctypes.string_at(place, 100).decode(errors="replace")


@attack("a service's messages", "System V", Told("messages"))
def _(at: Attempt) -> object:
    """Takes a message out of another program's queue."""
    room = ctypes.create_string_buffer(300)
    taken = LIBC.msgrcv(LIBC.msgget(4244, 0), room, 200, 0, 0o4000)
    return room.raw[8:].decode(errors="replace") if taken > 0 else taken


@attack("a service's queue", "POSIX", Told("queue"))
def _(at: Attempt) -> object:
    """Takes a message out of another program's queue of the other kind."""
    library = ctypes.CDLL("librt.so.1", use_errno=True)
    queue = library.mq_open(b"/shop", os.O_RDONLY | os.O_NONBLOCK)
    room = ctypes.create_string_buffer(9000)
    return room.value.decode() if library.mq_receive(queue, room, 8192, None) > 0 else queue


@attack("the service manager's private socket", "CWE-306", Reached())
def _(at: Attempt) -> object:
    """Connects to the socket by which root commands the service manager."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect("/run/systemd/private")
    return "reached: connected"


@attack("a set-uid program with a hole", "CWE-250", Told("root-secret"))
def _(at: Attempt) -> object:
    """Runs a set-uid program of the machine in which somebody found a hole, and reads root's file with it."""
    return said("/usr/local/bin/holed", "-p", "-c", "while read -r line; do echo $line; done < /root/secret")


@attack("the machine's own sudo", "CWE-250", Told("root-secret"))
def _(at: Attempt) -> object:
    """Tries sudo without a password."""
    return said(shutil.which("sudo") or "/run/wrappers/bin/sudo", "--non-interactive", "cat", "/root/secret")
