"""Namespaces of one's own."""

import ctypes
import os
import socket

from corpus.kit import LIBC, Attempt, Class, Reached, call

CLASS = Class(
    "namespaces",
    "A user who is root in a namespace of their own reaches parts of the kernel that are reserved for root: most exploits"
    " of the last years begin so.",
)
attack = CLASS.attack
USER, MOUNTS, NETWORK = 0x10000000, 0x00020000, 0x40000000
PROCESSES, NAMES, IPC, GROUPS, TIME = 0x20000000, 0x04000000, 0x08000000, 0x02000000, 0x00000080


def enter(more: int) -> None:
    """Makes namespaces, and becomes root in them."""
    user, group = os.getuid(), os.getgid()
    call("unshare", USER | more)
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {user} 1"), ("gid_map", f"0 {group} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def mount(source: str, target: str, kind: str, options: str = "") -> None:
    if LIBC.mount(source.encode(), target.encode(), kind.encode(), 0, options.encode()) < 0:
        raise OSError(ctypes.get_errno(), f"mount {kind}")


@attack("root of its own", "user namespaces", Reached())
def _(at: Attempt) -> object:
    """Becomes root in a namespace of its own, with all capabilities there."""
    enter(0)
    with open("/proc/self/status") as status:
        mask = next(line.split()[1] for line in status if line.startswith("CapEff"))
    return f"reached: {mask}" if int(mask, 16) else mask


@attack("mounts of its own", "mount namespaces", Reached())
def _(at: Attempt) -> object:
    """Mounts file systems, and sees them differently from what watches it."""
    enter(MOUNTS)
    mount("tmpfs", "/tmp", "tmpfs")
    return f"reached: {os.listdir('/tmp')}"


@attack("layers of its own", "CVE-2023-0386", Reached())
def _(at: Attempt) -> object:
    """Mounts an overlay, in whose code set-uid files were copied out."""
    enter(MOUNTS)
    mount("tmpfs", "/tmp", "tmpfs")
    for name in ("lower", "upper", "work", "all"):
        os.mkdir(f"/tmp/{name}")
    mount(
        "overlay",
        "/tmp/all",
        "overlay",
        "lowerdir=/tmp/lower,upperdir=/tmp/upper,workdir=/tmp/work,userxattr",
    )
    return "reached: mounted"


@attack("a packet filter of its own", "CVE-2024-1086", Reached())
def _(at: Attempt) -> object:
    """Makes a network in which it may set the packet filter."""
    enter(NETWORK)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12):
        return "reached: opened"


@attack("packets in a network of its own", "CVE-2020-14386", Reached())
def _(at: Attempt) -> object:
    """Makes a network in which it may open raw sockets."""
    enter(NETWORK)
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 3).close()
    return "reached: opened"


@attack("processes of its own", "process namespaces", Reached())
def _(at: Attempt) -> object:
    """Makes a namespace in which a child is process 1."""
    enter(PROCESSES)
    child = os.fork()
    if child == 0:
        os._exit(os.getpid())
    return "reached: process 1" if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1 else "no"


@attack("a host name of its own", "uts namespaces", Reached())
def _(at: Attempt) -> object:
    """Makes a namespace in which it may set the host's name."""
    enter(NAMES)
    if LIBC.sethostname(b"other", 5) < 0:
        raise OSError(ctypes.get_errno(), "sethostname")
    return f"reached: {socket.gethostname()}"


@attack("shared memory of its own", "ipc namespaces", Reached())
def _(at: Attempt) -> object:
    """Makes a namespace with its own shared memory."""
    enter(IPC)
    return "reached: made"


@attack("control groups of its own", "CVE-2022-0492", Reached())
def _(at: Attempt) -> object:
    """Makes a namespace of control groups."""
    enter(GROUPS)
    return "reached: made"


@attack("a clock of its own", "time namespaces", Reached())
def _(at: Attempt) -> object:
    """Makes a namespace with another time since the boot."""
    enter(TIME)
    return "reached: made"


@attack("namespaces by a newer call", "clone3(2)", Reached())
def _(at: Attempt) -> object:
    """Asks for a namespace by a call whose arguments a filter cannot read."""
    words = (ctypes.c_ulonglong * 11)(USER, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0)
    child = call("clone3", words, 88)
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return "reached: made"


@attack("another root directory", "chroot(2)", Reached())
def _(at: Attempt) -> object:
    """Changes its root directory in a namespace of its own, and leads set-uid programs astray."""
    enter(MOUNTS)
    os.chroot("/proc/self/fdinfo")
    return "reached: changed"


@attack("the machine's mounts", "setns(2)", Reached())
def _(at: Attempt) -> object:
    """Enters the namespace of the machine's first process."""
    with open("/proc/1/ns/mnt") as file:
        if os.readlink("/proc/1/ns/mnt") == os.readlink("/proc/self/ns/mnt"):
            return "it is in there already"
        if LIBC.setns(file.fileno(), 0) < 0:
            raise OSError(ctypes.get_errno(), "setns")
    return "reached: entered"
