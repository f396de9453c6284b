"""Plans the files that turn a guest into the machine which a NixOS module describes.

The pure half of the realisation: it turns the summary of an evaluated configuration (the JSON that
tests/eval/harness prints) and facts about the guest into a list of actions. Only write_layer.py
touches a file system. NixOS's own code installs the same things on a real
system: units and their links, users, tmpfiles, /etc and the store.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import guest_packages as packages

Summary = Mapping[str, Any]

SYSTEM_PROFILE = "/nix/var/nix/profiles/system"
# The mount point of the gateway's npm modules. It is in the store, as on NixOS, so that a unit which
# hides everything but the store still finds them; Node resolves names only in "node_modules".
GATEWAY_MODULES = f"/nix/store/{'0' * 32}-gateway/node_modules"
ACTIVATION_FOLDER = "/etc/activation"
ACTIVATION_UNIT = "realised-activation.service"

FIRST_SYSTEM_ID = 800
FIRST_NORMAL_ID = 1000


class UnrealisableError(Exception):
    """The configuration needs something for which the guest has no stand-in."""


@dataclass(frozen=True)
class File:
    path: str
    content: str
    mode: int = 0o644
    uid: int = 0
    gid: int = 0


@dataclass(frozen=True)
class Directory:
    path: str
    mode: int = 0o755
    uid: int = 0
    gid: int = 0


@dataclass(frozen=True)
class Link:
    path: str
    target: str


@dataclass(frozen=True)
class Copy:
    """A path that the evaluator copied into the host's store; the guest gets it unchanged."""

    path: str


Action = File | Directory | Link | Copy


@dataclass(frozen=True)
class Guest:
    """Facts about the guest's root file system that the plan needs."""

    passwd: str
    group: str
    # Debian package -> the paths it installs.
    package_files: Mapping[str, list[str]]
    # The certificates of the authorities that it trusts.
    authorities: str = ""
    # Names of the units in the guest's own packages.
    units: frozenset[str] = frozenset()
    # Store paths that exist on the host, because the evaluator copied them there.
    copied: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Ids:
    """Numeric ids of the guest's users and groups, and of the configuration's."""

    users: Mapping[str, int] = field(default_factory=dict)
    groups: Mapping[str, int] = field(default_factory=dict)

    def uid(self, name: str) -> int:
        return _id_of(name, self.users, "user")

    def gid(self, name: str) -> int:
        return _id_of(name, self.groups, "group")


def _id_of(name: str, known: Mapping[str, int], kind: str) -> int:
    # NixOS writes "+0" for a number in environment.etc.<name>.user.
    if re.fullmatch(r"\+?[0-9]+", name):
        return int(name)
    if name not in known:
        raise UnrealisableError(f"{kind} {name} is neither in the configuration nor in the guest")
    return known[name]


def plan(summary: Summary, guest: Guest, host_name: str = "machine") -> list[Action]:
    """Everything to write over the guest's root for one evaluated configuration."""
    ids = allocate_ids(summary, guest)
    return [
        *_host_actions(host_name),
        *_account_actions(summary, guest, ids),
        *_unit_actions(summary, guest),
        *_tmpfiles_actions(summary),
        *_etc_actions(summary, ids),
        *_activation_actions(summary),
        *_store_actions(summary, guest),
        *_system_profile_actions(summary, guest),
    ]


# ---- host ----


def _host_actions(host_name: str) -> Iterator[Action]:
    yield File("/etc/hostname", f"{host_name}\n")
    yield File("/etc/hosts", f"127.0.0.1 localhost {host_name}\n::1 localhost\n")
    # A container cannot load kernel modules; the failed unit would hide real failures.
    yield Link("/etc/systemd/system/systemd-modules-load.service", "/dev/null")


# ---- users and groups ----


