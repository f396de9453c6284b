"""Tries things a confined process must not be able to do, and says in one word how each went.

Runs inside the sandbox under test. Standard input: a JSON list of attempts, each a list of a verb
and its arguments. Standard output: one word per line, in the same order: `done`, the name of an
error (`ENOENT`), `timeout`, the signal that ended the attempt (`SIGSYS`), or what the verb tells.
Each attempt runs in a process of its own. With `--stay`, the line `end` follows, and the process stays until it is
killed, so that others can look at it. With `--seal`, no other process of the same user may look at it, or change what it
says. Nothing here depends on the machine but the numbers of
the system calls.
"""

import contextlib
import ctypes
import errno
import functools
import json
import mmap
import os
import platform
import resource
import secrets
import signal
import socket
import ssl
import stat
import subprocess
import sys
from collections.abc import Callable

PATIENCE_SECONDS = 3
# A name server that does not answer takes a while.
LIMIT_SECONDS = 30
# A library already loaded: the C library.
LIBC = ctypes.CDLL(None, use_errno=True)


# ---- files ----


def read(path: str) -> str:
    with open(path, "rb") as file:
        file.read(1)
    return "done"


def write(path: str) -> str:
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    return "done"


def rename(path: str) -> str:
    """Renames a file and renames it back, because other probes look at the same file."""
    os.rename(path, f"{path}.renamed")
    os.rename(f"{path}.renamed", path)
    return "done"


def second_name(path: str) -> str:
    """`done` if some mount shows the file at a path where it can be written. proc_pid_mountinfo(5) has for each
    mount its device, the part of the device that it shows, its path and its options."""
    mounts = [
        (device, root.rstrip("/"), point.rstrip("/"), options.split(","))
        for device, root, point, options in (line[2:6] for line in _mounts())
    ]
    device, root, point, _ = max(
        (mount for mount in mounts if f"{path}/".startswith(f"{mount[2]}/")),
        # Of two mounts at one path, the later one is visible.
        key=lambda mount: (len(mount[2]), mounts.index(mount)),
    )
    file = root + path.removeprefix(point)
    for other, shown, place, options in mounts:
        if other == device and "rw" in options and f"{file}/".startswith(f"{shown}/"):
            with contextlib.suppress(FileNotFoundError, PermissionError, NotADirectoryError):
                if os.path.samefile(place + file.removeprefix(shown) or "/", path):
                    return "done"
    return "none"


def room(path: str, percent: str) -> str:
    system = os.statvfs(path)
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return "within" if system.f_blocks * system.f_frsize * 100 <= memory * int(percent) else "more"


def _mounts() -> list[list[str]]:
    with open("/proc/self/mountinfo") as lines:
        # Blanks and other special characters are octal escapes.
        return [[word.encode().decode("unicode_escape") for word in line.split()] for line in lines]


def device(path: str) -> str:
    os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
    return "done"


def stat_of(path: str) -> str:
    os.stat(path)
    return "done"


def same(path: str, identity: str) -> str:
    """Whether a path leads to the file or directory with this device and number."""
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return "none"
    return "done" if f"{found.st_dev}:{found.st_ino}" == identity else "none"


def read_only(path: str) -> str:
    return "yes" if os.statvfs(path).f_flag & os.ST_RDONLY else "no"


def mounted(path: str) -> str:
    """The last of several mounts at one path is visible."""
    found = [line[5].split(",") for line in _mounts() if line[4] == path]
    return "none" if not found else "read-only" if "ro" in found[-1] else "writable"


def owner(path: str) -> str:
    return str(os.stat(path).st_uid)


def new_file_mode(directory: str) -> str:
    path = _new_file(directory)
    try:
        return f"{stat.S_IMODE(os.stat(path).st_mode):o}"
    finally:
        os.unlink(path)


def set_uid(directory: str) -> str:
    path = _new_file(directory)
    try:
        os.chmod(path, 0o4755)
        return "done"
    finally:
        os.unlink(path)


def run_set_uid(shell: str) -> str:
    """The rights of a set-uid shell that belongs to root; -p makes bash keep them."""
    ran = subprocess.run([shell, "-p", "-c", "echo $EUID"], capture_output=True, text=True, timeout=30)
    return {"0": "root", str(os.getuid()): "own"}.get(ran.stdout.strip(), "not-run")


def _new_file(directory: str) -> str:
    path = f"{directory}/probe-{secrets.token_hex(8)}"
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    return path


