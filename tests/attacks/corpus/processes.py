"""Other processes, and what the machine says of itself."""

import ctypes
import json
import os
import re
import resource
import signal
import socket
from pathlib import Path

from corpus.kit import (
    LIBC,
    Attempt,
    Class,
    Outside,
    Reached,
    Seen,
    Told,
    call,
    local,
    process,
    processes,
    read,
    reads,
    said,
)

CLASS = Class(
    "processes",
    "Processes beside the service: of root, of other services, and of its own account, such as a command that the"
    " operator runs as that user. And what the machine says of itself, by which it is known again.",
)
attack = CLASS.attack
YAMA = "the kernel of the containers has no Yama, which stops it on NixOS where nothing else does"


@attack("a password in a command line", "CWE-214", Told("command-line"))
def _(at: Attempt) -> object:
    """Reads the command lines of all processes."""
    return [line for _, line in processes()]


def _companion(kind: str) -> int:
    return process(f"companion-{kind}")


@attack("variables of its account's processes", "CWE-526", Told("environ"))
def _(at: Attempt) -> object:
    """Reads the variables of a command that runs as the same user, outside of the service."""
    return read(f"/proc/{_companion('held')}/environ")


@attack("a file that another has open", "/proc/pid/fd", Told("open-file"))
def _(at: Attempt) -> object:
    """Opens a file again that a process of the same user has deleted, and still has open."""
    folder = Path(f"/proc/{_companion('held')}/fd")
    return [read(str(path)) for path in folder.iterdir() if "held-" in os.readlink(path)]


@attack("another's private /tmp", "/proc/pid/root", Told("private-tmp"))
def _(at: Attempt) -> object:
    """Goes into the file system of a process of the same user, past the sandbox of that one."""
    return read(f"/proc/{_companion('held')}/root/tmp/private-{at.user}")


def _is_gone(outside: Outside, kind: str) -> bool:
    number = outside.before[kind]
    return not os.path.exists(f"/proc/{number}/cmdline") or not read(f"/proc/{number}/cmdline")


@attack("ending a process", "kill(2)", Seen(lambda outside, _: _is_gone(outside, "killed")))
def _(at: Attempt) -> object:
    """Kills a process of the same user."""
    os.kill(_companion("killed"), signal.SIGKILL)
    return "killed"


def _status(outside: Outside, kind: str, name: str) -> str:
    found = re.search(rf"^{name}:\s*(\S+)", read(f"/proc/{outside.before[kind]}/status"), re.MULTILINE)
    return found[1] if found else ""


@attack("stopping a process", "kill(2)", Seen(lambda outside, _: _status(outside, "stopped", "State") == "T"))
def _(at: Attempt) -> object:
    """Stops a process of the same user, so that it looks alive and does nothing."""
    os.kill(_companion("stopped"), signal.SIGSTOP)
    return "stopped"


@attack(
    "slowing a process",
    "setpriority(2)",
    Seen(lambda outside, _: outside.run(f"ps -o ni= {outside.before['slowed']}").strip() == "19"),
)
def _(at: Attempt) -> object:
    """Gives a process of the same user the lowest priority."""
    os.setpriority(os.PRIO_PROCESS, _companion("slowed"), 19)
    return "slowed"


@attack(
    "a process without files",
    "prlimit(2)",
    Seen(
        lambda outside, _: re.search(r"open files +3 ", read(f"/proc/{outside.before['slowed']}/limits"))
        is not None
    ),
)
def _(at: Attempt) -> object:
    """Takes the right to open files from a process of the same user."""
    return resource.prlimit(_companion("slowed"), resource.RLIMIT_NOFILE, (3, 3))


@attack(
    "a process that the kernel kills first",
    "oom_score_adj",
    Seen(lambda outside, _: read(f"/proc/{outside.before['slowed']}/oom_score_adj").strip() == "1000"),
)
def _(at: Attempt) -> object:
    """Makes a process of the same user the first to go when memory is short."""
    Path(f"/proc/{_companion('slowed')}/oom_score_adj").write_text("1000")
    return "written"


@attack(
    "a process on one processor",
    "sched_setaffinity(2)",
    Seen(lambda outside, _: _status(outside, "slowed", "Cpus_allowed_list") == "0"),
)
def _(at: Attempt) -> object:
    """Moves a process of the same user to one processor."""
    os.sched_setaffinity(_companion("slowed"), {0})
    return "moved"


@attack(
    "ending another instance",
    "kill(2)",
    Seen(
        lambda outside, _: outside.run(f"test -d /proc/{outside.before['other']} || echo gone").strip()
        == "gone"
    ),
)
def _(at: Attempt) -> object:
    """Kills a second instance of the gateway."""
    ours = {os.getppid(), os.getpid()}
    others = [number for number, line in processes() if at.other_port in line and number not in ours]
    for number in others:
        os.kill(number, signal.SIGKILL)
    return others


