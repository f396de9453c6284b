"""Tests of the pure parts of nixos/: the places of Debian's files, the rewriting of their texts, and accounts."""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path

from nixos import build, mkcomposefs, stand_in, userborn


class Places(unittest.TestCase):
    def test_a_file_of_debian_is_where_nixpkgs_has_it(self) -> None:
        table = {
            "/usr/bin/ls": "bin/ls",
            "/bin/ls": "bin/ls",
            "/usr/sbin/agetty": "bin/agetty",
            "/usr/lib/x86_64-linux-gnu/security/pam_unix.so": "lib/security/pam_unix.so",
            "/usr/lib/aarch64-linux-gnu/libc.so.6": "lib/libc.so.6",
            "/usr/lib/systemd/systemd": "lib/systemd/systemd",
            "/lib/systemd/systemd": "lib/systemd/systemd",
            "/usr/libexec/sudo/sudoers.so": "libexec/sudo/sudoers.so",
            "/usr/share/zoneinfo/UTC": "share/zoneinfo/UTC",
            "/etc/protocols": "etc/protocols",
            "/usr/share/doc/bash/README": None,
            "/usr/share/man/man1/ls.1.gz": None,
            "/var/lib/dbus": None,
        }
        for given, want in table.items():
            with self.subTest(given):
                self.assertEqual(stand_in.place_of(given), want)

    def test_what_is_replaced_in_programs_keeps_its_length(self) -> None:
        for debian, ours in stand_in.COMPILED_IN:
            with self.subTest(debian):
                self.assertEqual(len(debian), len(ours))


class Texts(unittest.TestCase):
    def rewritten(self, text: str) -> str:
        with tempfile.TemporaryDirectory() as folder:
            prefix = Path(folder)
            for place in ("bin/tool", "lib/tool/helper", "bin/script"):
                (prefix / place).parent.mkdir(parents=True, exist_ok=True)
                (prefix / place).touch()
            (prefix / "bin/script").write_text(text)
            stand_in.rewrite_text(prefix / "bin/script", prefix, {"sh": "/store/bin/sh"})
            return (prefix / "bin/script").read_text().replace(folder, "PREFIX")

    def test_names_of_what_is_in_the_package_are_its_own(self) -> None:
        table = {
            "ExecStart=/usr/bin/tool --x": "ExecStart=PREFIX/bin/tool --x",
            "ExecStart=/bin/tool": "ExecStart=PREFIX/bin/tool",
            "helper=/usr/lib/tool/helper;": "helper=PREFIX/lib/tool/helper;",
            "#!/bin/sh\nexec /usr/bin/tool": "#!/store/bin/sh\nexec PREFIX/bin/tool",
            "#! /usr/bin/env sh\n": "#!/store/bin/sh\n",
            # Paths of another package, or not of Debian's.
            "ExecStart=/usr/bin/other": "ExecStart=/usr/bin/other",
            "/srv/usr/bin/tool": "/srv/usr/bin/tool",
        }
        for given, want in table.items():
            with self.subTest(given):
                self.assertEqual(self.rewritten(given), want)


def accounts(*names: str) -> dict[str, list[dict[str, object]]]:
    """A configuration for userborn, with these users."""
    return {
        "groups": [{"name": name, "gid": None, "members": []} for name in names],
        "users": [
            {
                "name": name,
                "uid": None,
                "group": name,
                "isNormal": False,
                "description": "",
                "home": "/",
                "shell": None,
            }
            for name in names
        ],
    }


class Accounts(unittest.TestCase):
    def test_ids_are_kept_and_never_given_twice(self) -> None:
        groups: userborn.Lines = {}
        users: userborn.Lines = {}
        for configuration in (accounts("a"), accounts("b"), accounts("a")):
            userborn.update(configuration, None, groups, users, {})
        self.assertEqual({name: fields[2] for name, fields in users.items()}, {"a": "999", "b": "998"})

    def test_who_is_gone_is_locked_unless_made_by_hand(self) -> None:
        shadow = {"a": ["a", "secret"], "hand": ["hand", "secret"]}
        userborn.update(accounts(), accounts("a"), {}, {}, shadow)
        self.assertEqual({name: fields[1] for name, fields in shadow.items()}, {"a": "!*", "hand": "secret"})


class Images(unittest.TestCase):
    def test_a_field_of_an_image_is_bytes(self) -> None:
        self.assertEqual(mkcomposefs.unescaped(r"a\x20b\n\\"), "a b\n\\")


class Skeleton(unittest.TestCase):
    def test_a_machine_that_was_never_booted_has_its_system_and_empty_folders(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "root"
            build.skeleton(root, "/nix/store/x-system")
            entries = [path for path in root.rglob("*") if not path.is_dir()]
            self.assertEqual([str(path.relative_to(root)) for path in entries], [str(build.PROFILE)])
            self.assertEqual((root / build.PROFILE).readlink(), Path("/nix/store/x-system"))


if __name__ == "__main__":
    unittest.main()
