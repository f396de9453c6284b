"""Makes docs/attacks.md of the corpus and of outcomes.json, which a run has written.

Usage: page.py [--list]: prints the page, or, as JSON, what the tests of this repository hold it to.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

from columns import COLUMNS, Column  # noqa: E402
from corpus import CLASSES, attacks  # noqa: E402
from corpus.kit import MOMENTS, Attack, Class  # noqa: E402
from reasons import OPEN_BY_DEFAULT, REASONS, SHARED_NETWORK  # noqa: E402

OUTCOMES = HERE / "outcomes.json"
UNITS = HERE.parent / "guest/scripts/attacks/units.json"
# When the public projects were read.
READ = "2026-11-28"
Measured = Mapping[str, Any]


def main() -> None:
    measured = json.loads(OUTCOMES.read_text())
    print(json.dumps(facts(measured)) if sys.argv[1:] == ["--list"] else page(measured))


def facts(measured: Measured) -> dict[str, object]:
    """What a test can hold: names, and what succeeds without a reason."""
    table = attacks()
    return {
        "attacks": list(table),
        "measured": sorted({name for outcomes in measured["succeeded"].values() for name in outcomes}),
        "counted": len(counted(measured)),
        "unexplained": [*unexplained(measured, "ours"), *unexplained(measured, "keeper")],
        "idle": [
            name
            for name in REASONS
            if not any(succeeds(measured, name, column) for column in ("ours", "keeper"))
        ],
        "undescribed": [name for name, (_, attack) in table.items() if not attack.what],
    }


def succeeds(measured: Measured, name: str, column: str) -> bool:
    return bool(measured["succeeded"][column].get(name))


def somewhere(measured: Measured, name: str) -> bool:
    return any(succeeds(measured, name, column.name) for column in COLUMNS)


def counted(measured: Measured) -> list[str]:
    """Attacks that succeed somewhere, on a machine of everybody's."""
    return [
        name for name, (_, attack) in attacks().items() if somewhere(measured, name) and not attack.uncounted
    ]


def unexplained(measured: Measured, column: str) -> list[str]:
    found = [name for name in counted(measured) if succeeds(measured, name, column) and name not in REASONS]
    if column == "keeper":
        return found
    return [
        name for name in found if succeeds(measured, name, "keeper") or not name.startswith(SHARED_NETWORK)
    ]


# ---- the page ----


def page(measured: Measured) -> str:
    names = counted(measured)
    nowhere = [name for name in attacks() if not somewhere(measured, name)]
    return "\n".join(
        [
            "# Attacks",
            "",
            "What somebody can do who has talked the model into everything. Each attack runs as a program that the gateway"
            " starts, in five kinds of a service on one machine, beside other services and the home of the person who"
            " operates it.",
            "",
            f"{len(names)} attacks succeed against at least one of them. {_origin(measured)}",
            "",
            *_table(
                ["column", "what it is", "succeed"],
                (_column_row(measured, column, names) for column in COLUMNS),
            ),
            "",
            "An attack succeeds only by its proof: words that only its victim had, words of its own that arrived where they"
            " must not, or a change that root sees. They are new in every run. Where the kernel itself is asked, the"
            " kernel's answer is the proof. An attack that succeeds nowhere is not counted.",
            "",
            "## Where the directives are from",
            "",
            "Directives of other projects are facts about them, and are in `tests/guest/scripts/attacks/units.json`."
            f" Their sources were read on {READ}.",
            "",
            *_sources(),
            "",
            "The bare unit also has its log in its state directory, as in the module that it is from, and a"
            " second unit of the same user beside it, which its module does not offer. All services run the same program,"
            " which does what attacks need. Keys reach it as each project says.",
            "",
            "## How many, by class",
            "",
            *_table(
                ["class", "attacks", *(column.title for column in COLUMNS)], _count_rows(measured, names)
            ),
            "",
            "## What gets through with the keeper",
            "",
            *_reasons(measured, "keeper"),
            "",
            "## What gets through with the defaults besides",
            "",
            f'{OPEN_BY_DEFAULT} `confinement.egress = "named"` closes all of these ([named hosts](egress.md)).',
            "",
            *_others(measured),
            "",
            *(line for kind in CLASSES for line in _class(measured, kind)),
            "## Tried, and succeeds nowhere",
            "",
            "Nothing of this counts: an ordinary user cannot do it either.",
            "",
            *(f"- {_named(name)}" for name in nowhere),
            "",
            "## Tried, and not counted",
            "",
            *_table(["attack", "why", *(column.title for column in COLUMNS)], _uncounted_rows(measured)),
            "",
            "## What this cannot show",
            "",
            "- The machine is a container: no module is loaded, nothing restarts, and memory and processes are not limited by"
            " their controllers there. Attacks on the kernel end where the kernel answers.",
            "- The kernel is the host's, without Yama and without protected links, unlike that of NixOS. Attacks that live"
            " on this are not counted.",
            "- Services, agents and the cloud are stand-ins that answer whoever reaches them, with the owners and modes that"
            " the real ones have.",
            "- Whoever finds an error in the kernel, in systemd or in nginx is not in this list.",
            "",
            "`bash tests/guest/run.sh --attacks` runs it, in about three minutes on two cores, and writes this page.",
            "",
        ]
    )