@attack("names of services", "reconnaissance", Told("unit-name"))
def _(at: Attempt) -> object:
    """Asks the service manager what runs on the machine."""
    return said(at.systemctl, "list-units", "--no-pager", "--plain", "--full")


@attack("names of control groups", "reconnaissance", Told("unit-name"))
def _(at: Attempt) -> object:
    """Lists the control groups, which are named after services."""
    return [folder for _, folders, _ in os.walk("/sys/fs/cgroup") for folder in folders]


@attack("names of mounts", "reconnaissance", Told("mount-name"))
def _(at: Attempt) -> object:
    """Reads the list of mounts."""
    return read("/proc/self/mountinfo")


@attack("names of local sockets", "reconnaissance", Told("socket-name"))
def _(at: Attempt) -> object:
    """Reads the kernel's list of local sockets."""
    return read("/proc/self/net/unix")


@attack("ports of other services", "reconnaissance", Reached())
def _(at: Attempt) -> object:
    """Reads the kernel's list of TCP sockets, and sees who listens where."""
    return "reached: a database listens" if ":18EB" in read("/proc/self/net/tcp") else "not there"


@attack("users of the moment", "reconnaissance", Told("dynamic-user"))
def _(at: Attempt) -> object:
    """Asks the service manager by Varlink for users that it made up for services."""
    question = {"method": "io.systemd.UserDatabase.GetUserRecord", "more": True}
    question["parameters"] = {"service": "io.systemd.DynamicUser"}
    return local("/run/systemd/userdb/io.systemd.DynamicUser", json.dumps(question) + "\0")


reads(
    CLASS,
    "the name of a person",
    "reconnaissance",
    "/etc/passwd",
    "full-name",
    "Reads the list of accounts, with people's names.",
)
reads(
    CLASS,
    "the machine's id",
    "fingerprinting",
    "/etc/machine-id",
    "machine-id",
    "Reads the id by which the machine is known again.",
)
reads(
    CLASS,
    "the boot's id",
    "fingerprinting",
    "/proc/sys/kernel/random/boot_id",
    "boot-id",
    "Reads the id of this boot.",
)
reads(
    CLASS,
    "the hardware's address",
    "fingerprinting",
    "/sys/class/net/out/address",
    "hardware",
    "Reads the address of the network card.",
)


@attack("the machine's name", "fingerprinting", Told("host-name"))
def _(at: Attempt) -> object:
    """Asks the kernel for the host's name."""
    return socket.gethostname()


@attack("memory of another process", "/proc/pid/mem", Told("environ"), uncounted=YAMA)
def _(at: Attempt) -> object:
    """Reads the memory of a process of the same user."""
    number = _companion("held")
    found = []
    with open(f"/proc/{number}/maps") as maps, open(f"/proc/{number}/mem", "rb", buffering=0) as memory:
        for line in maps:
            if "[stack]" in line:
                begin, end = (int(part, 16) for part in line.split()[0].split("-"))
                memory.seek(begin)
                found.append(memory.read(end - begin).decode(errors="replace"))
    return re.findall(r"canary-environ-\w+-\w+", " ".join(found))


@attack("tracing another process", "ptrace(2)", Reached(), uncounted=YAMA)
def _(at: Attempt) -> object:
    """Attaches to a process of the same user, as a debugger does."""
    number = _companion("held")
    call("ptrace", 0x4206, number, 0, 0)
    return "reached: attached"


@attack("a descriptor of another process", "pidfd_getfd(2)", Reached(), uncounted=YAMA)
def _(at: Attempt) -> object:
    """Takes an open file out of a process of the same user."""
    call("pidfd_getfd", call("pidfd_open", _companion("held"), 0), 0, 0)
    return "reached: taken"


@attack("memory by a system call", "process_vm_readv(2)", Reached(), uncounted=YAMA)
def _(at: Attempt) -> object:
    """Reads memory of a process of the same user by a system call."""
    number = _companion("held")
    line = next(line for line in read(f"/proc/{number}/maps").splitlines() if "[stack]" in line)
    end = int(line.split()[0].partition("-")[2], 16)
    room = ctypes.create_string_buffer(64)
    Vector = ctypes.c_void_p * 2
    here, there = Vector(ctypes.addressof(room), 64), Vector(end - 64, 64)
    call("process_vm_readv", number, here, 1, there, 1, 0)
    return "reached: read"


@attack("facts about the machine", "fingerprinting", Reached())
def _(at: Attempt) -> object:
    """Reads which processor and how much memory the machine has."""
    return f"reached: {len(read('/proc/cpuinfo') + read('/proc/meminfo'))} bytes"


@attack("the kernel's messages", "CWE-532", Reached())
def _(at: Attempt) -> object:
    """Reads the kernel's log."""
    room = ctypes.create_string_buffer(4096)
    if LIBC.klogctl(3, room, 4096) < 0:
        raise OSError(ctypes.get_errno(), "klogctl")
    return "reached: read"
