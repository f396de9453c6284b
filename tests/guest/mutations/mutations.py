# Takes every directive of every confinement rule away, one at a time, and demands that a probe of the
# rule then fails. Where other rules keep the promise too, the directive has to keep it alone, on a unit
# of the bare kind. A directive that neither trial needs is a survivor: the schema has to say why.
#
# Each promise of the library says how to break it: by starting the service's own unit without a
# directive, or by changing the machine. The test does so and demands that the outcome changes.
#
# Writes the results to the JSON file $NIXMODGEN_MEASURED, if it is set; proof_docs.py makes tables
# of them.

import datetime
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

KILLED = "killed"
NEEDED = "needed to start"
ALONE = "proved alone"
SURVIVED = "survived"
ABSENT = "not by default"


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
    proofs = promised(rule["proofs"], sandbox.facts)
    if not only(sandbox.directives, name):
        options = [test["option"] for test in RELAXATIONS if name in test["directives"]]
        assert options, f"the unit has no {name}"
        return ABSENT, [f"`{option}`" for option in options]
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


def measured_promises(sandbox: Sandbox) -> list[Any]:
    proofs = promised(all_proofs(), sandbox.facts)
    confined = sandbox.outcomes(sandbox.directives, proofs)
    bare = sandbox.outcomes(bare_directives(sandbox.directives), proofs)
    return [
        {**proof, "confined": inside, "unconfined": outside}
        for proof, inside, outside in zip(proofs, confined, bare)
    ]


def exposure_of(node: BaseMachine, unit: str) -> str:
    """systemd's own rating, from 0.0 to 10.0."""
    report = node.succeed(f"systemd-analyze security --no-pager {unit}")
    found = re.search(r"exposure level for \S+: ([0-9.]+)", report)
    assert found, report
    return found[1]


def measured_relaxations(node: BaseMachine) -> list[Any]:
    """What becomes of each instance; strict, in which nothing is relaxed, comes first."""
    names = [f"{proof['rule']}: {proof['promise']}" for proof in all_proofs()]
    outcomes = check_relaxations(node)
    strict = {"name": "strict", "option": None, "shows": []}
    return [
        {
            **test,
            "exposure": exposure_of(node, FACTS[node.name][test["name"]]["unit"]),
            "opened": {
                name: word
                for name, proof, word in zip(
                    names,
                    promised(all_proofs(), FACTS[node.name][test["name"]]),
                    outcomes[test["name"]],
                )
                if word not in proof["must"]
            },
        }
        for test in [strict, *RELAXATIONS]
    ]


def measured_directive(sandbox: Sandbox, rule: Any, name: str) -> Any:
    proved = mutate(sandbox, rule, name) if rule["proofs"] else (SURVIVED, [])
    return {
        "rule": rule["id"],
        "directive": name,
        "result": proved[0],
        "evidence": proved[1],
        "reason": reason_for(rule, name),
    }


def check_directive(measured: Any) -> None:
    survived = measured["result"] == SURVIVED
    reason = measured["reason"]
    assert not survived or reason, "no probe notices that it is missing"
    assert survived or not reason, f"said to be unprovable, but {measured['result']}: {reason}"


# ---- what the library promises ----

# Files here replace those of the same name (systemd.unit(5)).
OVERRIDES = "/run/systemd/system.control"


@contextmanager
def unit_without(node: BaseMachine, unit: str, name: str) -> Iterator[None]:
    """Takes a directive away from the service's own unit."""
    file = node.get_unit_property(unit, "FragmentPath")
    node.succeed(
        f"systemctl stop {unit}",
        f"grep -q '^{name}=' {file}",
        f"mkdir -p {OVERRIDES} && grep -v '^{name}=' {file} > {OVERRIDES}/{unit}",
        "systemctl daemon-reload",
    )
    try:
        yield
    finally:
        node.succeed(
            f"systemctl stop {unit}; rm {OVERRIDES}/{unit}",
            f"systemctl daemon-reload; systemctl reset-failed {unit} || true",
        )


@contextmanager
def tampered(node: BaseMachine, instance: str, tampering: Any) -> Iterator[None]:
    node.succeed(filled(node, instance, tampering["command"]))
    try:
        yield
    finally:
        node.succeed(filled(node, instance, tampering["undo"]))


