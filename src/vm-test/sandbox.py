# The part of a VM test that proves promises: it runs probes in copies of a service's own unit, and in a
# bare unit. The script defines data before it: `FACTS` of every instance by node, `RULES` with their proofs, and
# `VOID`, what this kind of machine cannot show. The scenarios come after it.
#
# A copy has the whole [Service] section of the unit as systemd has read it, except commands and restart
# rules, and the units that it needs, whose files it may mount. So no list of directives is written down here.

UNITS = "/run/systemd/system"
OUTPUT = "/run/nixmodgen-probes"
NAMESPACES = ("ipc", "mnt", "net", "pid", "user", "uts")

# Directives about commands, restarts and times, which are no confinement.
NOT_COPIED = re.compile(
    r"(Exec(Start|Stop|Condition|Reload)|Restart|Type|Timeout|SuccessExitStatus|KillMode|RemainAfterExit)"
)
# The directives of a bare unit: an account, and variables for the programs that it starts.
BARE = re.compile(r"(User|Group|Environment)=")
# The directive of a service in a network of its own. A copy is in that network, too.
OWN_NETWORK = "PrivateNetwork=true"
# Directives of [Unit] that name units which have to be there first.
UNITS_NEEDED = re.compile(r"(Requires|After)=")


def section_lines(node: BaseMachine, unit: str, wanted: str) -> list[str]:
    """The lines of a section in the unit's file and its drop-ins."""
    section = ""
    lines = []
    for line in node.succeed(f"systemctl cat {unit}").splitlines():
        if line.startswith("["):
            section = line
        elif section == wanted and "=" in line and not line.startswith(("#", ";")):
            lines.append(line)
    return lines


def directives_of(node: BaseMachine, unit: str) -> list[str]:
    return [line for line in section_lines(node, unit, "[Service]") if not NOT_COPIED.match(line)]


def bare_directives(directives: list[str]) -> list[str]:
    return [line for line in directives if BARE.match(line)]


class Sandbox:
    """Runs probes for one instance, in variations of its unit."""

    def __init__(self, node: BaseMachine, instance: str) -> None:
        self.node = node
        self.facts = dict(FACTS[node.name][instance])
        for kind in NAMESPACES:
            self.facts[f"host-{kind}"] = node.succeed(f"readlink /proc/1/ns/{kind}").strip()
        self.directives = directives_of(node, self.facts["unit"])
        unit = section_lines(node, self.facts["unit"], "[Unit]")
        self._needed = [line for line in unit if UNITS_NEEDED.match(line)]
        if OWN_NETWORK in self.directives:
            self._needed.append(f"JoinsNamespaceOf={self.facts['unit']}")
        self._copies = 0

    def outcomes(self, directives: list[str], proofs: list[Any]) -> list[str]:
        """One word per proof, from a unit with these directives."""
        unit = self.write_copy(directives, proofs)
        start_copies(self.node, [unit])
        return self.collect(unit, proofs)

    def collect(self, unit: str, proofs: list[Any]) -> list[str]:
        """One word per proof, from a copy that was started. Removes the copy."""
        started = self.node.execute(f"systemctl is-active --quiet {unit}")[0] == 0
        words = self.node.succeed(f"cat {OUTPUT}/{unit} 2>/dev/null || echo").split()
        stopped = "not-tried" if started else "not-started"
        probed = iter([*words, *[stopped] * len(proofs)])
        observed = [
            next(probed) if "attempt" in proof else self._observe(proof, unit) for proof in proofs
        ]
        self.node.execute(f"systemctl stop {unit}; systemctl reset-failed {unit}")
        return observed

    def write_copy(self, directives: list[str], proofs: list[Any]) -> str:
        """Writes a unit with these directives that tries the probes among the proofs. Returns its name."""
        self._copies += 1
        unit = f"probe-{self._copies}-of-{self.facts['unit']}"
        probes = [proof for proof in proofs if "attempt" in proof]
        attempts = json.dumps([[self._fill(word) for word in probe["attempt"]] for probe in probes])
        data = base64.b64encode(attempts.encode()).decode()
        lines = [
            "[Unit]",
            *self._needed,
            "[Service]",
            *directives,
            "Type=oneshot",
            "RemainAfterExit=yes",
            "TimeoutStartSec=60",
            "StandardInput=data",
            f"StandardInputData={data}",
            f"StandardOutput=truncate:{OUTPUT}/{unit}",
            f"ExecStart={probe_program(self.node)}",
        ]
        text = base64.b64encode("\n".join([*lines, ""]).encode()).decode()
        self.node.succeed(
            f"mkdir -p {OUTPUT}; rm -f {OUTPUT}/{unit}",
            f"echo {text} | base64 -d > {UNITS}/{unit}",
        )
        return unit

    def _observe(self, proof: Any, unit: str) -> str:
        command = self._fill(proof["command"]).replace(self.facts["unit"], unit)
        return self.node.succeed(command).strip()

    def _fill(self, word: str) -> str:
        for name, value in self.facts.items():
            word = word.replace(f"{{{name}}}", value)
        return word


