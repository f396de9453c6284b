"""The output of a guest run: one line per subtest, details of a failure, and the counts."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple


class SubtestFailed(Exception):
    """A subtest failed and has been reported; the script ends, as in the NixOS driver."""


class Counts(NamedTuple):
    passed: int
    failed: int
    skipped: int


class Report:
    def __init__(self, show: Callable[[str], None] = print) -> None:
        self.passed = 0
        self.failed = 0
        self.skipped = 0
        self._show = show
        self._details: list[str] = []
        self._journals: Callable[[], str] = lambda: ""

    def on_failure(self, journals: Callable[[], str]) -> None:
        """Sets the source of the journals to print after a failure."""
        self._journals = journals

    def detail(self, line: str) -> None:
        """Keeps a line, to print it if the subtest fails."""
        self._details.append(line)

    def info(self, line: str) -> None:
        self._show(line)

    def skip(self, name: str, reason: str) -> None:
        self.skipped += 1
        self._show(f"skip {name}: {reason}")

    @contextmanager
    def subtest(self, name: str) -> Iterator[None]:
        start = time.monotonic()
        self._details = []
        try:
            yield
        except SubtestFailed:
            # A nested subtest has failed, and is counted already.
            raise
        except Exception as error:
            self.fail(name, error)
            raise SubtestFailed(name) from error
        self.passed += 1
        self._show(f"pass {name} ({time.monotonic() - start:.1f} s)")

    def fail(self, name: str, error: BaseException) -> None:
        self.failed += 1
        self._show(f"FAIL {name}")
        for line in [*self._details, *_describe(error), "journal:", self._journals()]:
            self._show(_indented(line))

    def counts(self) -> Counts:
        return Counts(self.passed, self.failed, self.skipped)

    def add(self, part: Counts) -> None:
        """Adds the counts of another process."""
        self.passed += part.passed
        self.failed += part.failed
        self.skipped += part.skipped

    def summary(self) -> str:
        return f"guest summary: passed={self.passed} failed={self.failed} skipped={self.skipped}"


def _describe(error: BaseException) -> list[str]:
    """The message, and the line of the test script that failed."""
    frames = traceback.extract_tb(error.__traceback__)
    script = [frame for frame in frames if frame.filename.startswith("<test script")]
    places = [f"{frame.filename} line {frame.lineno}: {frame.line or ''}" for frame in script[-1:]]
    return [*places, f"{type(error).__name__}: {error}"]


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
