"""Parts of the kernel that services do not need."""

import ctypes
import errno
import mmap
import os
import platform
import signal
import socket
import struct

from corpus.kit import LIBC, Attempt, Class, Proof, Reached, call

CLASS = Class(
    "kernel",
    "Parts of the kernel that exploits use and services do not need. An attack succeeds if the kernel does what it is"
    " asked, not if it can be broken: nothing is broken, because it is the kernel of the machine that runs the tests.",
)
attack = CLASS.attack
REACHED: Proof = Reached()


@attack("asynchronous rings", "io_uring", REACHED)
def _(at: Attempt) -> object:
    """Makes a ring, by which the kernel works past filters of system calls."""
    return f"reached: {call('io_uring_setup', 2, ctypes.create_string_buffer(120))}"


@attack("page fault handlers", "userfaultfd", REACHED)
def _(at: Attempt) -> object:
    """Makes a handler of page faults, with which exploits stop the kernel where they want."""
    return f"reached: {call('userfaultfd', 1)}"


@attack("performance counters", "perf_event_open", REACHED)
def _(at: Attempt) -> object:
    """Opens a counter of its own process, with which secrets were measured."""
    # Software clock, not in the kernel and not in a hypervisor.
    attribute = struct.pack("=IIQQQQQ", 1, 64, 0, 0, 0, 0, 0b1100000).ljust(64, b"\0")
    return f"reached: {call('perf_event_open', ctypes.c_char_p(attribute), 0, -1, -1, 0)}"


@attack("keys of the kernel", "add_key", REACHED)
def _(at: Attempt) -> object:
    """Gives the kernel a key to keep, in code with many errors in the past."""
    return f"reached: {call('add_key', ctypes.c_char_p(b'user'), ctypes.c_char_p(b'a'), ctypes.c_char_p(b'b'), 1, -2)}"


@attack("the hypervisor", "AF_VSOCK", REACHED)
def _(at: Attempt) -> object:
    """Opens a socket to the machine that this one runs on."""
    socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM).close()
    return "reached: opened"


@attack("the table of segments", "modify_ldt", REACHED)
def _(at: Attempt) -> object:
    """Changes the processor's table of segments."""
    return f"reached: {call('modify_ldt', 0, ctypes.create_string_buffer(64), 64)}"


@attack("memory without random places", "personality", REACHED)
def _(at: Attempt) -> object:
    """Turns the random places of memory off for its programs."""
    return f"reached: {call('personality', 0x0040000)}"


@attack("calls of another architecture", "int 0x80", REACHED)
def _(at: Attempt) -> object:
    """Makes a system call as 32-bit programs do, past filters that know other numbers."""
    if platform.machine() != "x86_64":
        return "no such machine"
    code = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")
    result = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()
    return f"reached: {result}" if result == os.getpid() else result


@attack("tracing a child", "ptrace(2)", REACHED)
def _(at: Attempt) -> object:
    """Traces a program that it started, and changes its system calls after filters have looked at them."""
    child = os.fork()
    if child == 0:
        signal.pause()
    try:
        call("ptrace", 0x4206, child, 0, 0)
        return "reached: traced"
    finally:
        os.kill(child, signal.SIGKILL)


@attack("memory of a child", "process_vm_readv(2)", REACHED)
def _(at: Attempt) -> object:
    """Reads and writes the memory of a program that it started by one call."""
    room = ctypes.create_string_buffer(64)
    child = os.fork()
    if child == 0:
        signal.pause()
    Vector = ctypes.c_void_p * 2
    vector = Vector(ctypes.addressof(room), 8)
    try:
        call("process_vm_readv", child, vector, 1, vector, 1, 0)
        return "reached: read"
    finally:
        os.kill(child, signal.SIGKILL)


@attack("a descriptor of a child", "pidfd_getfd(2)", REACHED)
def _(at: Attempt) -> object:
    """Takes an open file out of a program that it started."""
    child = os.fork()
    if child == 0:
        signal.pause()
    try:
        return f"reached: {call('pidfd_getfd', call('pidfd_open', child, 0), 1, 0)}"
    finally:
        os.kill(child, signal.SIGKILL)


@attack("addresses in the kernel", "kcmp(2)", REACHED)
def _(at: Attempt) -> object:
    """Compares objects of the kernel, which orders their addresses."""
    return f"reached: {call('kcmp', os.getpid(), os.getppid(), 0, 1, 1)}"