def propagation(path: str) -> str:
    """proc_pid_mountinfo(5): optional fields come before a lone hyphen."""
    fields = next(row for row in reversed(_mounts()) if row[4] == path)
    optional = fields[6 : fields.index("-")]
    is_shared = any(field.startswith("shared:") for field in optional)
    return "shared" if is_shared else "separate"


# ---- sockets ----


def connect_local(path: str) -> str:
    """A leading `@` stands for the zero byte of an abstract name, as in systemd's units."""
    path = f"\0{path[1:]}" if path.startswith("@") else path
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(PATIENCE_SECONDS)
        client.connect(path)
    return "done"


def connect(address: str, port: str) -> str:
    with socket.create_connection((address, int(port)), PATIENCE_SECONDS):
        return "done"


def send(address: str) -> str:
    """The kernel refuses a packet at once; an answer may come or not, and nobody waits for it. Port 9: RFC 863."""
    with socket.socket(_family(address), socket.SOCK_DGRAM) as client:
        client.sendto(b"", (address, 9))
    return "done"


def lookup(name: str) -> str:
    """Looks a name up by the C library, as most programs do."""
    socket.getaddrinfo(name, None)
    return "done"


# The path at which the programs of every distribution look, directly or by a link.
TRUSTED = "/etc/ssl/certs/ca-certificates.crt"


def tls(name: str, port: str) -> str:
    context = ssl.create_default_context(cafile=TRUSTED)
    with (
        socket.create_connection((name, int(port)), PATIENCE_SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=name) as secured,
    ):
        return "done" if secured.recv(5) == b"hello" else "silent"


def query(address: str) -> str:
    with socket.socket(_family(address), socket.SOCK_DGRAM) as client:
        client.settimeout(PATIENCE_SECONDS)
        client.sendto(b"?", (address, 53))
        client.recv(16)
    return "done"


def listen(kind: str, port: str) -> str:
    try:
        server = socket.socket(socket.AF_INET, *_SOCKETS[kind])
    except OSError as error:
        # The kernel need not have the protocol.
        if error.errno == errno.EPROTONOSUPPORT:
            return "no-such-machine"
        raise
    with server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", int(port)))
    return "done"


def listen_anywhere() -> str:
    with socket.socket(socket.AF_INET) as server:
        server.listen()
    return "done"


# The kind of socket, and the number of a protocol for which Python has no name.
_SOCKETS = {
    "tcp": (socket.SOCK_STREAM,),
    "udp": (socket.SOCK_DGRAM,),
    "udplite": (socket.SOCK_DGRAM, 136),
}


def open_socket(family: str) -> str:
    kind = socket.SOCK_STREAM if family == "AF_VSOCK" else socket.SOCK_DGRAM
    socket.socket(getattr(socket, family), kind).close()
    return "done"


def _family(address: str) -> int:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


# ---- the process itself ----


def status(field: str) -> str:
    with open("/proc/self/status") as lines:
        rows = dict(line.rstrip("\n").split(":", 1) for line in lines)
    return rows[field].strip()


# capabilities(7): numbers are fixed.
CAPABILITIES = {
    "sys_module": 16,
    "sys_rawio": 17,
    "sys_admin": 21,
    "sys_boot": 22,
    "sys_time": 25,
    "syslog": 34,
}


def capability(name: str) -> str:
    within_reach = int(status("CapBnd"), 16) >> CAPABILITIES[name] & 1
    return "present" if within_reach else "absent"


def secure_bits() -> str:
    """prctl(2): PR_GET_SECUREBITS is 27; SECBIT_NOROOT is the lowest bit."""
    return "noroot" if LIBC.prctl(27, 0, 0, 0, 0) & 1 else "none"


def hard_limit(name: str) -> str:
    _, hard = resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))
    return str(hard)


def process(word: str) -> str:
    for number in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{number}/cmdline", "rb") as line:
                if word.encode() in line.read() and int(number) != os.getpid():
                    return "seen"
        except OSError:
            continue
    return "absent"


def namespace(kind: str, number: str) -> str:
    return "shared" if os.readlink(f"/proc/self/ns/{kind}") == number else "own"


def control_group() -> str:
    with open("/proc/self/cgroup") as lines:
        unified = next(line for line in lines if line.startswith("0::"))
    return "root" if unified.strip() == "0::/" else "named"


def oom_score() -> str:
    with open("/proc/self/oom_score_adj") as score:
        return score.read().strip()


