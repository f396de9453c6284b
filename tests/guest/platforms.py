"""The platforms of guests: a Debian that looks like the machine, or a whole NixOS.

Contract: evaluate() returns a test with its nodes, system() the root file system of one node and the way
to start it. Everything else in a run is the same for both.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from container import GuestError, System
from evaluation import Definition, EvaluationImpossible, definition
from nixos import build
from realise import GATEWAY_MODULES
from write_layer import write_layer

# The releases of Debian for a guest's programs, each with the folder of its root in the cache.
GUEST_ROOTS = {"trixie": "guest-root", "bookworm": "guest-root-bookworm", "sid": "guest-root-sid"}


class Platform(Protocol):
    def evaluate(self, test: Path, module: Path) -> Definition: ...

    def system(self, node: Mapping[str, Any], name: str, work: Path) -> System: ...

    def versions(self) -> str:
        """A description of the platform, for the reader of a run."""


@dataclass(frozen=True)
class Debian:
    root: Path
    # Of the gateway.
    modules: Path

    def evaluate(self, test: Path, module: Path) -> Definition:
        return definition(test, module, _release(self.modules))

    def system(self, node: Mapping[str, Any], name: str, work: Path) -> System:
        write_layer(work / "layer", node, self.root, name)
        return System((work / "layer", self.root), {GATEWAY_MODULES: self.modules})

    def versions(self) -> str:
        return f"gateway={_release(self.modules)} systemd={_systemd(self.root)} on=debian"


@dataclass(frozen=True)
class NixOS:
    workshop: build.Workshop

    def evaluate(self, test: Path, module: Path) -> Definition:
        if "pluginTarballs" in test.read_text() and not self.workshop.plugins.is_dir():
            raise EvaluationImpossible(
                f"needs plugins for {self.workshop.gateway_version} (tests/setup/plugins.sh)"
            )
        built = build.build(test, module, self.workshop)
        nodes = {
            name: {**node, "system": built.systems[name]} for name, node in built.nodes.items()
        }
        return Definition(built.name, built.script, built.files, nodes, "built as NixOS")

    def system(self, node: Mapping[str, Any], name: str, work: Path) -> System:
        build.skeleton(work / "skeleton", node["system"])
        return System(
            (work / "skeleton",),
            {"/nix/store": self.workshop.store},
            build.INIT,
            build.SHELL,
        )

    def versions(self) -> str:
        systemd = _systemd(self.workshop.folder / "root")
        return f"gateway={self.workshop.gateway_version} systemd={systemd} on=nixos"


def system_for(test: Path, on: str) -> str:
    """The platform of this test, if that of the run is `on`."""
    if Path(build.__file__).parent in test.resolve().parents:
        if on != "nixos":
            raise EvaluationImpossible(
                "is for a whole NixOS, which needs the trees of nixpkgs and home-manager (tests/README.md)"
            )
        return "nixos"
    # A test with homes activates them itself, which Debian's guest prepares.
    return "debian" if "homeModule" in test.read_text() else on


def find_platform(cache: Path, on: str, gateway: str, suite: str) -> Platform:
    modules = _there(cache / "gateway" / gateway / "node_modules", "gateway.sh")
    if on == "debian":
        return Debian(_there(cache / GUEST_ROOTS[suite], "guest-root.sh"), modules)
    folder = cache / "nixos" / suite
    _there(folder / "root", "nixos-root.sh")
    return NixOS(
        build.Workshop(
            folder,
            _tree(cache, "nixpkgs", "NIXPKGS_TREE"),
            _tree(cache, "home-manager", "HOME_MANAGER"),
            modules.parent,
            _release(modules),
            cache / "plugins" / _release(modules),
        )
    )


def _there(place: Path, script: str) -> Path:
    if not place.is_dir():
        raise GuestError(f"there is no {place}: run tests/setup/{script}")
    return place


def _tree(cache: Path, name: str, variable: str) -> Path:
    tree = Path(os.environ.get(variable) or cache / "trees" / name)
    if not tree.is_dir():
        raise GuestError(f"there is no {tree}: set {variable}, or see tests/README.md")
    return tree


def _release(modules: Path) -> str:
    version: str = json.loads((modules / "openclaw/package.json").read_text())["version"]
    return version


def _systemd(root: Path) -> str:
    packages = (root / "var/lib/dpkg/status").read_text().split("\n\n")
    systemd = next(text for text in packages if text.startswith("Package: systemd\n"))
    version = re.search(r"^Version: (\d+)", systemd, re.MULTILINE)
    return version[1] if version else "?"
