"""Runs NixOS tests on guests: evaluate, realise, boot, run the script, report.

Usage: run.py TEST.nix... --module MODULE.nix [--gateway RELEASE] [--suite SUITE] [--on SYSTEM] [--record]

Several tests run two at a time, each in a process of its own; its lines begin with the test's name.

A test is an argument of pkgs.testers.runNixOSTest. Its nodes are evaluated in the real NixOS module
system and built as whole NixOS systems (nixos/), or realised as files over a Debian root (evaluation.py,
realise.py), and booted as containers (container.py); its script runs against the NixOS test driver's
interface (machine.py). The last line is `guest summary: ...`, with the gateway's release and systemd's
version; the exit code is 1 if something failed. After a signal to end, it says "interrupted" instead of
the versions, and the exit code is 130.
"""

from __future__ import annotations

import argparse
import linecache
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from container import Container, GuestError, require_programs
from evaluation import (
    Definition,
    EvaluationFailed,
    EvaluationImpossible,
    recorded_releases,
    write_record,
)
from machine import Machine, RequestedAssertionFailed, as_user
from nixos.build import BuildFailed
from platforms import GUEST_ROOTS, Platform, find_platform, system_for
from realise import UnrealisableError
from report import Counts, Report, SubtestFailed

# Much of a test is waiting, and the rest is the gateway, which starts on about one and a half cores.
AT_ONCE = 2

# What a shell reports of a program that Ctrl-C has ended.
INTERRUPTED = 130


def main() -> int:
    arguments = _arguments()
    os.umask(0o022)
    if arguments.record:
        return _record(arguments)
    report = Report(_print)
    try:
        end_on_signals(KeyboardInterrupt())
        if not arguments.tests_only:
            _print("testing the guest driver itself")
            run_unit_tests(report)
        if len(arguments.tests) == 1:
            _run_test(arguments.tests[0], arguments, report)
        else:
            run_side_by_side(arguments.tests, partial(_run_test, arguments=arguments), report)
    except KeyboardInterrupt:
        _print(f"{report.summary()} interrupted")
        return INTERRUPTED
    _print(f"{report.summary()} {_versions(arguments)}")
    return 1 if report.failed else 0


def _versions(arguments: argparse.Namespace) -> str:
    try:
        return _platform(arguments, arguments.on).versions()
    except GuestError as error:
        return f"({error})"


def _record(arguments: argparse.Namespace) -> int:
    for test in arguments.tests:
        try:
            _print(f"recorded {write_record(test, arguments.module, arguments.gateway)}")
        except EvaluationFailed as error:
            _print(f"{test}: {error}")
            return 1
    return 0


class Run(Protocol):
    def __call__(self, file: Path, *, report: Report) -> None: ...


def run_side_by_side(tests: Sequence[Path], run_test: Run, report: Report) -> None:
    """Runs tests in processes of their own, and shows their lines as they come."""
    waiting = list(tests)
    running: dict[Connection, _Apart] = {}
    try:
        while waiting or running:
            while waiting and len(running) < AT_ONCE:
                apart = _start_apart(waiting.pop(0), run_test)
                running[apart.lines] = apart
            for lines in wait(list(running)):
                assert isinstance(lines, Connection)
                _take(running[lines], running, report)
    finally:
        # After an interruption: each process closes its guests, and then ends.
        for apart in running.values():
            apart.process.terminate()
        for apart in running.values():
            apart.process.join()


class _Apart(NamedTuple):
    name: str
    process: BaseProcess
    # Its lines, and its counts at the end.
    lines: Connection


def _start_apart(file: Path, run_test: Run) -> _Apart:
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(
        target=_run_apart, args=(file, run_test, sender)
    )
    process.start()
    # Only the process holds it now, so that its end ends the connection.
    sender.close()
    return _Apart(file.stem, process, receiver)


def _take(apart: _Apart, running: dict[Connection, _Apart], report: Report) -> None:
    """Takes one message of a process."""
    try:
        message = apart.lines.recv()
    except EOFError:
        report.fail(apart.name, GuestError("the process of the test ended without a result"))
        message = Counts(0, 0, 0)
    if isinstance(message, str):
        _print("\n".join(f"{apart.name}: {line}" for line in message.splitlines()))
        return
    report.add(message)
    apart.process.join()
    apart.lines.close()
    del running[apart.lines]


def _run_apart(file: Path, run_test: Run, sender: Connection) -> None:
    # An exit that is asked for leaves no traceback.
    end_on_signals(SystemExit(INTERRUPTED))
    report = Report(sender.send)
    run_test(file, report=report)
    sender.send(report.counts())


def _run_test(file: Path, arguments: argparse.Namespace, report: Report) -> None:
    """Runs one test. An error in it does not stop the others."""
    try:
        require_programs()
        on = system_for(file, arguments.on)
        platform = _platform(arguments, on)
        # The first build of a NixOS takes minutes.
        report.info(f"{file.name} on {on}: evaluating")
        test = platform.evaluate(file, arguments.module)
        report.info(f"test {test.name} ({test.origin}): nodes {', '.join(test.nodes)}")
        run(test, platform, report)
    except EvaluationImpossible as error:
        report.skip(f"guest run of {file.name}", str(error))
    except (
        BuildFailed,
        EvaluationFailed,
        GuestError,
        UnrealisableError,
        OSError,
        subprocess.SubprocessError,
    ) as error:
        report.fail(f"guest run of {file.name}", error)