# ---- System V and POSIX objects ----


def shared_memory(key: str) -> str:
    _check(LIBC.shmget(int(key), 0, 0))
    return "done"


def message_queue(name: str) -> str:
    library = ctypes.CDLL("librt.so.1", use_errno=True)
    os.close(_check(library.mq_open(name.encode(), os.O_RDONLY)))
    return "done"


# ---- system calls ----

MACHINES = ("x86_64", "aarch64")
NAMESPACE_OF_USERS = 0x10000000
ANONYMOUS_BUFFER = ctypes.create_string_buffer(4096)

# name -> numbers on MACHINES (None without such a call), arguments. With these arguments the kernel
# refuses the call or does nothing lasting. If an ordinary user may make the call at all, the error is not
# EPERM.
CALLS: dict[str, tuple[tuple[int, int | None], tuple[int, ...]]] = {
    "add_key": ((248, 217), (0, 0, 0, 0, 0)),
    "bpf": ((321, 280), (999, 0, 0)),
    "chroot": ((161, 51), (0,)),
    "clock_settime": ((227, 112), (0, 0)),
    "io_uring_setup": ((425, 425), (0, 0)),
    "kcmp": ((312, 272), (0, 0, 0, 0, 0)),
    "keyctl": ((250, 219), (11, 0, 0, 0, 0)),
    "modify_ldt": ((154, None), (0, 0, 0)),
    "mount": ((165, 40), (0, 0, 0, 0, 0)),
    "name_to_handle_at": ((303, 264), (-1, 0, 0, 0, 0)),
    "perf_event_open": ((298, 241), (0, -1, -1, -1, 999)),
    "personality": ((135, 92), (0x0040000,)),
    "pidfd_getfd": ((438, 438), (-1, -1, 0)),
    "process_vm_readv": ((310, 270), (-1, 0, 0, 0, 0, 1)),
    "process_vm_writev": ((311, 271), (-1, 0, 0, 0, 0, 1)),
    "ptrace": ((101, 117), (0, 0, 0, 0)),
    "sched_setscheduler": ((144, 119), (0, 1, ctypes.addressof(ANONYMOUS_BUFFER))),
    "setns": ((308, 268), (-1, 0)),
    "setpriority": ((141, 140), (0, 0, 5)),
    "swapon": ((167, 224), (0, 0x7FFFFFFF)),
    "unshare": ((272, 97), (NAMESPACE_OF_USERS,)),
    "unshare-mounts": ((272, 97), (0x00020000 | NAMESPACE_OF_USERS,)),
    "unshare-network": ((272, 97), (0x40000000 | NAMESPACE_OF_USERS,)),
    "userfaultfd": ((323, 282), (-1,)),
    "ustat": ((136, None), (0, 0)),
}


def call(name: str) -> str:
    numbers, arguments = CALLS[name]
    number = numbers[MACHINES.index(platform.machine())]
    if number is None:
        return "no-such-machine"
    _check(LIBC.syscall(ctypes.c_long(number), *map(ctypes.c_long, arguments)))
    return "done"


# mount(2), umount(2), unshare(2): all but the namespaces of time and control groups.
NESTED = 0x10000000 | 0x00020000 | 0x20000000 | 0x40000000 | 0x08000000
MS_REMOUNT, MS_BIND, MNT_DETACH = 32, 4096, 2


def nested(what: str) -> str:
    user, group = os.getuid(), os.getgid()
    if LIBC.unshare(NESTED) < 0:
        return "no-namespaces"
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {user} 1"), ("gid_map", f"0 {group} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)
    # A child is the first process in the new namespace of process ids.
    return Attempt(NESTED_ATTEMPTS[what]).result()


def _mount(source: bytes, target: bytes, kind: bytes | None, flags: int = 0) -> str:
    _check(LIBC.mount(source, target, kind, flags, None))
    return "done"


def _nested_processes() -> str:
    _mount(b"proc", b"/proc", b"proc")
    return "done" if os.listdir("/proc").count("1") == 1 and os.getpid() == 1 else "others"


def _empty_root() -> str:
    os.chroot("/proc/self/fdinfo")
    return "done" if not os.path.exists("/etc") else "not-empty"


def _uncover() -> str:
    """Tries to unmount everything, to see what lies below: `done` if one goes, or why none does."""
    points = {line[4] for line in _mounts()} - {"/"}
    words = {outcome(functools.partial(_unmount, point)) for point in points}
    return "done" if "done" in words else ",".join(sorted(words))


