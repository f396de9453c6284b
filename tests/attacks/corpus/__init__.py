"""All attacks, by class."""

from __future__ import annotations

from corpus import files, names, network, processes, secrets, sockets
from corpus.kit import Attack, Class

CLASSES: tuple[Class, ...] = (files.CLASS, secrets.CLASS, processes.CLASS, sockets.CLASS, network.CLASS, names.CLASS)


def attacks() -> dict[str, tuple[Class, Attack]]:
    """Every attack with its class, by a name that is unique: `class: attack`."""
    return {f"{kind.name}: {attack.name}": (kind, attack) for kind in CLASSES for attack in kind.attacks}
