"""One booted guest: systemd as PID 1 in a container over a copy-on-write root.

Contract: start() returns when systemd answers; run() executes in the guest; stop() and kill() end
it. close() always removes every process, mount and control group of this guest. This class signals
only processes that it has started, by their id.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

BOOT_SECONDS = 60
STOP_SECONDS = 60
# Without `--capability=all` and bpf systemd silently leaves out the BPF programs behind
# IPAddressDeny and SocketBindDeny, and tests of the network policy would mean nothing. For the other
# calls, tests show that a service cannot make them: it must be the service's unit that denies them, not
# the container.
SYSTEM_CALLS = "bpf @keyring kcmp perf_event_open pidfd_getfd swapon modify_ldt ustat"
NSPAWN = (
    "systemd-nspawn",
    "--quiet",
    "--register=no",
    "--keep-unit",
    "--private-network",
    "--console=pipe",
    "--capability=all",
    f"--system-call-filter={SYSTEM_CALLS}",
)
GUEST_PATH = (
    "/run/wrappers/bin:/run/current-system/sw/bin"
    ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
)


class GuestError(Exception):
    """The guest itself failed: it did not boot, stop or answer."""


@dataclass(frozen=True)
class Finished:
    """A command that ran in the guest. `status` is 124 when it exceeded its time."""

    status: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class System:
    """The root file system of a guest, and the way to start it."""

    # Folders that make up the root file system, the first above the others; never written to.
    folders: tuple[Path, ...]
    # Path in the guest -> path on the host, mounted read-only.
    binds: Mapping[str, Path] = field(default_factory=dict)
    # Further arguments of systemd-nspawn.
    init: tuple[str, ...] = ("--boot",)
    shell: str = "/bin/bash"


@dataclass
class Container:
    name: str
    system: System
    # A fresh folder for the guest's writes.
    work: Path
    _process: subprocess.Popen[bytes] | None = None
    _leader: int | None = None

    @property
    def console(self) -> Path:
        return self.work / "console.log"

    def start(self) -> None:
        """Boots. After a stop the guest keeps the files that it had written."""
        self._mount()
        control_groups = self._make_control_groups()
        with self.console.open("ab") as console:
            self._process = subprocess.Popen(
                self._command(control_groups),
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},
                # A Ctrl-C must reach only the driver, which then stops its guests in order.
                start_new_session=True,
            )
        self._leader = self._wait_for_leader(self._process)
        self._wait_for_systemd()
        self._succeed("ip link set lo up")

    def run(self, command: str, timeout: float | None) -> Finished:
        """Runs a bash command line as root in the guest."""
        if self._leader is None or not self.is_up():
            raise GuestError(f"{self.name} is not running")
        environment = {"PATH": GUEST_PATH, "HOME": "/root", "USER": "root", "LANG": "C.UTF-8"}
        process = subprocess.Popen(
            ["nsenter", "--target", str(self._leader), "--all", self.system.shell, "-c", command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )
        try:
            stdout, stderr = process.communicate(timeout=timeout)
            status = process.returncode
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            stdout, stderr = process.communicate()
            status = 124
        return Finished(status, stdout.decode(errors="replace"), stderr.decode(errors="replace"))

    def is_up(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Shuts the guest down in order."""
        if self._process is None or not self.is_up():
            return
        # systemd-nspawn passes this on as the guest's own request to halt.
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise GuestError(f"{self.name} did not stop in {STOP_SECONDS} s; killed") from None

    def kill(self) -> None:
        """Pulls the plug."""
        if self._leader is not None and self.is_up():
            os.kill(self._leader, signal.SIGKILL)
        if self._process is not None:
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(10)
        self._leader = None

    def close(self) -> None:
        """Removes everything that this guest has made outside itself."""
        self.kill()
        for group in _control_group_roots():
            _remove_control_groups(group / self._group_name)
        for mount in (self._root, self._scratch):
            if os.path.ismount(mount):
                subprocess.run(["umount", "--lazy", mount], check=True)

    # ---- starting ----

    @property
    def _scratch(self) -> Path:
        return self.work / "scratch"

    @property
    def _root(self) -> Path:
        return self.work / "root"

    @property
    def _group_name(self) -> str:
        return f"nixmodgen-{os.getpid()}-{self.name}"

    def _mount(self) -> None:
        """Mounts the root: the system's folders below, the guest's writes in memory above."""
        if os.path.ismount(self._root):
            return
        self._scratch.mkdir(parents=True, exist_ok=True)
        self._root.mkdir(exist_ok=True)
        _run(["mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", str(self._scratch)])
        upper, scratch = self._scratch / "upper", self._scratch / "work"
        upper.mkdir()
        scratch.mkdir()
        lower = ":".join(map(str, self.system.folders))
        options = f"lowerdir={lower},upperdir={upper},workdir={scratch}"
        _run(["mount", "-t", "overlay", "-o", options, "overlay", str(self._root)])

    def _make_control_groups(self) -> list[Path]:
        """Makes a control group of the guest's own: with --keep-unit two guests would otherwise share one, and
        the end of one would end both."""
        groups = [root / self._group_name for root in _control_group_roots()]
        for group in groups:
            group.mkdir(exist_ok=True)
        return groups

    def _command(self, control_groups: list[Path]) -> list[str]:
        enter = "".join(f"echo $$ > '{group}/cgroup.procs'; " for group in control_groups)
        binds = [f"--bind-ro={source}:{target}" for target, source in self.system.binds.items()]
        nspawn = [
            *NSPAWN,
            f"--directory={self._root}",
            # Other runs have guests with the same node names.
            f"--machine={self._group_name}",
            f"--hostname={self.name}",
            *binds,
            *self.system.init,
        ]
        return ["/bin/sh", "-e", "-c", f'{enter}exec "$@"', "enter", *nspawn]

    def _wait_for_leader(self, process: subprocess.Popen[bytes]) -> int:
        deadline = time.monotonic() + BOOT_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise GuestError(f"{self.name} did not boot:\n{self.console.read_text()}")
            for child in _children(process.pid):
                if _is_container_init(child):
                    return child
            time.sleep(0.05)
        raise GuestError(f"{self.name} has no PID 1 after {BOOT_SECONDS} s")

    def _wait_for_systemd(self) -> None:
        deadline = time.monotonic() + BOOT_SECONDS
        while time.monotonic() < deadline:
            # "degraded" is an answer, too: the test judges which units may fail.
            state = self.run("systemctl is-system-running", timeout=10).stdout.strip()
            if state in ("starting", "running", "degraded"):
                return
            time.sleep(0.1)
        raise GuestError(f"systemd of {self.name} does not answer after {BOOT_SECONDS} s")

    def _succeed(self, command: str) -> None:
        finished = self.run(command, timeout=30)
        if finished.status != 0:
            raise GuestError(f"{self.name}: {command}: {finished.stderr}")


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True)


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def _is_container_init(pid: int) -> bool:
    """Whether the process is PID 1 of its own namespace and systemd itself by now."""
    try:
        status = Path(f"/proc/{pid}/status").read_text().splitlines()
        command = Path(f"/proc/{pid}/comm").read_text().strip()
    except FileNotFoundError:
        return False
    numbers = next(line.split()[1:] for line in status if line.startswith("NSpid:"))
    return command == "systemd" and len(numbers) > 1 and numbers[-1] == "1"


