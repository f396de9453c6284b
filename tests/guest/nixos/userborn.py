"""A small userborn: it deletes no account, and uses no id twice.

Usage: userborn CONFIGURATION [FOLDER]. It makes or updates the accounts in the configuration. It locks an
account that is not in it, if the configuration before had it or nobody makes accounts by hand. Nobody has a
password here, so it ignores them.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

NO_LOGIN = "/run/current-system/sw/bin/nologin"
LOCKED = "!*"

# Name -> the fields of its line.
Lines = dict[str, list[str]]


def read(file: Path) -> Lines:
    lines = file.read_text().splitlines() if file.exists() else []
    return {line.split(":")[0]: line.split(":") for line in lines}


def write(file: Path, lines: Lines, mode: int) -> None:
    new = file.with_name(f".{file.name}-new")
    new.write_text("".join(":".join(fields) + "\n" for fields in lines.values()))
    new.chmod(mode)
    new.rename(file)


def free_id(lines: Lines, is_normal: bool) -> str:
    taken = {int(fields[2]) for fields in lines.values()}
    candidates = range(1000, 30000) if is_normal else range(999, 0, -1)
    return str(next(number for number in candidates if number not in taken))


def update(configuration: Any, previous: Any | None, groups: Lines, users: Lines, shadow: Lines) -> None:
    for group in configuration["groups"]:
        name, gid = group["name"], group["gid"]
        fields = groups.setdefault(name, [name, "x", free_id(groups, False) if gid is None else str(gid), ""])
        fields[3] = ",".join(sorted(group["members"]))
    for user in configuration["users"]:
        name, uid = user["name"], user["uid"]
        fields = users.setdefault(
            name, [name, "x", free_id(users, user["isNormal"]) if uid is None else str(uid), "", "", "", ""]
        )
        fields[3:] = [groups[user["group"]][2], user["description"], user["home"], user["shell"] or NO_LOGIN]
        shadow.setdefault(name, [name, LOCKED, "1", "", "", "", "", "", ""])
    named = names(configuration)
    for name, fields in shadow.items():
        if name not in named and (previous is None or name in names(previous)):
            fields[1] = LOCKED


def names(configuration: Any) -> set[str]:
    return {user["name"] for user in configuration["users"]}


def main() -> None:
    configuration = json.loads(Path(sys.argv[1]).read_text())
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else "/etc")
    previous = None
    if os.environ.get("USERBORN_MUTABLE_USERS") == "true":
        file = Path(os.environ["USERBORN_PREVIOUS_CONFIG"])
        previous = json.loads(file.read_text()) if file.exists() else configuration
    tables = {name: read(folder / name) for name in ("group", "passwd", "shadow")}
    update(configuration, previous, tables["group"], tables["passwd"], tables["shadow"])
    for name, lines in tables.items():
        write(folder / name, lines, 0o000 if name == "shadow" else 0o644)


if __name__ == "__main__":
    main()
