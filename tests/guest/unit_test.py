"""Tests of the pure parts: the plan for a configuration, and the report of a run.

Run: python3 -m unittest discover --start-directory tests/guest --pattern '*_test.py'
"""

from __future__ import annotations

import contextlib
import io
import itertools
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import guest_packages
from evaluation import Definition, is_current, recorded_releases
from machine import Machine, RequestedAssertionFailed
from container import Finished
from realise import (
    GATEWAY_MODULES,
    Copy,
    Directory,
    File,
    Guest,
    Link,
    UnrealisableError,
    allocate_ids,
    plan,
    store_references,
)
from realise_home import plan_homes
from report import Report, SubtestFailed
from write_layer import write_actions

HASH = "0123456789abcdfghijklmnpqrsvwxyz"
COREUTILS = f"/nix/store/{HASH}-coreutils-9.11"
SCRIPT = f"/nix/store/{HASH}-run"
GATEWAY = f"/nix/store/{HASH}-openclaw-2026.9.6"

GUEST = Guest(
    passwd="root:x:0:0:root:/root:/bin/bash\nmessagebus:x:997:997::/:/sbin/nologin\n",
    group="root:x:0:\nadm:x:4:syslog\nmessagebus:x:997:\n",
    package_files={
        "coreutils": ["/.", "/usr/bin/cat", "/usr/sbin/chroot", "/usr/share/doc/coreutils"],
        "bash": ["/bin/bash"],
    },
    units=frozenset({"dbus.service"}),
)


