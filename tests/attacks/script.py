# ruff: noqa: F821  (machine and subtest come from the test driver)
"""Tries all attacks on all columns, and keeps what came of it in the file $NIXMODGEN_ATTACKS, if it is set."""

import datetime
import json
import os
import sys
from pathlib import Path

import container

# The corpus is in this repository, beside the driver that runs this script.
sys.path.append(str(Path(container.__file__).parent.parent / "attacks"))
import driver

machine.wait_for_unit("multi-user.target")

with subtest("the attacks are tried"):
    measured = {
        "date": datetime.date.today().isoformat(),
        "systemd": machine.succeed("systemctl --version").splitlines()[0],
        "system": machine.succeed(". /etc/os-release && echo $PRETTY_NAME").strip(),
        "kernel": machine.succeed("uname --kernel-release").strip().split("-")[0],
        "succeeded": driver.succeeded(
            driver.outcomes(machine, ["bare", "pull", "account", "ours", "keeper"])
        ),
    }

if "NIXMODGEN_ATTACKS" in os.environ:
    Path(os.environ["NIXMODGEN_ATTACKS"]).write_text(json.dumps(measured, indent=1, sort_keys=True) + "\n")