def start_copies(node: BaseMachine, units: list[str]) -> None:
    """Starts units and waits for their probes. A unit may fail to start: `collect` finds that out."""
    node.execute(f"systemctl daemon-reload; systemctl start {' '.join(units)}")


def probe_program(node: BaseMachine) -> str:
    """The path of the program in the store, which every sandbox sees."""
    return node.succeed("readlink -f $(command -v nixmodgen-probe)").strip()


def make_neighbours(node: BaseMachine, *users: str) -> None:
    """Surrounds the services of these users with everything that they must not reach."""
    node.succeed(
        "systemd-run --unit=neighbourhood --setenv=PATH=$PATH $(command -v nixmodgen-neighbourhood)",
        *(
            f"systemd-run --unit=another-of-{user} --uid={user} --setenv=PATH=$PATH "
            f"{bash(node)} -c 'exec -a another-of-mine sleep infinity'"
            for user in users
        ),
    )
    node.wait_until_succeeds("test -e /run/neighbourhood-ready", timeout=60)


def bash(node: BaseMachine) -> str:
    return node.succeed("command -v bash").strip()


def is_void(rule: str, promise: str = "") -> bool:
    """Whether nothing on this kind of machine can show a rule, or one promise of it (or of a relaxation)."""
    return rule in VOID or f"{rule}: {promise}" in VOID


def say_void() -> None:
    """Names what is left out, so that nobody takes it for shown."""
    known = {rule["id"] for rule in RULES}
    known |= {f"{rule['id']}: {proof['promise']}" for rule in RULES for proof in rule["proofs"]}
    known |= {f"{test['name']}: {shown['promise']}" for test in RELAXATIONS for shown in test["shows"]}
    assert not set(VOID) - known, f"no rule or promise: {set(VOID) - known}"
    for name, reason in VOID.items():
        print(f"void on this machine: {name}: {reason}")


def all_proofs() -> list[Any]:
    return [
        proof
        for rule in RULES
        for proof in rule["proofs"]
        if not is_void(rule["id"], proof["promise"])
    ]


def all_relaxations() -> list[Any]:
    """The relaxations of rules that this kind of machine can show, with what it can show of them."""
    void = {name for rule in RULES if is_void(rule["id"]) for name in rule["directives"]}
    return [
        {
            **test,
            "shows": [shown for shown in test["shows"] if not is_void(test["name"], shown["promise"])],
        }
        for test in RELAXATIONS
        if not void.intersection(test["directives"])
    ]


# The word of a probe that this kind of machine cannot try at all, confined or not.
NO_SUCH_MACHINE = "no-such-machine"


