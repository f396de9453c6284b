"""Tests of a run as a whole: tests side by side, and its end by a signal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest
from pathlib import Path

HERE = Path(__file__).parent

# A program that runs three tests side by side as `main` does; its argument is a folder.
PROGRAM = """
import sys, time
from pathlib import Path
import run
from report import Report

folder = Path(sys.argv[1])

def example(file, *, report):
    if file.stem == "dies":
        import os
        os._exit(1)
    try:
        with report.subtest("first"):
            pass
        (folder / f"{file.stem}.started").touch()
        if sys.argv[2] == "wait":
            time.sleep(60)
    finally:
        # Closing guests takes a while, and a second signal must not stop it.
        time.sleep(0.5)
        (folder / f"{file.stem}.closed").touch()

report = Report(lambda line: print(line, flush=True))
try:
    run.end_on_signals(KeyboardInterrupt())
    names = ["one", "two", *sys.argv[3:]]
    run.run_side_by_side([Path(f"{name}.nix") for name in names], example, report)
    print(report.summary())
except KeyboardInterrupt:
    print(report.summary(), "interrupted")
"""


def start(folder: str, how: str, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PROGRAM), folder, how, *more],
        cwd=HERE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


class SideBySide(unittest.TestCase):
    def test_lines_come_with_the_name_of_their_test(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            out, err = start(folder, "go", "three").communicate(timeout=60)
        self.assertEqual(err, "")
        lines = out.splitlines()
        for name in ("one", "two", "three"):
            self.assertIn(f"{name}: pass first (0.0 s)", lines)
        self.assertEqual(lines[-1], "guest summary: passed=3 failed=0 skipped=0")

    def test_a_process_that_dies_is_a_failure(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            out, err = start(folder, "go", "dies").communicate(timeout=60)
        self.assertEqual(err, "")
        self.assertIn("FAIL dies", out.splitlines())
        self.assertEqual(out.splitlines()[-1], "guest summary: passed=2 failed=1 skipped=0")

    def test_a_signal_ends_it_with_one_line_and_closes_everything(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=number), tempfile.TemporaryDirectory() as folder:
                program = start(folder, "wait", "three")
                started = [Path(folder) / f"{name}.started" for name in ("one", "two")]
                deadline = time.monotonic() + 60
                while not all(file.exists() for file in started) and time.monotonic() < deadline:
                    time.sleep(0.05)
                # As a terminal does: to all processes at once, and then once more.
                os.killpg(program.pid, number)
                time.sleep(0.1)
                os.killpg(program.pid, number)
                out, err = program.communicate(timeout=60)
                self.assertEqual(err, "")
                self.assertEqual(
                    out.splitlines()[-1], "guest summary: passed=0 failed=0 skipped=0 interrupted"
                )
                self.assertEqual(
                    sorted(file.name for file in Path(folder).glob("*.closed")),
                    ["one.closed", "two.closed"],
                )


if __name__ == "__main__":
    unittest.main()
