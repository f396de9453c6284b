"""Tests of the pure parts of nixos/: where files of Debian go, and what is rewritten in them."""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path

from nixos import build, stand_in


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
            # Of another package, or no path of Debian's.
            "ExecStart=/usr/bin/other": "ExecStart=/usr/bin/other",
            "/srv/usr/bin/tool": "/srv/usr/bin/tool",
        }
        for given, want in table.items():
            with self.subTest(given):
                self.assertEqual(self.rewritten(given), want)


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
