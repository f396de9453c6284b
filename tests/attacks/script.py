# ruff: noqa: F821  (machine and subtest come from the test driver)
"""Runs the corpus on a machine with all columns, and keeps what came of it in outcomes.json.

The driver runs this script beside its own modules: the corpus is a folder of this repository, not of the machine.
"""

import base64
import datetime
import io
import json
import os
import tarfile
from pathlib import Path

import container

FOLDER = Path(container.__file__).parent.parent / "attacks"
COLUMNS = ["bare", "pull", "account", "ours", "keeper"]
machine.wait_for_unit("multi-user.target")


def push():
    """Puts the corpus into the guest."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for path in sorted(FOLDER.rglob("*.py")):
            archive.add(path, path.relative_to(FOLDER))
        keys = FOLDER.parent / "guest/nixos/scripts/keys_outside"
        archive.add(keys / "server.pem", "server.pem")
        archive.add(FOLDER.parent / "eval/fixtures/documents", "documents")
    text = base64.b64encode(packed.getvalue()).decode()
    machine.succeed("install -d -m 0755 /run/attacks")
    for place in range(0, len(text), 60000):
        machine.succeed(f"printf %s {text[place : place + 60000]} >> /run/attacks/packed")
    machine.succeed("base64 -d < /run/attacks/packed | tar xz -C /run/attacks")


with subtest("the attacks are tried"):
    push()
    said = machine.succeed(
        f"python3 /run/attacks/director.py /run/attacks/server.pem /run/attacks/outcomes.json {' '.join(COLUMNS)}",
        timeout=900,
    )
    print(said)
    outcomes = json.loads(machine.succeed("cat /run/attacks/outcomes.json"))
    measured = {
        "date": datetime.date.today().isoformat(),
        "systemd": machine.succeed("systemctl --version").splitlines()[0],
        "system": machine.succeed(". /etc/os-release && echo $PRETTY_NAME").strip(),
        "kernel": machine.succeed("uname --kernel-release").strip().split("-")[0],
        "outcomes": outcomes,
    }
    Path(os.environ["NIXMODGEN_ATTACKS"]).write_text(json.dumps(measured, indent=1, sort_keys=True) + "\n")