def start_service(node: BaseMachine, instance: str) -> None:
    """Returns when it listens, or has failed."""
    facts = FACTS[node.name][instance]
    listens = f"(: < /dev/tcp/127.0.0.1/{facts['port']}) 2> /dev/null"
    node.execute(f"systemctl start {facts['unit']}")
    node.wait_until_succeeds(f"systemctl is-failed {facts['unit']} || {listens}", timeout=120)


def measured_own_promises(node: BaseMachine, instance: str) -> list[Any]:
    start_service(node, instance)
    return [{**promise, "word": own_outcome(node, instance, promise)} for promise in OWN_PROMISES]


def own_mutations(node: BaseMachine, instance: str) -> Iterator[tuple[Any, str, str]]:
    """Every promise with what was done against it and the word that came of it."""
    names = {name: None for promise in OWN_PROMISES for name in promise.get("keptBy", [])}
    for name in names:
        promises = [promise for promise in OWN_PROMISES if name in promise.get("keptBy", [])]
        with unit_without(node, FACTS[node.name][instance]["unit"], name):
            if any("command" in promise for promise in promises):
                start_service(node, instance)
            for promise in promises:
                yield promise, f"without `{name}`", own_outcome(node, instance, promise)
    start_service(node, instance)
    for promise in OWN_PROMISES:
        if "brokenBy" in promise:
            with tampered(node, instance, promise["brokenBy"]):
                word = own_outcome(node, instance, promise)
            again = own_outcome(node, instance, promise)
            assert is_kept(node, instance, promise, again), f"still broken: {again}, {promise}"
            yield promise, promise["brokenBy"]["what"], word


def is_kept(node: BaseMachine, instance: str, promise: Any, word: str) -> bool:
    return word == filled(node, instance, promise["must"])


# ---- the run ----

facts = FACTS["machine"]["default"]
put_up = f"install -d -o {facts['user']} {facts['state']} {facts['workspace']}"
machine.succeed(put_up, f"systemctl start prepare-{facts['unit']}")
machine.succeed("install -d -m 0700 /run/keys", "echo sk-ant-test > /run/keys/anthropic")
make_neighbours(machine, facts["user"])
sandbox = Sandbox(machine, "default")
directives = []
failures: list[Exception] = []

for rule in RULES:
    for name in rule["directives"]:
        try:
            with subtest(f"mutation: {rule['id']} without {name}"):
                directives.append(measured_directive(sandbox, rule, name))
                check_directive(directives[-1])
        except Exception as error:
            failures.append(error)

exposures = {
    "confined": exposure_of(machine, facts["unit"]),
    "bare": exposure_of(machine, sandbox.write_copy(bare_directives(sandbox.directives), [])),
}
own_promises = measured_own_promises(machine, "default")
own_broken = []

for promise, what, word in own_mutations(machine, "default"):
    try:
        with subtest(f"mutation: {promise['rule']}: {promise['promise']}, {what}"):
            own_broken.append({**promise, "mutation": what, "word": word})
            assert not is_kept(machine, "default", promise, word), f"survived: {word}"
    except Exception as error:
        failures.append(error)

make_neighbours(relaxed, *(instance["user"] for instance in FACTS["relaxed"].values()))
relaxations = measured_relaxations(relaxed)

if "NIXMODGEN_MEASURED" in os.environ:
    document = {
        "date": datetime.date.today().isoformat(),
        "systemd": machine.succeed("systemctl --version").splitlines()[0],
        "distribution": machine.succeed(". /etc/os-release && echo $PRETTY_NAME").strip(),
        "gateway": FACTS["machine"]["default"]["release"],
        "kernel": machine.succeed("uname --kernel-release").strip().split("-")[0],
        "promises": measured_promises(sandbox),
        "directives": directives,
        "exposures": exposures,
        "ownPromises": own_promises,
        "ownMutations": own_broken,
        "relaxations": relaxations,
    }
    Path(os.environ["NIXMODGEN_MEASURED"]).write_text(json.dumps(document, indent=2) + "\n")

if failures:
    raise failures[0]
