"""The NixOS test driver's machine, on a container.

It has the names and the semantics of nixpkgs' nixos/lib/test-driver, so that a NixOS test script runs
here unchanged. Methods for a display, a serial console or a VM monitor do not exist. Every wait has a
limit; the default is shorter than NixOS's 900 s, because a guest boots in a second.
"""

from __future__ import annotations

import base64
import re
import shlex
import time
from collections.abc import Callable
from pathlib import Path

from container import Container, Finished
from report import Report

DEFAULT_TIMEOUT = 180
JOURNAL_LINES = 40


class RequestedAssertionFailed(Exception):
    """A request of the test script failed."""


class Machine:
    def __init__(self, container: Container, report: Report) -> None:
        self.name = container.name
        self._container = container
        self._report = report
        # The last unit that the script named: a failure is most likely about it.
        self._last_unit: str | None = None

    # ---- power ----

    def start(self, allow_reboot: bool = False) -> None:
        if not self._container.is_up():
            # A boot takes seconds, and nothing else is said meanwhile.
            self._report.info(f"{self.name}: booting")
            self._container.start()

    def is_up(self) -> bool:
        return self._container.is_up()

    def shutdown(self) -> None:
        self.log("shutting down")
        self._container.stop()

    def crash(self) -> None:
        self.log("pulling the plug")
        self._container.kill()

    def reboot(self) -> None:
        self.shutdown()
        self.start()

    # ---- commands ----

    def execute(
        self,
        command: str,
        check_return: bool = True,
        check_output: bool = True,
        timeout: int | None = DEFAULT_TIMEOUT,
    ) -> tuple[int, str]:
        """Runs a shell command: (status, standard output)."""
        finished = self._run(command, timeout)
        status = finished.status if check_return else -1
        return status, finished.stdout if check_output else ""

    def succeed(self, *commands: str, timeout: int | None = DEFAULT_TIMEOUT) -> str:
        output = ""
        for command in commands:
            finished = self._run(command, timeout)
            if finished.status != 0:
                self._reject(f"command `{command}` failed", finished)
            output += finished.stdout
        return output

    def fail(self, *commands: str, timeout: int | None = DEFAULT_TIMEOUT) -> str:
        output = ""
        for command in commands:
            finished = self._run(command, timeout)
            if finished.status == 0:
                self._reject(f"command `{command}` unexpectedly succeeded", finished)
            output += finished.stdout
        return output

    def wait_until_succeeds(self, command: str, timeout: int = DEFAULT_TIMEOUT) -> str:
        return self._wait_for_status(command, lambda status: status == 0, "success", timeout)

    def wait_until_fails(self, command: str, timeout: int = DEFAULT_TIMEOUT) -> str:
        return self._wait_for_status(command, lambda status: status != 0, "failure", timeout)

    def sleep(self, secs: int) -> None:
        time.sleep(secs)

    # ---- units ----

    def systemctl(self, q: str, user: str | None = None) -> tuple[int, str]:
        if user is None:
            return self.execute(f"systemctl {q}")
        return self.execute(as_user(f"systemctl --user {q}", user))

    def wait_for_unit(
        self, unit: str, user: str | None = None, timeout: int = DEFAULT_TIMEOUT
    ) -> None:
        self._last_unit = unit

        def is_active() -> bool:
            state = self.get_unit_property(unit, "ActiveState", user)
            if state == "failed":
                raise RequestedAssertionFailed(f'unit "{unit}" reached state "failed"')
            if state == "inactive" and self._is_idle(unit, user):
                raise RequestedAssertionFailed(
                    f'unit "{unit}" is inactive and there are no pending jobs'
                )
            return state == "active"

        self._wait(is_active, f"unit {unit}", timeout)

    def _is_idle(self, unit: str, user: str | None) -> bool:
        _, jobs = self.systemctl("list-jobs --full 2>&1", user)
        if "No jobs" not in jobs:
            return False
        # A job may have ended between the two questions.
        return self.get_unit_property(unit, "ActiveState", user) == "inactive"

    def get_unit_info(self, unit: str, user: str | None = None) -> dict[str, str]:
        output = self._show(f'--no-pager show "{unit}"', unit, user)
        lines = (re.match(r"^([^=]+)=(.*)$", line) for line in output.splitlines())
        return {line[1]: line[2] for line in lines if line is not None}

    def get_unit_property(self, unit: str, property: str, user: str | None = None) -> str:
        output = self._show(f'--no-pager show "{unit}" --property="{property}"', unit, user)
        name, separator, value = output.rstrip("\n").partition("=")
        if separator == "" or name != property:
            raise RequestedAssertionFailed(f'unit "{unit}" has no property "{property}"')
        return value

    def _show(self, query: str, unit: str, user: str | None) -> str:
        self._last_unit = unit
        status, output = self.systemctl(query, user)
        if status != 0:
            raise RequestedAssertionFailed(f'systemctl show of unit "{unit}": exit code {status}')
        return output

    def require_unit_state(self, unit: str, require_state: str = "active") -> None:
        state = self.get_unit_property(unit, "ActiveState")
        if state != require_state:
            raise RequestedAssertionFailed(
                f'unit "{unit}" should be in state "{require_state}", but is in "{state}"'
            )

    def start_job(self, jobname: str, user: str | None = None) -> tuple[int, str]:
        self._last_unit = jobname
        return self.systemctl(f"start {jobname}", user)

    def stop_job(self, jobname: str, user: str | None = None) -> tuple[int, str]:
        self._last_unit = jobname
        return self.systemctl(f"stop {jobname}", user)

    # ---- files and ports ----

    def wait_for_file(self, filename: str, timeout: int = DEFAULT_TIMEOUT) -> None:
        self.wait_until_succeeds(f"test -e {filename}", timeout)

    def wait_for_open_port(
        self, port: int, addr: str = "localhost", timeout: int = DEFAULT_TIMEOUT
    ) -> None:
        self.wait_until_succeeds(_connects(addr, port), timeout)

    def wait_for_closed_port(
        self, port: int, addr: str = "localhost", timeout: int = DEFAULT_TIMEOUT
    ) -> None:
        self.wait_until_fails(_connects(addr, port), timeout)

    def copy_from_host(self, source: str, target: str) -> None:
        content = base64.b64encode(Path(source).read_bytes()).decode()
        quoted = shlex.quote(target)
        self.succeed(
            f"mkdir -p $(dirname {quoted})",
            f"echo {content} | base64 -d > {quoted}",
        )

    # ---- reports ----

    def log(self, msg: str) -> None:
        self._report.detail(f"{self.name}: {msg}")

    def journal_tail(self) -> str:
        """The end of the journal of the unit that the script last named."""
        if self._last_unit is None or not self.is_up():
            return ""
        unit = self._last_unit if "." in self._last_unit else f"{self._last_unit}.service"
        # For a system unit or a user's: its own lines, and its manager's lines about it.
        fields = ("_SYSTEMD_UNIT", "UNIT", "_SYSTEMD_USER_UNIT", "USER_UNIT")
        matches = " + ".join(shlex.quote(f"{field}={unit}") for field in fields)
        journal = f"journalctl --no-pager --quiet --lines {JOURNAL_LINES} {matches}"
        return self._container.run(journal, timeout=30).stdout

    # ---- inside ----

    def _run(self, command: str, timeout: float | None) -> Finished:
        self.start()
        named = re.findall(r"[\w@.-]+\.service\b", command)
        self._last_unit = named[-1] if named else self._last_unit
        return self._container.run(f"set -euo pipefail; {command}", timeout)

    def _reject(self, claim: str, finished: Finished) -> None:
        raise RequestedAssertionFailed(
            f"{self.name}: {claim} (exit code {finished.status})\n"
            f"{finished.stdout}{finished.stderr}".rstrip()
        )

    def _wait_for_status(
        self, command: str, is_wanted: Callable[[int], bool], what: str, timeout: int
    ) -> str:
        finished = Finished(0, "", "")

        def attempt() -> bool:
            nonlocal finished
            finished = self._run(command, timeout)
            return is_wanted(finished.status)

        try:
            self._wait(attempt, f"{what} of `{command}`", timeout)
        except RequestedAssertionFailed as error:
            self._reject(str(error), finished)
        return finished.stdout

    def _wait(self, condition: Callable[[], bool], what: str, timeout: int) -> None:
        deadline = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > deadline:
                raise RequestedAssertionFailed(f"{self.name}: no {what} within {timeout} s")
            time.sleep(0.5)


def as_user(command: str, user: str) -> str:
    """A command line that runs another as the logged-in user, with the user's own manager."""
    environment = "XDG_RUNTIME_DIR=/run/user/$(id -u)"
    return f"su -l {shlex.quote(user)} -s /bin/sh -c {shlex.quote(f'{environment} {command}')}"


def _connects(addr: str, port: int) -> str:
    return f"timeout 5 bash -c ': > /dev/tcp/{addr}/{port}' 2>/dev/null"
