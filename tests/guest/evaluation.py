"""The evaluated NixOS test: evaluated now, or recorded earlier for machines without nixpkgs.

Evaluation needs Nix and a nixpkgs tree. Where they are missing, the record of an earlier
evaluation (evaluated/<test>.json, written by `run.sh --record`) serves instead, but only if it was
made from exactly these sources: a record that has fallen behind is an error, not a result.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
HARNESS = HERE.parent / "eval" / "harness"
RECORDS = HERE / "evaluated"
EVALUATION_SECONDS = 300
# The exit code of evaluate.ts when tools are missing; its standard error names them.
TOOLS_MISSING = 3


class EvaluationFailed(Exception):
    """The configuration of a node does not evaluate, or a record is of no use."""


class EvaluationImpossible(Exception):
    """Tools are missing, and there is no record."""


@dataclass(frozen=True)
class Definition:
    """An evaluated NixOS test."""

    name: str
    script: str
    # Node name -> summary of its configuration.
    nodes: Mapping[str, Mapping[str, Any]]
    # Where it comes from, for the reader of a run.
    origin: str


def definition(test: Path, module: Path, record: bool = False) -> Definition:
    result = _evaluate(test, module)
    if result.returncode == 0:
        data = json.loads(result.stdout)
        if record:
            _write_record(test, module, data)
        return _definition(data, "evaluated now")
    if result.returncode != TOOLS_MISSING or record:
        raise EvaluationFailed(result.stderr.strip())
    return _definition(_read_record(test, module, result.stderr.strip()), "recorded evaluation")


def _evaluate(test: Path, module: Path) -> subprocess.CompletedProcess[str]:
    program = ["node", "--import", "tsx", str(HERE / "evaluate.ts")]
    return subprocess.run(
        [*program, str(test.resolve()), str(module.resolve())],
        capture_output=True,
        text=True,
        timeout=EVALUATION_SECONDS,
        cwd=HERE,
    )


def _definition(data: Mapping[str, Any], origin: str) -> Definition:
    for name, summary in data["nodes"].items():
        if summary["assertions"]:
            raise EvaluationFailed(f"node {name} fails assertions: {summary['assertions']}")
    return Definition(data["name"], data["testScript"], data["nodes"], origin)


# ---- records ----


def _record_file(test: Path) -> Path:
    return RECORDS / f"{test.stem}.json"


def _write_record(test: Path, module: Path, data: Mapping[str, Any]) -> None:
    RECORDS.mkdir(exist_ok=True)
    record = {"sources": _fingerprint(test, module), "evaluated": data}
    _record_file(test).write_text(json.dumps(record, indent=1, sort_keys=True) + "\n")


def _read_record(test: Path, module: Path, missing: str) -> Mapping[str, Any]:
    file = _record_file(test)
    if not file.exists():
        raise EvaluationImpossible(f"{missing}, and there is no {file.name}")
    record = json.loads(file.read_text())
    if record["sources"] != _fingerprint(test, module):
        raise EvaluationFailed(f"{file} is of other sources: run tests/guest/run.sh --record")
    return record["evaluated"]


def _fingerprint(test: Path, module: Path) -> str:
    """Of everything of this repository that the evaluation reads."""
    generated = module.resolve().parent.parent
    return fingerprint([generated, test.resolve().parent, HARNESS])


def fingerprint(folders: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for folder in folders:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            if "__pycache__" not in file.parts:
                digest.update(f"{file.relative_to(folder)}\n".encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
