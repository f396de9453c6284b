"""Writes a plan (realise.py) into a folder that is laid over the guest's root.

The writing half of the realisation. It also gathers the facts about a guest that the plan needs.
A layer is a folder of its own, so nothing here can change the guest's template or follow one of
its links out of it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import guest_packages
from realise import Action, Copy, Directory, File, Guest, Link, Summary, plan, store_references
from realise_home import plan_homes


def read_guest(root: Path, summary: Summary) -> Guest:
    """The facts about the guest root that the plan of this configuration depends on."""
    return Guest(
        passwd=(root / "etc/passwd").read_text(),
        group=(root / "etc/group").read_text(),
        package_files=_package_files(root),
        authorities=(root / guest_packages.DEBIAN_BUNDLE).read_text(),
        units=frozenset(unit.name for unit in (root / "usr/lib/systemd/system").iterdir()),
        copied=frozenset(path for path in store_references(summary) if _is_copied(path)),
    )


def _is_copied(path: str) -> bool:
    """Whether the evaluator has copied the path itself into the store, instead of planning a build."""
    return os.path.exists(path) and not path.endswith(".drv")


def _package_files(root: Path) -> dict[str, list[str]]:
    names = {name for listed in guest_packages.DEBIAN_PACKAGES.values() for name in listed}
    return {name: _dpkg_list(root, name) for name in sorted(names)}


def _dpkg_list(root: Path, name: str) -> list[str]:
    lists = sorted((root / "var/lib/dpkg/info").glob(f"{name}.list"))
    if not lists:
        raise FileNotFoundError(f"{root} has no Debian package {name}")
    return [line for each in lists for line in each.read_text().splitlines()]


def write_layer(layer: Path, summary: Summary, template: Path, host_name: str) -> list[Action]:
    """Realises a configuration below `layer`, and returns the actions."""
    guest = read_guest(template, summary)
    actions = [*plan(summary, guest, host_name), *plan_homes(summary, guest)]
    write_actions(layer, actions)
    return actions


def write_actions(layer: Path, actions: Iterable[Action]) -> None:
    layer.mkdir(mode=0o755)
    for action in actions:
        _write(layer, action)


def _write(layer: Path, action: Action) -> None:
    path = layer / action.path.lstrip("/")
    path.parent.mkdir(parents=True, exist_ok=True)
    match action:
        case File():
            path.write_text(action.content)
            _own(path, action)
        case Directory():
            path.mkdir(exist_ok=True)
            _own(path, action)
        case Link():
            path.symlink_to(action.target)
        case Copy():
            _copy(Path(action.path), path)


def _own(path: Path, action: File | Directory) -> None:
    # The mode last: a change of owner clears set-id bits.
    os.chown(path, action.uid, action.gid)
    path.chmod(action.mode)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True)
    else:
        shutil.copy2(source, target)