def summary(**parts: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {
        "units": {},
        "unitInfo": {},
        "userUnits": {},
        "userUnitInfo": {},
        "users": {},
        "groups": {},
        "tmpfiles": {"rules": [], "files": {}},
        "etc": {},
        "activation": {},
        "texts": {},
        "packagePaths": [],
        "certificates": [],
    }
    return {**empty, **parts}


def user(name: str, **parts: Any) -> dict[str, Any]:
    return {
        "name": name,
        "uid": None,
        "group": name,
        "extraGroups": [],
        "isNormalUser": False,
        "home": "/var/empty",
        "createHome": False,
        "homeMode": "700",
        "description": "",
        "linger": None,
        "shell": "/bin/sh",
        **parts,
    }


def unit_info(**parts: Any) -> dict[str, Any]:
    defaults = {"enable": True, "wantedBy": [], "requiredBy": [], "aliases": []}
    return {**defaults, "overrideStrategy": "asDropinIfExists", **parts}


def text(content: str, **parts: Any) -> dict[str, Any]:
    return {"kind": "text", "text": content, "destination": "", "executable": False, **parts}


def planned(given: dict[str, Any], path: str, guest: Guest = GUEST) -> Any:
    """The only action for a path; None when there is none."""
    found = [action for action in plan(given, guest) if action.path == path]
    if len(found) > 1:
        raise AssertionError(f"{len(found)} actions for {path}")
    return found[0] if found else None


class Units(unittest.TestCase):
    def test_given_want(self) -> None:
        folder = "/etc/systemd/system"
        cases: list[tuple[str, str, dict[str, Any], str, Any]] = [
            ("a unit", "a.service", {}, "a.service", File(f"{folder}/a.service", "T")),
            (
                "a link for each target that wants it",
                "a.service",
                {"wantedBy": ["multi-user.target"]},
                "multi-user.target.wants/a.service",
                Link(f"{folder}/multi-user.target.wants/a.service", "../a.service"),
            ),
            (
                "a link for each target that requires it",
                "a.service",
                {"requiredBy": ["x.target"]},
                "x.target.requires/a.service",
                Link(f"{folder}/x.target.requires/a.service", "../a.service"),
            ),
            (
                "an alias",
                "a.service",
                {"aliases": ["b.service"]},
                "b.service",
                Link(f"{folder}/b.service", "a.service"),
            ),
            (
                "a disabled unit is masked",
                "a.service",
                {"enable": False},
                "a.service",
                Link(f"{folder}/a.service", "/dev/null"),
            ),
            (
                "a unit that the guest has already is extended",
                "dbus.service",
                {},
                "dbus.service.d/overrides.conf",
                File(f"{folder}/dbus.service.d/overrides.conf", "T"),
            ),
            (
                "unless it is to be replaced",
                "dbus.service",
                {"overrideStrategy": "asUnit"},
                "dbus.service",
                File(f"{folder}/dbus.service", "T"),
            ),
        ]
        for name, unit, info, path, want in cases:
            with self.subTest(name):
                given = summary(units={unit: "T"}, unitInfo={unit: unit_info(**info)})
                self.assertEqual(planned(given, f"{folder}/{path}"), want)


class Accounts(unittest.TestCase):
    def test_ids_are_free_and_shared_by_a_user_and_its_group(self) -> None:
        given = summary(users={"b": user("b"), "a": user("a")}, groups={"a": {}, "b": {}})
        ids = allocate_ids(given, GUEST)
        self.assertEqual((ids.uid("a"), ids.gid("a")), (800, 800))
        self.assertEqual((ids.uid("b"), ids.gid("b")), (801, 801))

    def test_given_ids_are_kept(self) -> None:
        given = summary(users={"a": user("a", uid=42)}, groups={"a": {"gid": 43}})
        ids = allocate_ids(given, GUEST)
        self.assertEqual((ids.uid("a"), ids.gid("a")), (42, 43))

    def test_normal_users_start_at_1000(self) -> None:
        given = summary(users={"a": user("a", isNormalUser=True, group="users")})
        self.assertEqual(allocate_ids(given, GUEST).uid("a"), 1000)

    def test_passwd_and_group_keep_what_the_guest_has(self) -> None:
        given = summary(
            users={"a": user("a", extraGroups=["adm", "new"], description="The a")},
            groups={"a": {"members": ["root"]}},
        )
        passwd = planned(given, "/etc/passwd").content
        group = planned(given, "/etc/group").content
        self.assertTrue(passwd.startswith(GUEST.passwd))
        self.assertIn("\na:*:800:800:The a:/var/empty:/bin/sh\n", passwd)
        self.assertIn("\nadm:x:4:syslog,a\n", group)
        self.assertIn("\na:x:800:root\n", group)
        self.assertIn("\nnew:x:801:a\n", group)

    def test_home_and_linger(self) -> None:
        alice = user("a", createHome=True, home="/home/a", homeMode="750", linger=True)
        given = summary(users={"a": alice})
        self.assertEqual(planned(given, "/home/a"), Directory("/home/a", 0o750, 800, 800))
        self.assertEqual(
            planned(given, "/var/lib/systemd/linger/a"), File("/var/lib/systemd/linger/a", "")
        )


class Etc(unittest.TestCase):
    def entry(self, **parts: Any) -> dict[str, Any]:
        entry = {"target": "x/y", "enable": True, "text": "T", "source": SCRIPT, **parts}
        return summary(
            etc={"x/y": entry},
            users={"a": user("a")},
            groups={"a": {}},
            texts={SCRIPT: text("T")},
        )

    def test_without_a_mode_it_is_a_link(self) -> None:
        self.assertEqual(planned(self.entry(), "/etc/x/y"), Link("/etc/x/y", SCRIPT))

    def test_with_a_mode_it_is_a_file_with_an_owner(self) -> None:
        given = self.entry(mode="0440", user="a", group="+4")
        self.assertEqual(planned(given, "/etc/x/y"), File("/etc/x/y", "T", 0o440, 800, 4))

    def test_a_disabled_entry_is_not_written(self) -> None:
        self.assertIsNone(planned(self.entry(enable=False), "/etc/x/y"))

    def test_an_unknown_owner_is_an_error(self) -> None:
        with self.assertRaisesRegex(UnrealisableError, "user nobody-here"):
            plan(self.entry(mode="0440", user="nobody-here"), GUEST)

    def test_an_unknown_content_is_an_error(self) -> None:
        with self.assertRaisesRegex(UnrealisableError, "/etc/x/y is not known"):
            plan(self.entry(mode="0440", text=None), GUEST)


class Store(unittest.TestCase):
    def unit(self, content: str, **parts: Any) -> dict[str, Any]:
        return summary(
            units={"a.service": content}, unitInfo={"a.service": unit_info()}, **parts
        )

    def test_texts(self) -> None:
        cases = [
            ("a file", SCRIPT, text("T"), File(SCRIPT, "T", 0o444)),
            ("an executable", SCRIPT, text("T", executable=True), File(SCRIPT, "T", 0o555)),
            ("a script", SCRIPT, text("#!/bin/sh\n"), File(SCRIPT, "#!/bin/sh\n", 0o555)),
            (
                "a value of pkgs.formats.json",
                f"{SCRIPT}.json",
                text('{"a":1}', kind="value"),
                File(f"{SCRIPT}.json", '{\n  "a": 1\n}\n', 0o444),
            ),
        ]
        for name, path, entry, want in cases:
            with self.subTest(name):
                self.assertEqual(planned(summary(texts={path: entry}), path), want)

    def test_a_text_below_its_store_path(self) -> None:
        entry = text("#!/bin/sh\n", destination="/bin/hello", executable=True)
        given = summary(texts={SCRIPT: entry}, packagePaths=[SCRIPT])
        self.assertIsInstance(planned(given, f"{SCRIPT}/bin/hello"), File)
        self.assertEqual(
            planned(given, "/nix/var/nix/profiles/system/sw/bin/hello"),
            Link("/nix/var/nix/profiles/system/sw/bin/hello", f"{SCRIPT}/bin/hello"),
        )

    def test_what_is_made_by_commands_is_an_error(self) -> None:
        given = summary(texts={SCRIPT: text("mkdir $out", kind="buildCommand")})
        with self.assertRaisesRegex(UnrealisableError, "buildCommand"):
            plan(given, GUEST)

    def test_a_package_offers_the_programs_of_its_debian_packages(self) -> None:
        given = self.unit(f"ExecStart={COREUTILS}/bin/cat")
        self.assertEqual(
            planned(given, f"{COREUTILS}/bin/cat"), Link(f"{COREUTILS}/bin/cat", "/usr/bin/cat")
        )
        self.assertEqual(
            planned(given, f"{COREUTILS}/bin/chroot"),
            Link(f"{COREUTILS}/bin/chroot", "/usr/sbin/chroot"),
        )
        self.assertIsNone(planned(given, f"{COREUTILS}/bin/bash"))

    def test_a_package_without_stand_in_is_an_error(self) -> None:
        given = self.unit(f"ExecStart=/nix/store/{HASH}-emacs-30.1/bin/emacs")
        with self.assertRaisesRegex(UnrealisableError, "emacs"):
            plan(given, GUEST)

    def test_node_is_the_gateways(self) -> None:
        path = f"/nix/store/{HASH}-nodejs-24.16.0/bin/node"
        node = planned(self.unit(f"ExecStart={path}"), path)
        self.assertEqual(node, Link(path, f"{GATEWAY_MODULES}/.bin/node"))

    def test_authorities_of_the_configuration_are_in_the_installed_bundle_alone(self) -> None:
        installed = f"/nix/store/{HASH}-nss-cacert-3.1"
        plain = f"/nix/store/{HASH[::-1]}-nss-cacert-3.1"
        source = f"{installed}/etc/ssl/certs/ca-bundle.crt"
        target = "ssl/certs/ca-certificates.crt"
        entry = {"target": target, "enable": True, "text": None, "source": source}
        given = summary(
            etc={target: entry},
            certificates=["OWN"],
            activation={"a": f"cat {plain}/etc/ssl/certs/ca-bundle.crt"},
        )
        guest = Guest(GUEST.passwd, GUEST.group, {}, authorities="EVERYBODYS\n")
        self.assertEqual(planned(given, f"/etc/{target}", guest), Link(f"/etc/{target}", source))
        for path, want in ((installed, "EVERYBODYS\nOWN\n"), (plain, "EVERYBODYS\n")):
            bundle = f"{path}/etc/ssl/certs/ca-bundle.crt"
            self.assertEqual(planned(given, bundle, guest), File(bundle, want, 0o444))

    def test_the_gateway_is_the_real_one(self) -> None:
        given = self.unit(f"ExecStart={GATEWAY}/bin/openclaw")
        for program in ("openclaw", "moltbot", "clawdbot"):
            wrapper = planned(given, f"{GATEWAY}/bin/{program}")
            self.assertEqual(wrapper.mode, 0o555)
            self.assertIn("/openclaw/openclaw.mjs", wrapper.content)

    def test_a_path_that_the_evaluator_copied_is_taken_over(self) -> None:
        source = f"/nix/store/{HASH}-profile.md"
        guest = Guest(GUEST.passwd, GUEST.group, GUEST.package_files, copied=frozenset({source}))
        self.assertEqual(planned(self.unit(f"X={source}"), source, guest), Copy(source))

    def test_references_are_found_in_the_scripts_too(self) -> None:
        given = self.unit(f"ExecStart={SCRIPT}", texts={SCRIPT: text(f"{COREUTILS}/bin/cat x")})
        self.assertEqual(store_references(given), [COREUTILS, SCRIPT])


class Homes(unittest.TestCase):
    def home(self, **parts: Any) -> dict[str, Any]:
        empty: dict[str, Any] = {
            "units": {},
            "unitLinks": [],
            "files": {},
            "packagePaths": [],
            "activation": {},
            "activationLibrary": "run() { :; }",
        }
        alice = user("alice", isNormalUser=True, home="/home/alice")
        return summary(users={"alice": alice}, homes={"alice": {**empty, **parts}})

    def planned(self, given: dict[str, Any], path: str) -> Any:
        return next((a for a in plan_homes(given, GUEST) if a.path == path), None)

    def test_given_want(self) -> None:
        units = "/home/alice/.config/systemd/user"
        cases = [
            (
                "a unit",
                self.home(units={"a.service": "T"}),
                File(f"{units}/a.service", "T", 0o444, 1000, 1000),
            ),
            (
                "a folder belongs to the user",
                self.home(units={"a.service": "T"}),
                Directory("/home/alice/.config", 0o755, 1000, 1000),
            ),
            (
                "an enabled unit",
                self.home(unitLinks=["default.target.wants/a.service"]),
                Link(f"{units}/default.target.wants/a.service", "../a.service"),
            ),
            (
                "a file",
                self.home(files={".x/y": {"source": SCRIPT}}),
                Link("/home/alice/.x/y", SCRIPT),
            ),
            (
                "the programs of a package",
                self.home(packagePaths=[COREUTILS]),
                Link("/home/alice/.nix-profile/bin/cat", f"{COREUTILS}/bin/cat"),
            ),
            (
                "the activation",
                self.home(activation={"a": {"data": "run mkdir x"}}),
                File(
                    "/etc/home-manager/alice/activate",
                    '#!/bin/bash\nset -eu\nset -o pipefail\ncd "$HOME"\nrun() { :; }\nrun mkdir x\n',
                    0o755,
                ),
            ),
        ]
        for name, given, want in cases:
            with self.subTest(name):
                self.assertEqual(self.planned(given, want.path), want)

    def test_what_a_home_refers_to_is_realised_with_the_machine(self) -> None:
        self.assertEqual(store_references(self.home(packagePaths=[COREUTILS])), [COREUTILS])

    def test_a_home_without_a_user_is_an_error(self) -> None:
        given = {**self.home(), "users": {}}
        with self.assertRaisesRegex(UnrealisableError, "home of alice"):
            plan_homes(given, GUEST)


class PackageNames(unittest.TestCase):
    def test_given_want(self) -> None:
        cases = [
            ("coreutils-9.11", "coreutils"),
            ("util-linux-2.41-bin", "util-linux"),
            ("bash-interactive-5.3p9", "bash-interactive"),
            ("python3-3.13.9", "python3"),
            ("glibc-locales-2.42-67", "glibc-locales"),
            ("moltbot-gateway-2026.9.6", "moltbot-gateway"),
            ("etc-moltbot-default.json", "etc-moltbot-default.json"),
        ]
        for given, want in cases:
            with self.subTest(given):
                self.assertEqual(guest_packages.package_name(f"/nix/store/{HASH}-{given}"), want)


class Layer(unittest.TestCase):
    def test_files_directories_and_links(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            layer = Path(folder) / "layer"
            write_actions(
                layer,
                [
                    Directory("/a", 0o700),
                    File("/a/secret", "S", 0o400),
                    Link("/etc/passwd", "/nowhere"),
                ],
            )
            self.assertEqual((layer / "a").stat().st_mode & 0o7777, 0o700)
            self.assertEqual((layer / "a/secret").stat().st_mode & 0o7777, 0o400)
            self.assertEqual((layer / "a/secret").read_text(), "S")
            self.assertEqual(str((layer / "etc/passwd").readlink()), "/nowhere")


class FakeContainer:
    """Answers commands from a list instead of running them."""

    name = "fake"

    def __init__(self, answers: list[Finished]) -> None:
        self.answers = answers
        self.commands: list[str] = []

    def is_up(self) -> bool:
        return True

    def run(self, command: str, timeout: float | None) -> Finished:
        self.commands.append(command)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def machine(*answers: Finished) -> Machine:
    return Machine(FakeContainer(list(answers)), Report(lambda _: None))  # type: ignore[arg-type]


class Driver(unittest.TestCase):
    ok = Finished(0, "out\n", "")
    bad = Finished(3, "", "no\n")

    def test_commands(self) -> None:
        self.assertEqual(machine(self.ok).succeed("a", "b"), "out\nout\n")
        self.assertEqual(machine(self.bad).fail("a"), "")
        self.assertEqual(machine(self.bad).execute("a"), (3, ""))
        with self.assertRaisesRegex(RequestedAssertionFailed, r"`a` failed \(exit code 3\)\nno"):
            machine(self.bad).succeed("a")
        with self.assertRaisesRegex(RequestedAssertionFailed, "unexpectedly succeeded"):
            machine(self.ok).fail("a")

    def test_waiting_ends(self) -> None:
        self.assertEqual(machine(self.bad, self.ok).wait_until_succeeds("a"), "out\n")
        with self.assertRaisesRegex(RequestedAssertionFailed, "within 0 s"):
            machine(self.bad).wait_until_succeeds("a", timeout=0)

    def test_unit_states(self) -> None:
        def state(value: str) -> Finished:
            return Finished(0, f"ActiveState={value}\n", "")

        machine(state("activating"), state("active")).wait_for_unit("x")
        with self.assertRaisesRegex(RequestedAssertionFailed, 'reached state "failed"'):
            machine(state("failed")).wait_for_unit("x")
        with self.assertRaisesRegex(RequestedAssertionFailed, "no pending jobs"):
            no_jobs = Finished(0, "No jobs running.\n", "")
            machine(state("inactive"), no_jobs, state("inactive")).wait_for_unit("x")
        with self.assertRaisesRegex(RequestedAssertionFailed, 'is in "failed"'):
            machine(state("failed")).require_unit_state("x")

    def test_unit_info(self) -> None:
        shown = Finished(0, "Id=x.service\nExecStart={ a=b }\n", "")
        self.assertEqual(
            machine(shown).get_unit_info("x"), {"Id": "x.service", "ExecStart": "{ a=b }"}
        )


class Reports(unittest.TestCase):
    def test_counts(self) -> None:
        lines: list[str] = []
        report = Report(lines.append)
        with report.subtest("good"):
            pass
        with self.assertRaises(SubtestFailed), report.subtest("outer"), report.subtest("inner"):
            raise ValueError("why")
        report.skip("later", "no tree")
        self.assertEqual(report.summary(), "guest summary: passed=1 failed=1 skipped=1")
        self.assertIn("FAIL inner", lines)
        self.assertIn("    ValueError: why", lines)


class Scripts(unittest.TestCase):
    def test_read_their_files_outside_of_the_store(self) -> None:
        paths = [f"/nix/store/{HASH}-{name}.json" for name in ("rules", "others")]
        script = "\n".join([*(f'print(open("{path}").read())' for path in paths), f"print('{SCRIPT}')"])
        test = Definition("t", script, {path: path[-11:] for path in paths}, {}, "")
        with tempfile.TemporaryDirectory() as folder:
            code = test.script_in(Path(folder) / "files")
            output = io.StringIO()
            with contextlib.redirect_stdout(output):
                exec(code, {})
            self.assertEqual(output.getvalue().split(), [*(path[-11:] for path in paths), SCRIPT])
            self.assertNotIn(paths[0], code)


class Records(unittest.TestCase):
    def test_are_of_the_present_sources(self) -> None:
        here = Path(__file__).parent
        generated = here.parent.parent / "generated"
        module = generated / "nixos" / "moltbot.nix"
        tests = [*generated.glob("tests/nixos-*.nix"), *here.glob("scripts/*.nix")]
        for test, gateway in itertools.product(tests, recorded_releases()):
            with self.subTest(test=test.name, gateway=gateway):
                self.assertTrue(
                    is_current(test, module, gateway), "run tests/guest/run.sh --record"
                )


if __name__ == "__main__":
    unittest.main()
