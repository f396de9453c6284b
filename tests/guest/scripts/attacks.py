# ruff: noqa: F821  (machine and subtest come from the test driver)
"""Tries all attacks on a bare unit and on ours with named hosts (tests/attacks/)."""

import sys
from pathlib import Path

import container

# The corpus is in this repository, beside the driver that runs this script.
sys.path.append(str(Path(container.__file__).parent.parent / "attacks"))
import driver
import reasons

# The services of the public page have their key outside.
INSIDE = {"secrets: the gateway's own key", "secrets: the gateway's own key, of a credential"}
# Fewer than on a whole NixOS: this may be a Debian that looks like one.
ENOUGH = 180

machine.wait_for_unit("multi-user.target")
outcomes = driver.outcomes(machine, ["bare", "keeper"])
succeeded = {
    column: {name for name, good in found.items() if good}
    for column, found in driver.succeeded(outcomes).items()
}

with subtest("a service without confinement falls to most attacks"):
    assert len(succeeded["bare"]) >= ENOUGH, len(succeeded["bare"])

with subtest("what succeeds with named hosts is explained"):
    unexplained = succeeded["keeper"] - set(reasons.REASONS)
    assert not unexplained, {name: outcomes["keeper"][name] for name in unexplained}

with subtest("attacks that need the key find it, where it is inside"):
    assert INSIDE <= succeeded["keeper"], succeeded["keeper"] & INSIDE