@attack("files by their handles", "name_to_handle_at(2)", REACHED)
def _(at: Attempt) -> object:
    """Asks for the number of a file, the first half of opening it past the sandbox (Shocker)."""
    handle = ctypes.create_string_buffer(struct.pack("=Ii", 128, 0), 136)
    number = ctypes.c_int()
    call("name_to_handle_at", -100, ctypes.c_char_p(b"/dev/shm"), handle, ctypes.byref(number), 0)
    return "reached: told"


@attack("watching all files", "fanotify", REACHED)
def _(at: Attempt) -> object:
    """Watches whole file systems."""
    return f"reached: {call('fanotify_init', 0x200, 0)}"


@attack("an obsolete question", "ustat(2)", REACHED)
def _(at: Attempt) -> object:
    """Asks about a file system by a call that nothing uses any more."""
    call("ustat", os.stat("/tmp").st_dev, ctypes.create_string_buffer(64))
    return "reached: told"


@attack("places of memory", "set_mempolicy(2)", REACHED)
def _(at: Attempt) -> object:
    """Chooses the banks of its memory, in code that had errors."""
    return f"reached: {call('set_mempolicy', 0, 0, 0)}"


@attack("moving memory", "move_pages(2)", REACHED)
def _(at: Attempt) -> object:
    """Moves its memory between banks."""
    return f"reached: {call('move_pages', 0, 0, 0, 0, 0, 0)}"


def opens(name: str, path: str, known: str, what: str, flags: int = os.O_RDWR) -> None:
    """Adds an attack that opens a device and does nothing with it."""

    def attempt(at: Attempt) -> object:
        os.close(os.open(path, flags | os.O_NONBLOCK))
        return "reached: opened"

    attempt.__doc__ = what
    attack(name, known, REACHED)(attempt)


opens(
    "file systems of programs",
    "/dev/fuse",
    "FUSE",
    "Opens the device behind file systems that programs make, which slow the kernel at will.",
)
opens(
    "virtual machines",
    "/dev/kvm",
    "KVM",
    "Opens the device behind virtual machines, a large part of the kernel.",
)
opens("tunnels", "/dev/net/tun", "TUN", "Opens the device behind network tunnels.")
opens("a camera", "/dev/video0", "eavesdropping", "Opens the camera of whoever is at the screen.")
opens(
    "kernel settings",
    "/proc/sys/kernel/core_pattern",
    "CVE-2022-0492",
    "Opens the setting of what runs after a crash.",
    os.O_WRONLY,
)


@attack("programs in the kernel", "bpf(2)", REACHED)
def _(at: Attempt) -> object:
    """Loads a program into the kernel."""
    try:
        call("bpf", 5, ctypes.create_string_buffer(128), 128)
    except OSError as error:
        return (
            "reached: it looked" if error.errno in (errno.EINVAL, errno.E2BIG, errno.EFAULT) else str(error)
        )
    return "reached: loaded"


def forbidden(name: str, known: str, what: str, ask: object) -> None:
    """Adds an attack by a call that fails in any case: the kernel says whether it would have been allowed."""

    def attempt(at: Attempt) -> object:
        assert callable(ask)
        if ask() < 0:
            error = ctypes.get_errno()
            return (
                os.strerror(error)
                if error in (errno.EPERM, errno.ENOSYS, errno.EACCES)
                else f"reached: {os.strerror(error)}"
            )
        return "reached: done"

    attempt.__doc__ = what
    attack(name, known, REACHED)(attempt)


forbidden(
    "another kernel",
    "kexec",
    "Asks for another kernel, with arguments that are none.",
    lambda: LIBC.syscall(246, -1, 99, 0, 0xFFFF),
)
forbidden("modules", "init_module", "Asks for a module, with no file.", lambda: LIBC.syscall(313, -1, b"", 0))
forbidden(
    "the host's name",
    "sethostname",
    "Asks for a name that is too long.",
    lambda: LIBC.sethostname(b"x" * 100, 100),
)
forbidden(
    "a restart",
    "reboot",
    "Asks for a restart, with wrong magic numbers.",
    lambda: LIBC.syscall(169, 0, 0, 0, 0),
)
forbidden("swap space", "swapon", "Asks for swap space, with no file.", lambda: LIBC.swapon(b"/nowhere", 0))
