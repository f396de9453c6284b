# Takes every directive of every confinement rule away, one at a time, and demands that a probe of
# the rule then fails. Where other rules keep the promise besides, the directive has to keep it alone:
# added to a unit of the bare kind. What neither shows is a survivor and needs a reason in the schema.
#
# The results go to $NIXMODGEN_MUTATIONS, a JSON file, where it is set.

import os
from pathlib import Path

KILLED = "killed"
NEEDED = "needed to start"
ALONE = "proved alone"
SURVIVED = "survived"


def without(directives: list[str], name: str) -> list[str]:
    return [line for line in directives if not line.startswith(f"{name}=")]


def only(directives: list[str], name: str) -> list[str]:
    return [line for line in directives if line.startswith(f"{name}=")]


def broken(proofs: list[Any], words: list[str]) -> list[str]:
    return [
        f"{proof['promise']}: {word}"
        for proof, word in zip(proofs, words)
        if word not in proof["must"]
    ]


def kept(proofs: list[Any], words: list[str]) -> list[str]:
    """The promises kept here that a bare unit does not keep."""
    return [
        f"{proof['promise']}: {word}"
        for proof, word in zip(proofs, words)
        if word in proof["must"] and proof["bare"] not in proof["must"]
    ]


def mutate(sandbox: Sandbox, rule: Any, name: str) -> tuple[str, list[str]]:
    proofs = rule["proofs"]
    if not only(sandbox.directives, name):
        raise AssertionError(f"the unit has no {name}")
    words = sandbox.outcomes(without(sandbox.directives, name), proofs)
    if "not-started" in words:
        return NEEDED, []
    failing = broken(proofs, words)
    if failing:
        return KILLED, failing
    bare = bare_directives(sandbox.directives)
    alone = kept(proofs, sandbox.outcomes([*bare, *only(sandbox.directives, name)], proofs))
    return (ALONE, alone) if alone else (SURVIVED, [])


def reason_for(rule: Any, name: str) -> str | None:
    """Why a directive may survive: of the rule as a whole, or its own."""
    unprovable = rule["unprovable"]
    return unprovable if isinstance(unprovable, str) else unprovable.get(name)


results = []
facts = FACTS["machine"]["default"]
machine.succeed(f"install -d -o {facts['user']} {facts['state']} {facts['workspace']}")
machine.succeed("install -d -m 0700 /run/keys", "echo key > /run/keys/anthropic")
make_neighbours(machine, facts["user"])
sandbox = Sandbox(machine, "default")
survivors = []

for rule in RULES:
    for directive in rule["directives"]:
        reason = reason_for(rule, directive)
        result, evidence = (SURVIVED, []) if not rule["proofs"] else mutate(sandbox, rule, directive)
        entry = {"rule": rule["id"], "directive": directive, "result": result}
        results.append({**entry, "evidence": evidence, "reason": reason})
        if result == SURVIVED and reason is None:
            survivors.append(f"{rule['id']}: {directive}")
        if result != SURVIVED and reason is not None:
            survivors.append(f"{rule['id']}: {directive} is said to be unprovable, but is {result}")
        machine.log(f"{rule['id']} {directive}: {result} {evidence[:3]}")
        with subtest(f"{rule['id']}: without {directive}: {result}"):
            pass

if "NIXMODGEN_MUTATIONS" in os.environ:
    version = machine.succeed("systemctl --version").splitlines()[0]
    document = {"systemd": version, "results": results}
    Path(os.environ["NIXMODGEN_MUTATIONS"]).write_text(json.dumps(document, indent=2) + "\n")

with subtest("no directive survives without a reason"):
    assert not survivors, "\n".join(survivors)
