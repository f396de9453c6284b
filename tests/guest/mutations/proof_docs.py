"""Makes tables for people of what a mutation run has measured.

Usage: proof_docs.py MEASURED.json DOCS_FOLDER. Writes proofs.md, mutations.md and relaxations.md.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

Row = Iterable[str]
Measured = Mapping[str, Any]


def main() -> None:
    measured = json.loads(Path(sys.argv[1]).read_text())
    docs = Path(sys.argv[2])
    (docs / "proofs.md").write_text(proofs(measured))
    (docs / "mutations.md").write_text(mutations(measured))
    (docs / "relaxations.md").write_text(relaxations(measured))


def proofs(measured: Measured) -> str:
    promises, exposures = measured["promises"], measured["exposures"]
    rows = (
        [f"`{p['rule']}`", p["promise"], _tried(p), f"`{p['confined']}`", f"`{p['unconfined']}`"]
        for p in promises
    )
    return "\n".join(
        [
            "# Proofs",
            "",
            "What was tried inside the gateway's sandbox, in a copy of its own unit, and what came of",
            "it; beside it the same in a unit of the bare kind: the same user and nothing else.",
            f"{len(promises)} promises. {_origin(measured)}",
            "",
            f"`systemd-analyze security` rates the exposure of the gateway's unit {exposures['confined']},",
            f"that of the bare unit {exposures['bare']}, from 0 to 10.",
            "",
            *_table(["rule", "promise", "tried", "in the sandbox", "bare"], rows),
            "",
            "## Files, secrets and restarts",
            "",
            "What follows from the facts of any service: seen from outside while the gateway runs, or",
            "tried with it or with a program under its restart rules. `{state}` and the like stand for",
            f"facts of the instance. {len(measured['ownPromises'])} promises.",
            "",
            *_table(["part", "promise", "tried", "outcome"], _own_rows(measured["ownPromises"])),
            "",
        ]
    )


def _own_rows(promises: Iterable[Measured]) -> Iterable[Row]:
    return ([f"`{p['rule']}`", p["promise"], _tried(p), f"`{p['word']}`"] for p in promises)


def mutations(measured: Measured) -> str:
    directives = measured["directives"]
    counts = Counter(entry["result"] for entry in directives)
    summary = ", ".join(f"{count} {result}" for result, count in counts.most_common())
    rows = (
        [f"`{d['rule']}`", f"`{d['directive']}`", d["result"], _evidence(d)] for d in directives
    )
    own = measured["ownMutations"]
    own_rows = (
        [f"`{m['rule']}`", m["promise"], m["mutation"], f"`{m['word']}`"] for m in own
    )
    return "\n".join(
        [
            "# Mutations",
            "",
            "Each directive is taken away in a copy of the gateway's unit; then a probe of its rule",
            "has to fail (killed), or the unit no longer starts (needed to start). Where other rules",
            "keep the promise besides, the directive has to keep it alone, added to a unit of the",
            "bare kind (proved alone). What neither shows survives, and says why it is there.",
            "",
            f"{len(directives)} directives: {summary}. {_origin(measured)}",
            "",
            *_table(["rule", "directive", "result", "shown by, or reason"], rows),
            "",
            "## Files, secrets and restarts",
            "",
            "Each promise that follows from the facts of any service is broken: the gateway's own unit",
            "is started without a directive that keeps it, or the machine is tampered with. The word",
            "that its proof then says is not the one that keeps it, or the run fails.",
            "",
            f"{len({m['promise'] for m in own})} promises, {len(own)} ways to break them.",
            "",
            *_table(["part", "promise", "broken by", "outcome"], own_rows),
            "",
        ]
    )


def relaxations(measured: Measured) -> str:
    strict, *tests = measured["relaxations"]
    options = dict.fromkeys(test["option"] for test in tests)
    sections = (
        _relaxation([test for test in tests if test["option"] == option]) for option in options
    )
    return "\n".join(
        [
            "# Relaxations",
            "",
            "What loosens the confinement, below `services.moltbot`, and what was measured with it: a",
            "service per row that has this relaxed and nothing else. All promises that a row does not",
            "give up were kept in it. The exposure is that of `systemd-analyze security`, from 0 to 10;",
            f"without any relaxation it is {strict['exposure']}. systemd rates directives by their",
            "names: what a path or a network is worth to you, it cannot know.",
            "",
            _origin(measured),
            "",
            *sections,
        ]
    )


def _relaxation(tests: list[Measured]) -> str:
    first = tests[0]
    rows = (
        [f"`{json.dumps(test['value'])}`", test["exposure"], _opened(test), _shown(test)]
        for test in tests
    )
    return "\n".join(
        [
            f"## `{first['option']}`",
            "",
            re.sub(r"\{option\}", "", first["description"]),
            "",
            f"Changes {', '.join(f'`{name}`' for name in first['directives'])}.",
            "",
            *_table(["tried with", "exposure", "given up", "shown besides"], rows),
            "",
        ]
    )


def _opened(test: Measured) -> str:
    return "; ".join(f"{promise} (`{word}`)" for promise, word in test["opened"].items())


def _shown(test: Measured) -> str:
    return "; ".join(f"{shown['promise']} (`{shown['relaxed']}`)" for shown in test["shows"])


def _origin(measured: Measured) -> str:
    return (
        f"Measured on {measured['date']} on {measured['distribution']} with {measured['systemd']},"
        f" Linux {measured['kernel']}, gateway {measured['gateway']}."
    )


def _tried(promise: Measured) -> str:
    words = promise.get("attempt") or promise.get("trial") or [promise["command"]]
    return f"`{' '.join(words)}`"


def _evidence(directive: Measured) -> str:
    return directive["reason"] or "; ".join(directive["evidence"][:2])


def _table(head: list[str], rows: Iterable[Row]) -> list[str]:
    return [_row(head), _row("---" for _ in head), *(_row(row) for row in rows)]


def _row(cells: Row) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


if __name__ == "__main__":
    main()