def _unmount(point: str) -> str:
    _check(LIBC.umount2(point.encode(), MNT_DETACH))
    return "done"


NESTED_ATTEMPTS: dict[str, Callable[[], str]] = {
    "files": lambda: _mount(b"tmpfs", b"/tmp", b"tmpfs"),
    "processes": _nested_processes,
    "empty-root": _empty_root,
    "uncover": _uncover,
    "make-writable": lambda: _mount(b"", b"/", None, MS_REMOUNT | MS_BIND),
    "listen": lambda: listen("tcp", "28790"),
}


def foreign_call() -> str:
    """getpid as a 32-bit x86 program makes it: mov eax, 20; int 0x80; ret."""
    if platform.machine() != "x86_64":
        return "no-such-machine"
    code = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")
    address = ctypes.addressof(ctypes.c_char.from_buffer(code))
    child = os.fork()
    if child == 0:
        result = ctypes.CFUNCTYPE(ctypes.c_int)(address)()
        os._exit(0 if result > 0 else -result)
    _, ended = os.waitpid(child, 0)
    if os.WIFSIGNALED(ended):
        name = signal.Signals(os.WTERMSIG(ended)).name
        # The processor itself complains: this kernel runs such programs for nobody.
        return "no-such-machine" if name == "SIGSEGV" else name
    number = os.WEXITSTATUS(ended)
    return "done" if number == 0 else errno.errorcode.get(number, str(number))


def _check(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


# ---- tools ----


def run(command: str) -> str:
    finished = subprocess.run(["sh", "-c", command], capture_output=True, timeout=30)
    return "done" if finished.returncode == 0 else f"exit-{finished.returncode}"


# ---- the list ----

VERBS: dict[str, Callable[..., str]] = {
    "call": call,
    "capability": capability,
    "connect": connect,
    "connect-local": connect_local,
    "control-group": control_group,
    "device": device,
    "foreign-call": foreign_call,
    "hard-limit": hard_limit,
    "listen": listen,
    "listen-anywhere": listen_anywhere,
    "lookup": lookup,
    "message-queue": message_queue,
    "mounted": mounted,
    "namespace": namespace,
    "nested": nested,
    "new-file-mode": new_file_mode,
    "oom-score": oom_score,
    "owner": owner,
    "process": process,
    "propagation": propagation,
    "query": query,
    "read": read,
    "read-only": read_only,
    "rename": rename,
    "room": room,
    "run": run,
    "run-set-uid": run_set_uid,
    "second-name": second_name,
    "same": same,
    "secure-bits": secure_bits,
    "send": send,
    "set-uid": set_uid,
    "shared-memory": shared_memory,
    "socket": open_socket,
    "stat": stat_of,
    "status": status,
    "tls": tls,
    "write": write,
}


def outcome(attempt: Callable[[], str]) -> str:
    try:
        return attempt()
    except TimeoutError:
        return "timeout"
    except (ssl.SSLError, socket.gaierror) as error:
        # These errors have numbers of their own, not those of errno.
        return type(error).__name__
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, type(error).__name__)
    except Exception as error:
        return type(error).__name__


class Attempt:
    """One attempt, in a process of its own that it may end or change."""

    def __init__(self, attempt: Callable[[], str]) -> None:
        self._reader, writer = os.pipe()
        self._child = os.fork()
        if self._child == 0:
            signal.alarm(LIMIT_SECONDS)
            os.write(writer, outcome(attempt).encode())
            os._exit(0)
        os.close(writer)

    def result(self) -> str:
        with os.fdopen(self._reader) as pipe:
            word = pipe.read()
        _, ended = os.waitpid(self._child, 0)
        return signal.Signals(os.WTERMSIG(ended)).name if os.WIFSIGNALED(ended) else word


PR_SET_DUMPABLE = 4


def main() -> None:
    if "--seal" in sys.argv[1:]:
        _check(LIBC.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
    # All at once, because many of them fail only after a timeout.
    tried = [functools.partial(VERBS[verb], *words) for verb, *words in json.load(sys.stdin)]
    under_way = [Attempt(attempt) for attempt in tried]
    for attempt in under_way:
        print(attempt.result(), flush=True)
    if "--stay" in sys.argv[1:]:
        print("end", flush=True)
        signal.pause()


if __name__ == "__main__":
    main()
