"""The evaluated NixOS test: evaluated now, or recorded earlier for machines without nixpkgs.

The result of a module depends on the release of the gateway (its package's version), so a test is
evaluated for one release.

Evaluation needs Nix and a nixpkgs tree. Without them, the record of an earlier evaluation
(evaluated/<release>/<test>.json, written by `run.sh --record`) serves instead, but only if
it was made from exactly these sources: an outdated record is an error, not a result. unit_test.py checks the
records, so that machines with Nix notice that, too.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
HARNESS = HERE.parent / "eval" / "harness"
RECORDS = HERE / "evaluated"
SCHEMAS = HERE.parent.parent / "schema" / "gateway"
EVALUATION_SECONDS = 300
# The exit code of evaluate.ts when tools are missing; its standard error names them.
TOOLS_MISSING = 3


class EvaluationFailed(Exception):
    """The configuration of a node does not evaluate, or a record cannot be used."""


class EvaluationImpossible(Exception):
    """Tools are missing, and there is no record."""


@dataclass(frozen=True)
class Definition:
    """An evaluated NixOS test."""

    name: str
    script: str
    # The content of the files in the store that the script reads, by their paths.
    files: Mapping[str, str]
    # Node name -> summary of its configuration.
    nodes: Mapping[str, Mapping[str, Any]]
    # Its origin, for the reader of a run.
    origin: str

    def script_in(self, folder: Path) -> str:
        """The script, which reads its files in a new folder instead of the store."""
        folder.mkdir()
        script = self.script
        for path, content in self.files.items():
            place = folder / Path(path).name
            place.write_text(content)
            script = script.replace(path, str(place))
        return script


def definition(test: Path, module: Path, gateway: str) -> Definition:
    result = _evaluate(test, module, gateway)
    if result.returncode == 0:
        return _definition(json.loads(result.stdout), "evaluated now")
    if result.returncode != TOOLS_MISSING:
        raise EvaluationFailed(result.stderr.strip())
    return _definition(_read_record(test, module, gateway, result.stderr.strip()), "recorded evaluation")


def write_record(test: Path, module: Path, gateway: str) -> Path:
    """Evaluates a test and records the result. Returns the file of the record."""
    result = _evaluate(test, module, gateway)
    if result.returncode != 0:
        raise EvaluationFailed(result.stderr.strip())
    evaluated = json.loads(result.stdout)
    # Refuses to record an evaluation with failed assertions.
    _definition(evaluated, "evaluated now")
    for summary in evaluated["nodes"].values():
        # The inputs of the units, which no guest needs.
        del summary["services"]
    file = record_file(test, gateway)
    file.parent.mkdir(parents=True, exist_ok=True)
    record = {"sources": _fingerprint(test, module), "evaluated": evaluated}
    file.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n")
    return file


def is_current(test: Path, module: Path, gateway: str) -> bool:
    """Whether there is a record of exactly these sources."""
    file = record_file(test, gateway)
    return file.exists() and json.loads(file.read_text())["sources"] == _fingerprint(test, module)


def _evaluate(test: Path, module: Path, gateway: str) -> subprocess.CompletedProcess[str]:
    program = ["node", "--import", "tsx", str(HERE / "evaluate.ts")]
    return subprocess.run(
        [*program, str(test.resolve()), str(module.resolve())],
        capture_output=True,
        text=True,
        timeout=EVALUATION_SECONDS,
        cwd=HERE,
        env={**os.environ, "NIXMODGEN_GATEWAY": gateway},
    )


def _definition(data: Mapping[str, Any], origin: str) -> Definition:
    for name, summary in data["nodes"].items():
        if summary["assertions"]:
            raise EvaluationFailed(f"node {name} fails assertions: {summary['assertions']}")
    return Definition(data["name"], data["testScript"], data["files"], data["nodes"], origin)


# ---- records ----


def record_file(test: Path, gateway: str) -> Path:
    return RECORDS / gateway / f"{test.stem}.json"


def recorded_releases() -> tuple[str, ...]:
    """The releases that need records, the oldest first: those whose settings the schema has."""
    versions = [file.stem for file in SCHEMAS.glob("*.json")]
    return tuple(sorted(versions, key=lambda version: [int(part) for part in version.split(".")]))


def _read_record(test: Path, module: Path, gateway: str, missing: str) -> Mapping[str, Any]:
    file = record_file(test, gateway)
    if not file.exists():
        raise EvaluationImpossible(f"{missing}, and there is no {file.relative_to(RECORDS)}")
    if not is_current(test, module, gateway):
        raise EvaluationFailed(f"{file} is of other sources: run tests/guest/run.sh --record")
    return json.loads(file.read_text())["evaluated"]


def _fingerprint(test: Path, module: Path) -> str:
    """A digest of the files of this repository that the evaluation reads."""
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
