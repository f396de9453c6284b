"""The host's half of a run: puts the corpus into a guest, tries it there, and takes the outcomes.

The file $NIXMODGEN_ATTACKS_SAID, if it is set, gets what every attack said, for whoever writes one."""

from __future__ import annotations

import base64
import io
import json
import os
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

HERE = Path(__file__).resolve().parent
IN_GUEST = "/run/attacks"
# What fits into an argument.
PART = 60000
SECONDS = 900


class Guest(Protocol):
    def succeed(self, *commands: str, timeout: int | None = ...) -> str:
        ...


def outcomes(machine: Guest, columns: Sequence[str]) -> dict[str, dict[str, Any]]:
    """For each column and attack, whether it succeeded, and what it said."""
    text = base64.b64encode(_packed()).decode()
    machine.succeed(f"install -d -m 0755 {IN_GUEST}")
    for place in range(0, len(text), PART):
        machine.succeed(f"printf %s {text[place : place + PART]} >> {IN_GUEST}/packed")
    machine.succeed(f"base64 -d < {IN_GUEST}/packed | tar xz -C {IN_GUEST}")
    director = (
        f"python3 {IN_GUEST}/director.py {IN_GUEST}/server.pem {IN_GUEST}/outcomes.json {' '.join(columns)}"
    )
    print(machine.succeed(director, timeout=SECONDS))
    text = machine.succeed(f"cat {IN_GUEST}/outcomes.json")
    if "NIXMODGEN_ATTACKS_SAID" in os.environ:
        Path(os.environ["NIXMODGEN_ATTACKS_SAID"]).write_text(text)
    found: dict[str, dict[str, Any]] = json.loads(text)
    return found


def succeeded(outcomes: dict[str, dict[str, Any]]) -> dict[str, dict[str, bool]]:
    """What is kept of a run: for each column and attack, whether it succeeded."""
    return {
        column: {name: outcome["succeeded"] for name, outcome in found.items()}
        for column, found in outcomes.items()
    }


def _packed() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for path in sorted(HERE.rglob("*.py")):
            archive.add(path, path.relative_to(HERE))
        archive.add(HERE.parent / "guest/nixos/scripts/keys_outside/server.pem", "server.pem")
        archive.add(HERE.parent / "eval/fixtures/documents", "documents")
    return packed.getvalue()