def allocate_ids(summary: Summary, guest: Guest) -> Ids:
    """Allocates ids; the same configuration always gets the same ones."""
    users = _ids_in(guest.passwd)
    groups = _ids_in(guest.group)
    taken = set(users.values()) | set(groups.values())
    # A group of the guest already has an id, if a user only joins it.
    names = {*summary["users"], *(_group_names(summary) - groups.keys())}
    for name in sorted(names):
        user = summary["users"].get(name, {})
        group = summary["groups"].get(name, {})
        number = _first_free(taken, FIRST_NORMAL_ID if user.get("isNormalUser") else FIRST_SYSTEM_ID)
        taken.add(number)
        if name in summary["users"]:
            users[name] = _first_given(user.get("uid"), users.get(name), number)
        if name in _group_names(summary):
            groups[name] = _first_given(group.get("gid"), groups.get(name), number)
    return Ids(users, groups)


def _group_names(summary: Summary) -> set[str]:
    primary = {user["group"] for user in summary["users"].values()}
    extra = {name for user in summary["users"].values() for name in user["extraGroups"]}
    return {*summary["groups"], *primary, *extra}


def _ids_in(text: str) -> dict[str, int]:
    rows = (line.split(":") for line in text.splitlines() if line)
    return {row[0]: int(row[2]) for row in rows}


def _first_free(taken: set[int], start: int) -> int:
    number = start
    while number in taken:
        number += 1
    return number


def _first_given(*candidates: int | None) -> int:
    return next(candidate for candidate in candidates if candidate is not None)


def _account_actions(summary: Summary, guest: Guest, ids: Ids) -> Iterator[Action]:
    users = summary["users"]
    if not users and not summary["groups"]:
        return
    yield File("/etc/passwd", guest.passwd + _lines(map(lambda u: _passwd_line(u, ids), _values(users))))
    yield File("/etc/group", _group_text(summary, guest, ids))
    for user in _values(users):
        if user.get("createHome"):
            yield _home(user, ids)
        if user.get("linger"):
            yield File(f"/var/lib/systemd/linger/{user['name']}", "")


def _values(named: Mapping[str, Any]) -> list[Any]:
    return [named[name] for name in sorted(named)]


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _passwd_line(user: Mapping[str, Any], ids: Ids) -> str:
    name = user["name"]
    number, group = ids.uid(name), ids.gid(user["group"])
    # "*" is no password; "x" would ask for an entry in /etc/shadow, and fail every login without it.
    return f"{name}:*:{number}:{group}:{user['description']}:{user['home']}:{user['shell']}"


def _group_text(summary: Summary, guest: Guest, ids: Ids) -> str:
    members: dict[str, list[str]] = {name: [] for name in _group_names(summary)}
    for name, group in summary["groups"].items():
        members[name] += group.get("members", [])
    for user in _values(summary["users"]):
        for name in user["extraGroups"]:
            members[name].append(user["name"])
    return _lines([*_existing_groups(guest.group, members), *_new_groups(guest.group, members, ids)])


def _existing_groups(text: str, members: Mapping[str, list[str]]) -> Iterator[str]:
    for line in text.splitlines():
        name, password, number, listed = line.split(":")
        present = [member for member in listed.split(",") if member]
        yield f"{name}:{password}:{number}:{','.join(_unique(present + members.get(name, [])))}"


def _new_groups(text: str, members: Mapping[str, list[str]], ids: Ids) -> Iterator[str]:
    existing = _ids_in(text)
    for name in sorted(members):
        if name not in existing:
            yield f"{name}:x:{ids.gid(name)}:{','.join(_unique(members[name]))}"


