"""Makes attacks, from inside of a service. Usage: inside.py ORDERS, a file of JSON with `facts`, and `attacks`: the mark of
each, by its name. Writes what each attack says, as a JSON object, to said.json beside this file.

Each attack is a process of its own, with a few seconds. Several run at the same time.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

from corpus import attacks  # noqa: E402
from corpus.kit import Attack, Attempt  # noqa: E402

SECONDS = 8
AT_ONCE = 16


class Running:
    def __init__(self, attack: Attack, attempt: Attempt, in_terminal: bool) -> None:
        self.until = time.monotonic() + SECONDS
        self.said = b""
        self.out, into = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.out)
            self._make(attack, attempt, into, in_terminal)
        os.close(into)

    def _make(self, attack: Attack, attempt: Attempt, into: int, in_terminal: bool) -> None:
        try:
            # A session of its own has no terminal.
            if not in_terminal:
                os.setsid()
            os.set_inheritable(into, False)
            try:
                said = str(attack.attempt(attempt))
            except BaseException as error:
                place = traceback.extract_tb(error.__traceback__)[-1]
                said = f"failed: {type(error).__name__}: {error} ({Path(place.filename).name} {place.lineno})"
            os.write(into, said.encode(errors="replace")[:60000])
        finally:
            os._exit(0)

    def ended(self) -> bool:
        """Takes what it says, and ends it when its time is over."""
        readable, _, _ = select.select([self.out], [], [], 0)
        if readable:
            part = os.read(self.out, 65536)
            self.said += part
            if part:
                return False
        elif time.monotonic() < self.until:
            return False
        else:
            self.said += b"failed: out of time"
            os.kill(self.pid, signal.SIGKILL)
        os.close(self.out)
        _, status = os.waitpid(self.pid, 0)
        if os.WIFSIGNALED(status) and not self.said:
            self.said = f"failed: ended by {signal.Signals(os.WTERMSIG(status)).name}".encode()
        return True


def main() -> None:
    orders = json.loads(Path(sys.argv[1]).read_text())
    table = attacks()
    waiting = list(orders["attacks"].items())
    running: dict[str, Running] = {}
    said: dict[str, str] = {}
    while waiting or running:
        while waiting and len(running) < AT_ONCE:
            name, mark = waiting.pop(0)
            running[name] = Running(table[name][1], Attempt(orders["facts"], mark), orders["in_terminal"])
        for name, one in list(running.items()):
            if one.ended():
                said[name] = one.said.decode(errors="replace")
                del running[name]
        time.sleep(0.005)
    new = HERE / "said.new"
    new.write_text(json.dumps(said))
    new.rename(HERE / "said.json")


if __name__ == "__main__":
    main()
