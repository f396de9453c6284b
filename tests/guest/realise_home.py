"""Plans the files that home-manager would put into a user's home: units, links, profile, activation.

The pure half of the realisation of homes, like realise.py for machines: a node's summary holds the
summaries of its users' homes (tests/eval/harness/nixos-test.nix). realise.py also realises the store paths
of the homes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from realise import (
    Action,
    Directory,
    File,
    Guest,
    Link,
    Summary,
    UnrealisableError,
    allocate_ids,
    installed_programs,
)

# The profile into which home-manager installs packages without NixOS.
PROFILE = ".nix-profile"
UNITS = ".config/systemd/user"
# The test script runs it as the user, like `home-manager switch`.
ACTIVATION = "/etc/home-manager/{user}/activate"


def plan_homes(summary: Summary, guest: Guest) -> list[Action]:
    """Everything to write into the homes of a node's users, without the homes themselves."""
    ids = allocate_ids(summary, guest)
    actions: list[Action] = []
    for user, home in sorted(summary.get("homes", {}).items()):
        if user not in summary["users"]:
            raise UnrealisableError(f"the home of {user}: the node has no such user")
        owner = (ids.uid(user), ids.gid(summary["users"][user]["group"]))
        actions += _home_actions(user, home, summary, guest, owner)
    return actions


def _home_actions(
    user: str,
    home: Mapping[str, Any],
    summary: Summary,
    guest: Guest,
    owner: tuple[int, int],
) -> Iterator[Action]:
    root = summary["users"][user]["home"]
    files: dict[str, Action] = {}
    for name, text in home["units"].items():
        files[f"{UNITS}/{name}"] = File(f"{root}/{UNITS}/{name}", text, 0o444, *owner)
    for link in home["unitLinks"]:
        unit = PurePosixPath(link).name
        files[f"{UNITS}/{link}"] = Link(f"{root}/{UNITS}/{link}", f"../{unit}")
    for target, file in home["files"].items():
        files[target] = Link(f"{root}/{target}", file["source"])
    for path in home["packagePaths"]:
        for program in installed_programs(path, summary, guest):
            target = f"{PROFILE}/bin/{program}"
            files[target] = Link(f"{root}/{target}", f"{path}/bin/{program}")
    for folder in _folders(files):
        yield Directory(f"{root}/{folder}", 0o755, *owner)
    yield from (files[target] for target in sorted(files))
    yield File(ACTIVATION.format(user=user), _activation_script(home), 0o755)


def _folders(targets: Iterable[str]) -> list[str]:
    """The folders of the files, outer ones first."""
    parents = {str(parent) for target in targets for parent in PurePosixPath(target).parents}
    return sorted(parents - {"."})


def _activation_script(home: Mapping[str, Any]) -> str:
    """An activation script: home-manager's own functions, and the module's entries."""
    entries = (entry["data"] for _, entry in sorted(home["activation"].items()))
    parts = ["set -eu", "set -o pipefail", 'cd "$HOME"', home["activationLibrary"], *entries]
    return "#!/bin/bash\n" + "\n".join(parts) + "\n"
