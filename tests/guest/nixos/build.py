"""Whole NixOS systems as guests: builds the nodes of a test, and the root file system to boot them in.

Contract: build() returns the test as evaluation.py does, and puts the nodes' systems into the
store of the given root; skeleton() makes the few files that NixOS needs before its first boot. The
root (tests/setup/nixos-root.sh) is a Debian that has Nix and the packages of the stand-ins.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PROJECT = HERE.parent.parent.parent
BUILD_SECONDS = 1200
# The folders of a container before its NixOS has made the others.
FOLDERS = ("nix/store", "nix/var/nix/profiles", "usr", "etc", "var", "tmp", "run", "proc", "sys", "dev", "root")
PROFILE = Path("nix/var/nix/profiles/system")
# Arguments with which NixOS starts and ends as a container.
INIT = ("--kill-signal=SIGRTMIN+3", "--timezone=off", "--resolv-conf=off", f"/{PROFILE}/init")
# NixOS has no /bin/bash.
SHELL = f"/{PROFILE}/sw/bin/bash"


class BuildFailed(Exception):
    """The system of a node does not evaluate, or its build failed."""


@dataclass(frozen=True)
class Workshop:
    """The place and the inputs of builds."""

    # The folder of one release of Debian, with root/ and nix/.
    folder: Path
    nixpkgs: Path
    home_manager: Path
    # The folder that contains node_modules.
    gateway: Path
    gateway_version: str
    # Tarballs of the gateway's plugins; absent where nobody fetched them.
    plugins: Path

    @property
    def store(self) -> Path:
        return self.folder / "nix/store"

    def run(self, command: list[str], binds: Mapping[Path, str]) -> subprocess.CompletedProcess[str]:
        all_binds = {
            self.nixpkgs: "/tree/nixpkgs",
            self.home_manager: "/tree/home-manager",
            self.gateway: "/gateway",
            PROJECT: "/project",
            **({self.plugins: "/plugins"} if self.plugins.is_dir() else {}),
            **binds,
        }
        return subprocess.run(
            [
                HERE / "enter.sh",
                self.folder / "root",
                self.folder / "nix",
                *(f"{source.resolve()}:{place}" for source, place in all_binds.items()),
                "--",
                *command,
            ],
            capture_output=True,
            text=True,
            timeout=BUILD_SECONDS,
        )


@dataclass(frozen=True)
class Built:
    """A test, and its systems: paths in the guest's store."""

    name: str
    script: str
    files: Mapping[str, str]
    nodes: Mapping[str, Mapping[str, Any]]
    systems: Mapping[str, str]


def build(test: Path, module: Path, workshop: Workshop) -> Built:
    # The module imports files of the generated folder around it.
    generated = module.resolve().parent.parent
    place = "/generated"
    inside = f"/project/{test.resolve().relative_to(PROJECT)}"
    expression = f"""import /project/tests/guest/nixos/test.nix {{
      nixpkgs = /tree/nixpkgs;
      homeManager = /tree/home-manager;
      test = import {inside};
      module = {place}/{module.resolve().relative_to(generated)};
      gateway = {{ folder = "/gateway"; version = "{workshop.gateway_version}"; }};
      plugins = {"/plugins" if workshop.plugins.is_dir() else "/var/empty"};
    }}"""
    binds = {generated: place}
    variables = []
    # What the matrix (tests/matrix/) starts.
    if rows := os.environ.get("NIXMODGEN_MATRIX"):
        binds[Path(rows).parent] = "/rows"
        variables.append(f"NIXMODGEN_MATRIX=/rows/{Path(rows).name}")
    built = workshop.run(
        ["env", *variables, "nix-build", "--no-out-link", "--expr", expression], binds
    )
    if built.returncode != 0:
        raise BuildFailed(_complaint(built.stderr))
    result = workshop.folder / built.stdout.strip().removeprefix("/")
    described = json.loads((result / "test.json").read_text())
    return Built(
        name=described["name"],
        script=described["testScript"],
        files=described["files"],
        nodes=described["nodes"],
        systems={link.name: os.readlink(link) for link in (result / "nodes").iterdir()},
    )


def _complaint(log: str) -> str:
    """The end of the output of Nix and the builders."""
    return "\n".join(log.strip().splitlines()[-60:])


def skeleton(folder: Path, system: str) -> None:
    """Makes the root file system of a machine that has this system installed and never booted."""
    for name in FOLDERS:
        (folder / name).mkdir(parents=True)
    (folder / "tmp").chmod(0o1777)
    (folder / PROFILE).symlink_to(system)