def _control_group_roots() -> list[Path]:
    """The control groups of this process: in the unified hierarchy, and in systemd's own on hosts that
    still have the older hierarchies."""
    memberships = dict(_membership(line) for line in Path("/proc/self/cgroup").read_text().splitlines())
    mounts = [line.split() for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    roots: list[Path] = []
    for fields in mounts:
        kind, options = fields[fields.index("-") + 1], fields[-1].split(",")
        key = "" if kind == "cgroup2" else "name=systemd" if "name=systemd" in options else None
        if key is not None and key in memberships:
            roots.append(Path(fields[4]) / memberships[key].lstrip("/"))
    return roots


def _membership(line: str) -> tuple[str, str]:
    _, controllers, path = line.split(":", 2)
    return controllers, path


def _remove_control_groups(group: Path) -> None:
    """Removes a control group by rmdir, children first; its files need not be removed."""
    deadline = time.monotonic() + 5
    while group.exists():
        try:
            for folder, _, _ in os.walk(group, topdown=False):
                os.rmdir(folder)
        except OSError:
            # The kernel is still reaping the last processes.
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def require_programs() -> None:
    missing = [program for program in ("systemd-nspawn", "nsenter") if not shutil.which(program)]
    if missing or os.geteuid() != 0:
        raise GuestError(f"needs root and the programs systemd-nspawn, nsenter; missing: {missing}")
