"""Tests of the corpus and of the programs that try it, without a guest."""

from __future__ import annotations

import re
import socket
import string
import struct
import sys
import tempfile
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import director  # noqa: E402
import inside  # noqa: E402
import neighbours  # noqa: E402
import page  # noqa: E402
import world  # noqa: E402
from columns import COLUMNS  # noqa: E402
from corpus import CLASSES, attacks  # noqa: E402
from corpus.kit import MOMENTS, Attack, Attempt, Told, Written, question, stay  # noqa: E402
from reasons import REASONS  # noqa: E402

NAMES = [f"{kind.name}: {attack.name}" for kind in CLASSES for attack in kind.attacks]


class Corpus(unittest.TestCase):
    def test_names_are_unique(self) -> None:
        self.assertEqual(sorted(NAMES), sorted(set(NAMES)))

    def test_every_attack_says_what_it_does_and_what_it_is_known_as(self) -> None:
        for name, (_, attack) in attacks().items():
            with self.subTest(name):
                self.assertRegex(attack.what, r"^[A-Z].*\.$")
                self.assertNotEqual(attack.known, "")
                self.assertIn(attack.moment, MOMENTS)

    def test_what_proves_an_attack_exists(self) -> None:
        known = {*neighbours.names(), *neighbours.OF_COLUMN, *neighbours.OF_MACHINE}
        facts = set(COLUMNS[0].facts())
        for name, (_, attack) in attacks().items():
            with self.subTest(name):
                if isinstance(attack.proof, Told):
                    self.assertIn(attack.proof.canary, known)
                if isinstance(attack.proof, Written):
                    self.assertLessEqual(
                        {field for _, field, _, _ in string.Formatter().parse(attack.proof.path) if field},
                        facts,
                    )

    def test_every_canary_is_hunted(self) -> None:
        told = {attack.proof.canary for _, attack in attacks().values() if isinstance(attack.proof, Told)}
        # Others are a cookie that opens the screen, words of servers that only relays ask, and what is typed.
        self.assertEqual(
            set(neighbours.names()) - told,
            {"cookie", "etc-secret", "evil", "provider", "typed-later", "typed"} - told,
        )

    def test_a_reason_is_for_an_attack(self) -> None:
        self.assertLessEqual(set(REASONS), set(NAMES))


def attempt(act: object) -> str:
    """What inside.py takes from an attack."""
    attack = Attack("a", "b", "c", Told("d"), act, "service", "")  # type: ignore[arg-type]
    running = inside.Running(attack, Attempt({}, "mark"), False)
    end = time.monotonic() + 10
    while not running.ended():
        assert time.monotonic() < end
        time.sleep(0.01)
    return running.said.decode()


class Inside(unittest.TestCase):
    def test_takes_what_an_attack_says(self) -> None:
        self.assertEqual(attempt(lambda at: f"told {at.mark}"), "told mark")

    def test_an_attack_that_fails_says_why(self) -> None:
        self.assertRegex(attempt(lambda at: open("/nowhere")), r"^failed: FileNotFoundError")

    def test_an_attack_that_hangs_is_ended(self) -> None:
        seconds, inside.SECONDS = inside.SECONDS, 1
        try:
            self.assertEqual(attempt(lambda at: time.sleep(60)), "failed: out of time")
        finally:
            inside.SECONDS = seconds

    def test_an_attack_that_kills_itself_does_not_pass(self) -> None:
        self.assertEqual(
            attempt(lambda at: __import__("os").kill(0 or __import__("os").getpid(), 9)),
            "failed: ended by SIGKILL",
        )

    def test_what_stays_is_not_waited_for(self) -> None:
        begun = time.monotonic()
        self.assertEqual(attempt(lambda at: stay(lambda: None, 4)), "reached: done")
        self.assertLess(time.monotonic() - begun, 3)


class Terminal(unittest.TestCase):
    def test_gets_every_byte(self) -> None:
        self.assertIn("\x1b]0;x\x07", director.in_terminal("printf '\\033]0;x\\007'"))

    def test_words_are_typed_after_their_signs(self) -> None:
        shown = director.in_terminal(
            "sleep 0.3; echo sign; read -r a; echo got $a", [("sign", 0.1, "word\n")]
        )
        self.assertIn("got word", shown)

    def test_ends_with_its_program(self) -> None:
        begun = time.monotonic()
        director.in_terminal("sleep 4 & exit")
        self.assertLess(time.monotonic() - begun, 3)


class World(unittest.TestCase):
    def answer(self, name: str, kind: int = 1) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            certificate = HERE.parent / "guest/nixos/scripts/keys_outside/server.pem"
            own = world.World(Path(folder), str(certificate), {"commands": "canary-commands"})
            return own._name_answer(question(name, kind))

    def test_knows_names(self) -> None:
        table = {
            "metadata.evil.test": world.METADATA,
            "word.tunnel.test": world.EVIL,
            "nas.office.test": world.NAS,
        }
        for name, address in table.items():
            with self.subTest(name):
                self.assertEqual(self.answer(name)[-4:], socket.inet_aton(address))

    def test_says_of_others_that_there_are_none(self) -> None:
        flags, _, answers = struct.unpack("!3H", self.answer("elsewhere.test")[2:8])
        self.assertEqual((flags & 0xF, answers), (3, 0))

    def test_gives_orders(self) -> None:
        self.assertIn(b"canary-commands", self.answer("orders.tunnel.test", 16))

    def test_every_address_says_a_canary(self) -> None:
        self.assertLessEqual(set(world.ADDRESSES.values()), set(neighbours.names()))


def measured(**succeeded: list[str]) -> dict[str, object]:
    return {
        "date": "d",
        "systemd": "s",
        "system": "y",
        "kernel": "k",
        "succeeded": {
            column.name: {name: name in succeeded.get(column.name, []) for name in NAMES}
            for column in COLUMNS
        },
    }


class Page(unittest.TestCase):
    def test_counts_what_succeeds_somewhere(self) -> None:
        given = measured(bare=[NAMES[0], NAMES[1]], keeper=[NAMES[1]])
        self.assertEqual(page.counted(given), NAMES[:2])
        self.assertIn("2 attacks succeed against at least one of them", page.page(given))

    def test_a_success_without_a_reason_is_found(self) -> None:
        [name] = [name for name in NAMES if name == "files: a document"]
        self.assertEqual(page.unexplained(measured(keeper=[name]), "keeper"), [name])
        self.assertEqual(page.unexplained(measured(ours=[name]), "ours"), [name])

    def test_what_named_hosts_close_needs_no_reason_of_its_own(self) -> None:
        name = "network: the internet"
        self.assertEqual(page.unexplained(measured(ours=[name]), "ours"), [])
        self.assertEqual(page.unexplained(measured(ours=[name], keeper=[name]), "ours"), [name])

    def test_what_does_not_count_is_not_counted(self) -> None:
        name = next(name for name, (_, attack) in attacks().items() if attack.uncounted)
        given = measured(bare=[name])
        self.assertEqual(page.counted(given), [])
        self.assertRegex(page.page(given), r"not counted\n\n.*\n.*\n\| " + re.escape(page._named(name)))

    def test_bars_do_not_break_tables(self) -> None:
        self.assertEqual(page._table(["a"], [["b|c"]])[-1], "| b\\|c |")


if __name__ == "__main__":
    unittest.main()