def _unique(names: list[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _home(user: Mapping[str, Any], ids: Ids) -> Directory:
    mode = int(user.get("homeMode") or "700", 8)
    return Directory(user["home"], mode, ids.uid(user["name"]), ids.gid(user["group"]))


# ---- units ----


def _unit_actions(summary: Summary, guest: Guest) -> Iterator[Action]:
    system = "/etc/systemd/system"
    for name, text in sorted(summary["units"].items()):
        yield from _unit(system, name, text, summary["unitInfo"][name], name in guest.units)
    for name, text in sorted(summary["userUnits"].items()):
        yield from _unit("/etc/systemd/user", name, text, summary["userUnitInfo"][name], False)


def _unit(
    folder: str, name: str, text: str, info: Mapping[str, Any], exists: bool
) -> Iterator[Action]:
    strategy = info["overrideStrategy"]
    if not info["enable"]:
        yield Link(f"{folder}/{name}", "/dev/null")
    elif strategy == "asDropin" or (strategy == "asDropinIfExists" and exists):
        yield File(f"{folder}/{name}.d/overrides.conf", text)
    else:
        yield File(f"{folder}/{name}", text)
    for alias in info["aliases"]:
        yield Link(f"{folder}/{alias}", name)
    for kind in ("wantedBy", "requiredBy"):
        suffix = {"wantedBy": "wants", "requiredBy": "requires"}[kind]
        for target in info[kind]:
            yield Link(f"{folder}/{target}.{suffix}/{name}", f"../{name}")


# ---- tmpfiles, /etc, activation ----


def _tmpfiles_actions(summary: Summary) -> Iterator[Action]:
    rules = [*summary["tmpfiles"]["rules"], f"L+ /run/current-system - - - - {SYSTEM_PROFILE}"]
    yield File("/etc/tmpfiles.d/00-nixos.conf", _lines(rules))
    for name, text in sorted(summary["tmpfiles"]["files"].items()):
        yield File(f"/etc/tmpfiles.d/{name}", text)


def _etc_actions(summary: Summary, ids: Ids) -> Iterator[Action]:
    for entry in _values(summary["etc"]):
        if entry["enable"]:
            yield _etc_file(entry, ids)


def _etc_file(entry: Mapping[str, Any], ids: Ids) -> Action:
    path = f"/etc/{entry['target']}"
    mode = entry.get("mode", "symlink")
    if mode in ("symlink", "direct-symlink"):
        return Link(path, entry["source"])
    if entry["text"] is None:
        raise UnrealisableError(f"the content of {path} is not known from evaluation")
    owner, group = entry.get("user", "+0"), entry.get("group", "+0")
    return File(path, entry["text"], int(mode, 8), ids.uid(owner), ids.gid(group))


def _activation_actions(summary: Summary) -> Iterator[Action]:
    scripts = summary["activation"]
    if not scripts:
        return
    for name, text in sorted(scripts.items()):
        yield File(f"{ACTIVATION_FOLDER}/{name}", f"#!/bin/bash\n{text}\n", 0o755)
    yield File(f"/etc/systemd/system/{ACTIVATION_UNIT}", _activation_unit(sorted(scripts)))
    yield Link(f"/etc/systemd/system/sysinit.target.wants/{ACTIVATION_UNIT}", f"../{ACTIVATION_UNIT}")


def _activation_unit(names: list[str]) -> str:
    """NixOS runs activation before systemd; here it is an early unit, so that a test sees its failure."""
    return _lines(
        [
            "[Unit]",
            "DefaultDependencies=no",
            "After=systemd-tmpfiles-setup.service",
            "Before=sysinit.target",
            "[Service]",
            "Type=oneshot",
            "RemainAfterExit=yes",
            *(f"ExecStart={ACTIVATION_FOLDER}/{name}" for name in names),
        ]
    )


# ---- the store ----

_STORE_PATH = re.compile(r"/nix/store/[0-9a-z]{32}-[0-9A-Za-z+._?=-]+")


def store_references(summary: Summary) -> list[str]:
    """All store paths in the realised files."""
    text = json.dumps(
        [
            summary["units"],
            summary["userUnits"],
            [entry["text"] for entry in _values(summary["etc"])],
            [entry["source"] for entry in _values(summary["etc"])],
            summary["activation"],
            [user["shell"] for user in _values(summary["users"])],
            summary["tmpfiles"],
            summary["packagePaths"],
            summary.get("homes", {}),
            _reached_texts(summary),
        ]
    )
    return sorted(set(_STORE_PATH.findall(text)))


def _reached_texts(summary: Summary) -> list[str]:
    return [entry["text"] for entry in _values(summary["texts"])]


def _store_actions(summary: Summary, guest: Guest) -> Iterator[Action]:
    for path, entry in sorted(summary["texts"].items()):
        yield _text_file(path, entry)
    for path in store_references(summary):
        if path in summary["texts"]:
            continue
        if path in guest.copied:
            yield Copy(path)
        else:
            yield from _package(path, summary, guest)


def _text_file(path: str, entry: Mapping[str, Any]) -> File:
    is_script = entry["executable"] or entry["text"].startswith("#!")
    return File(f"{path}{entry['destination']}", _text(path, entry), 0o555 if is_script else 0o444)


def _text(path: str, entry: Mapping[str, Any]) -> str:
    if entry["kind"] == "text":
        return entry["text"]
    if entry["kind"] == "value" and path.endswith(".json"):
        return json.dumps(json.loads(entry["text"]), indent=2) + "\n"
    raise UnrealisableError(f"{path} is made by running {entry['kind']}, not a known text")


def _package(path: str, summary: Summary, guest: Guest) -> Iterator[Action]:
    yield Directory(path)
    if packages.is_gateway(path):
        yield from _gateway_package(path)
        return
    if packages.package_name(path) == packages.AUTHORITIES:
        yield File(f"{path}/{packages.BUNDLE}", _authorities(path, summary, guest), 0o444)
        return
    for program, source in sorted(_package_programs(path, guest).items()):
        yield Link(f"{path}/bin/{program}", source)
    for files in (packages.DATA_FILES, packages.INNER_PROGRAMS):
        for name, source in files.get(packages.package_name(path), {}).items():
            yield Link(f"{path}/{name}", source)
    yield Link(f"{path}/sbin", "bin")


def _authorities(path: str, summary: Summary, guest: Guest) -> str:
    """The bundle of authorities: NixOS builds its own if the configuration adds some to everybody's."""
    installed = summary["etc"].get("ssl/certs/ca-certificates.crt", {}).get("source", "")
    added = summary["certificates"] if installed.startswith(f"{path}/") else []
    return guest.authorities + _lines(added)


def _package_programs(path: str, guest: Guest) -> dict[str, str]:
    name = packages.package_name(path)
    if name in packages.DATA_FILES or name == packages.AUTHORITIES:
        return {}
    if name in packages.GATEWAYS_OWN:
        own = packages.GATEWAYS_OWN[name]
        return {program: f"{GATEWAY_MODULES}/{place}" for program, place in own.items()}
    if name not in packages.DEBIAN_PACKAGES:
        raise UnrealisableError(f"no stand-in for {path}: add {name} to guest_packages.py")
    programs: dict[str, str] = {}
    for debian in packages.DEBIAN_PACKAGES[name]:
        programs |= packages.programs_in(guest.package_files[debian])
    if "bash" in programs:
        programs["sh"] = programs["bash"]
    return programs


def _gateway_package(path: str) -> Iterator[Action]:
    node = f"{GATEWAY_MODULES}/.bin/node"
    entry = f"{GATEWAY_MODULES}/openclaw/openclaw.mjs"
    for program in packages.GATEWAY_PROGRAMS:
        yield File(f"{path}/bin/{program}", f'#!/bin/sh\nexec {node} {entry} "$@"\n', 0o555)


# ---- environment.systemPackages ----


def _system_profile_actions(summary: Summary, guest: Guest) -> Iterator[Action]:
    yield Directory(f"{SYSTEM_PROFILE}/sw/bin")
    for path in summary["packagePaths"]:
        for program in sorted(installed_programs(path, summary, guest)):
            yield Link(f"{SYSTEM_PROFILE}/sw/bin/{program}", f"{path}/bin/{program}")


def installed_programs(path: str, summary: Summary, guest: Guest) -> set[str]:
    if path in summary["texts"]:
        destination = PurePosixPath(summary["texts"][path]["destination"])
        return {destination.name} if destination.parent == PurePosixPath("/bin") else set()
    if packages.is_gateway(path):
        return set(packages.GATEWAY_PROGRAMS)
    return set(_package_programs(path, guest))