def promised(proofs: list[Any], facts: dict[str, str]) -> list[Any]:
    """The proofs for an instance: its differences replace the words of promises that they give up."""
    names = facts["differences"].split()
    lifted = {
        promise: [word]
        for rule in RULES
        for difference in rule["differences"]
        if difference["name"] in names
        for promise, word in difference["lifts"].items()
    }
    return [{**proof, "must": lifted.get(proof["promise"], proof["must"])} for proof in proofs]


def is_kept(proof: Any, word: str) -> bool:
    return word in (*proof["must"], NO_SUCH_MACHINE)


def check_promises(sandbox: Sandbox) -> None:
    """One subtest per promise: it is kept in the service's sandbox, and broken in a bare unit."""
    say_void()
    proofs = promised(all_proofs(), sandbox.facts)
    confined = sandbox.outcomes(sandbox.directives, proofs)
    bare = sandbox.outcomes(bare_directives(sandbox.directives), proofs)
    failures: list[Exception] = []
    for proof, inside, outside in zip(proofs, confined, bare):
        try:
            with subtest(f"{proof['rule']}: {proof['promise']}"):
                wanted = " or ".join(proof["must"])
                assert is_kept(proof, inside), f"confined: {inside}, not {wanted}: {proof}"
                assert outside in (proof["bare"], NO_SUCH_MACHINE), (
                    f"bare: {outside}, not {proof['bare']}: {proof}"
                )
        except Exception as error:
            # Go on with the others: a list of failures says more than the first one.
            failures.append(error)
    if failures:
        raise failures[0]


# ---- relaxations ----

# The number of instances whose probes run at the same time. All at once would wait for each other.
AT_ONCE = 8


def relaxed_outcomes(node: BaseMachine) -> dict[str, list[str]]:
    """The words of every instance of a machine: first for all proofs, then for the contrasts of relaxations."""
    proofs = [*all_proofs(), *(contrast for test in all_relaxations() for contrast in test["shows"])]
    sandboxes = {name: Sandbox(node, name) for name in FACTS[node.name]}
    words: dict[str, list[str]] = {}
    names = list(sandboxes)
    while names:
        batch, names = names[:AT_ONCE], names[AT_ONCE:]
        units = {
            name: sandboxes[name].write_copy(sandboxes[name].directives, proofs) for name in batch
        }
        start_copies(node, list(units.values()))
        words |= {name: sandboxes[name].collect(unit, proofs) for name, unit in units.items()}
    return words


def wanted_of(test: Any, facts: dict[str, str]) -> list[list[str]]:
    """The right words for an instance with the relaxation, in the order of the outcomes."""
    lifted = test["lifts"]
    promises = [
        [lifted[proof["promise"]]]
        if proof["promise"] in lifted
        else [*proof["must"], NO_SUCH_MACHINE]
        for proof in promised(all_proofs(), facts)
    ]
    contrasts = [
        [contrast["relaxed" if other["name"] == test["name"] else "strict"]]
        for other in all_relaxations()
        for contrast in other["shows"]
    ]
    return [*promises, *contrasts]


def check_relaxations(node: BaseMachine) -> dict[str, list[str]]:
    """One subtest per relaxation: it opens only what it declares. Returns the words of all instances."""
    outcomes = relaxed_outcomes(node)
    named = [
        *(f"{proof['rule']}: {proof['promise']}" for proof in all_proofs()),
        *(f"{test['name']}: {shown['promise']}" for test in all_relaxations() for shown in test["shows"]),
    ]
    strict = {"name": "strict", "lifts": {}, "shows": []}
    failures: list[Exception] = []
    for test in [strict, *all_relaxations()]:
        try:
            with subtest(f"relaxation: {test['name']} opens what it says, and nothing else"):
                facts = FACTS[node.name][test["name"]]
                rows = zip(named, outcomes[test["name"]], wanted_of(test, facts))
                wrong = [f"{name}: {word}, not {want}" for name, word, want in rows if word not in want]
                assert not wrong, "\n".join(wrong)
        except Exception as error:
            failures.append(error)
    if failures:
        raise failures[0]
    return outcomes