def _origin(measured: Measured) -> str:
    return (
        f"Tried on {measured['date']} on {measured['system']}, built as `tests/README.md` says, with {measured['systemd']},"
        f" Linux {measured['kernel']}."
    )


def _column_row(measured: Measured, column: Column, names: Sequence[str]) -> list[str]:
    return [
        f"**{column.title}**",
        column.about,
        str(sum(succeeds(measured, name, column.name) for name in names)),
    ]


def _sources() -> Iterable[str]:
    units = json.loads(UNITS.read_text())
    for column in COLUMNS:
        if column.name in units:
            links = ", ".join(f"<{source}>" for source in units[column.name]["sources"])
            yield f"- {column.title}: {links}"


def _count_rows(measured: Measured, names: Sequence[str]) -> Iterable[list[str]]:
    for kind in CLASSES:
        own = [name for name in names if name.startswith(f"{kind.name}: ")]
        yield [kind.name, str(len(own)), *_counts(measured, own)]
    yield ["**all**", str(len(names)), *_counts(measured, names)]


def _counts(measured: Measured, names: Sequence[str]) -> list[str]:
    return [str(sum(succeeds(measured, name, column.name) for name in names)) for column in COLUMNS]


def _reasons(measured: Measured, column: str) -> list[str]:
    names = [name for name in counted(measured) if succeeds(measured, name, column)]
    rows = ([_named(name), REASONS[name].why, REASONS[name].cost] for name in names if name in REASONS)
    return _table(["attack", "why", "what it costs, or what helps"], rows)


def _others(measured: Measured) -> list[str]:
    names = [
        name
        for name in counted(measured)
        if succeeds(measured, name, "ours") and not succeeds(measured, name, "keeper")
    ]
    rows = ([_named(name), REASONS[name].why, REASONS[name].cost] for name in names if name in REASONS)
    listed = "; ".join(_named(name) for name in names if name not in REASONS)
    return [listed + ".", "", *_table(["attack", "why", "what helps"], rows)]


def _class(measured: Measured, kind: Class) -> Iterable[str]:
    yield from [f"## {kind.name.capitalize() if kind.name != 'dns' else 'DNS'}", "", kind.about, ""]
    rows = [
        [attack.name, _what(attack), attack.known, *_cells(measured, f"{kind.name}: {attack.name}")]
        for attack in kind.attacks
        if somewhere(measured, f"{kind.name}: {attack.name}") and not attack.uncounted
    ]
    yield from _table(["attack", "what it does", "known as", *(column.title for column in COLUMNS)], rows)
    yield ""


def _what(attack: Attack) -> str:
    return (
        attack.what if attack.moment == "service" else f"{attack.what} It acts when {MOMENTS[attack.moment]}."
    )


def _cells(measured: Measured, name: str) -> list[str]:
    return ["succeeds" if succeeds(measured, name, column.name) else "–" for column in COLUMNS]


def _uncounted_rows(measured: Measured) -> Iterable[list[str]]:
    for name, (_, attack) in attacks().items():
        if attack.uncounted and somewhere(measured, name):
            yield [_named(name), attack.uncounted, *_cells(measured, name)]


def _named(name: str) -> str:
    kind, _, attack = name.partition(": ")
    return f"{attack} ({kind})"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [heads, ["---"] * len(heads), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]


if __name__ == "__main__":
    main()