def _print(line: str) -> None:
    print(line, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Runs NixOS tests on guests.")
    parser.add_argument("tests", type=Path, nargs="+", help="tests, as runNixOSTest takes them")
    parser.add_argument("--module", type=Path, required=True, help="the NixOS module they are for")
    parser.add_argument(
        "--gateway", default=recorded_releases()[-1], help="the gateway's release (%(default)s)"
    )
    parser.add_argument(
        "--suite", choices=GUEST_ROOTS, default="trixie", help="the guest's Debian (%(default)s)"
    )
    parser.add_argument(
        "--on", choices=("debian", "nixos"), default="debian", help="the guest's system (%(default)s)"
    )
    parser.add_argument("--tests-only", action="store_true", help="leave out the driver's own tests")
    parser.add_argument("--record", action="store_true", help="keep the evaluations, run nothing")
    return parser.parse_args()


def run_unit_tests(report: Report) -> None:
    """Runs the tests of the driver's own pure parts: if they fail, its results mean little."""
    suite = unittest.defaultTestLoader.discover(str(Path(__file__).parent), "*_test.py")
    result = suite.run(unittest.TestResult())
    problems = [*result.failures, *result.errors]
    for case, trace in problems:
        _print(f"FAIL {case}\n{trace}")
    # One test may fail in several of its rows.
    broken = len({getattr(case, "test_case", case).id() for case, _ in problems})
    report.failed += broken
    report.passed += result.testsRun - broken
    _print(f"{result.testsRun} unit tests of the guest driver, {broken} of them broken")


# ---- tools ----


def cache_folder() -> Path:
    default = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "nixmodgen"
    return Path(os.environ.get("NIXMODGEN_CACHE") or default)


def _platform(arguments: argparse.Namespace, on: str) -> Platform:
    return find_platform(cache_folder(), on, arguments.gateway, arguments.suite)


# ---- the run ----


def run(test: Definition, platform: Platform, report: Report) -> None:
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nixmodgen-guest-")))
        machines = {
            name: _machine(name, summary, platform, work / name, report, stack)
            for name, summary in test.nodes.items()
        }
        report.on_failure(lambda: _journals(machines))
        started = time.monotonic()
        run_script(test.name, test.script_in(work / "files"), machines, report)
        report.info(f"script took {time.monotonic() - started:.0f} s")
        for line in facts(test, machines, platform):
            report.info(line)


def _machine(
    name: str,
    summary: Mapping[str, Any],
    platform: Platform,
    work: Path,
    report: Report,
    stack: ExitStack,
) -> Machine:
    work.mkdir()
    container = Container(name=name, system=platform.system(summary, name, work), work=work)
    stack.callback(container.close)
    return Machine(container, report)


def run_script(name: str, script: str, machines: Mapping[str, Machine], report: Report) -> None:
    file = f"<test script {name}>"
    # Lets a failure show the line of the script.
    linecache.cache[file] = (len(script), None, script.splitlines(True), file)
    try:
        exec(compile(script, file, "exec", dont_inherit=True), _symbols(machines, report))
    except SubtestFailed:
        pass
    except Exception as error:
        report.fail("test script", error)


def _symbols(machines: Mapping[str, Machine], report: Report) -> dict[str, object]:
    """The global names for a NixOS test script."""

    def start_all() -> None:
        for machine in machines.values():
            machine.start()

    only = list(machines.values())
    return {
        **{re.sub(r"[^0-9A-Za-z_]", "_", name): machine for name, machine in machines.items()},
        # As in NixOS, the only machine is also called `machine`.
        **({"machine": only[0]} if len(only) == 1 else {}),
        "machines": only,
        "start_all": start_all,
        "subtest": report.subtest,
        "RequestedAssertionFailed": RequestedAssertionFailed,
        # For type annotations.
        "BaseMachine": Machine,
    }


def _journals(machines: Mapping[str, Machine]) -> str:
    tails = [(name, machine.journal_tail()) for name, machine in machines.items()]
    return "\n".join(f"-- {name} --\n{tail}" for name, tail in tails if tail)


def end_on_signals(error: BaseException) -> None:
    """Turns the first signal to end into an exception, so that guests are closed; nothing stops that then."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    ended = False

    def interrupt(*_: object) -> None:
        nonlocal ended
        # Another signal may have arrived before this one was handled.
        if ended:
            return
        ended = True
        # The programs that close a guest inherit this, and a terminal signals them, too.
        signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
        raise error

    for number in numbers:
        signal.signal(number, interrupt)


# ---- facts about the run ----


def facts(test: Definition, machines: Mapping[str, Machine], platform: Platform) -> Iterator[str]:
    yield platform.versions()
    for name, machine in machines.items():
        if not machine.is_up():
            continue
        for unit in sorted(test.nodes[name]["units"]):
            if unit.endswith(".service") and "@" not in unit:
                yield f"{name}: {exposure(machine, unit)}"
        for user, home in test.nodes[name].get("homes", {}).items():
            for unit in sorted(home["services"]):
                yield f"{name}, user {user}: {exposure(machine, f'{unit}.service', user)}"


def exposure(machine: Machine, unit: str, user: str | None = None) -> str:
    """systemd's own rating, for example "exposure level for x.service: 1.1 OK"."""
    manager = "" if user is None else "--user "
    rate = f"systemd-analyze {manager}security --no-pager {unit} | tail -n 1"
    _, rating = machine.execute(rate if user is None else as_user(rate, user))
    return re.sub(r"[^\x20-\x7e]", "", rating).strip().lstrip("> ").strip()


if __name__ == "__main__":
    sys.exit(main())
