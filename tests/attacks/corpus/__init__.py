"""All attacks, by class."""

from __future__ import annotations

from corpus import (
    files,
    kernel,
    names,
    namespaces,
    network,
    outside,
    persistence,
    processes,
    resources,
    secrets,
    sockets,
)
from corpus.kit import Attack, Class

CLASSES: tuple[Class, ...] = (
    files.CLASS,
    secrets.CLASS,
    processes.CLASS,
    sockets.CLASS,
    network.CLASS,
    names.CLASS,
    namespaces.CLASS,
    kernel.CLASS,
    persistence.CLASS,
    outside.CLASS,
    resources.CLASS,
)


def attacks() -> dict[str, tuple[Class, Attack]]:
    """Every attack with its class, by a name that is unique: `class: attack`."""
    return {f"{kind.name}: {attack.name}": (kind, attack) for kind in CLASSES for attack in kind.attacks}
