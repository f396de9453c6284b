# The part of a VM test that knows how to prove promises: it runs probes in copies of a service's
# own unit, and in a unit of the bare kind. What comes before it in the script is data: `FACTS` of
# every instance by node, and `RULES` with their proofs. What comes after it are the scenarios.
#
# A copy is the unit as systemd has read it, all of [Service] but for what is started and when, and the
# units it needs, whose files it may mount; no list of directives is written down here.

UNITS = "/run/systemd/system"
OUTPUT = "/run/nixmodgen-probes"
NAMESPACES = ("ipc", "mnt", "pid", "user", "uts")

# Directives that say what is started, how often and how long, instead of what it may do.
NOT_COPIED = re.compile(
    r"(Exec(Start|Stop|Condition|Reload)|Restart|Type|Timeout|SuccessExitStatus|KillMode|RemainAfterExit)"
)
# What a unit of the bare kind has: an account, and variables for the programs it starts.
BARE = re.compile(r"(User|Group|Environment)=")
# Of [Unit]: what has to be there first.
UNITS_NEEDED = re.compile(r"(Requires|After)=")


def section_lines(node: BaseMachine, unit: str, wanted: str) -> list[str]:
    """The lines of a section, of the unit's file and its drop-ins."""
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
        self._copies = 0

    def outcomes(self, directives: list[str], proofs: list[Any]) -> list[str]:
        """One word per proof, from a unit with these directives."""
        unit = self.write_copy(directives, proofs)
        start_copies(self.node, [unit])
        return self.collect(unit, proofs)

    def collect(self, unit: str, proofs: list[Any]) -> list[str]:
        """One word per proof, of a copy that has been started."""
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
        """A unit with these directives that tries the probes among the proofs."""
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
    """Returns when all have done what they do; whether they could is for `collect` to find out."""
    node.execute(f"systemctl daemon-reload; systemctl start {' '.join(units)}")


def probe_program(node: BaseMachine) -> str:
    """In the store, because that is what a sandbox can see."""
    return node.succeed("readlink -f $(command -v nixmodgen-probe)").strip()


def make_neighbours(node: BaseMachine, *users: str) -> None:
    """Surrounds the services of these users with everything they must not reach."""
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


def all_proofs() -> list[Any]:
    return [proof for rule in RULES for proof in rule["proofs"]]


# The word of a probe that there is nothing to try for on this kind of machine, confined or not.
NO_SUCH_MACHINE = "no-such-machine"


def promised(proofs: list[Any], facts: dict[str, str]) -> list[Any]:
    """The proofs as they are for an instance: a difference of its own says what is given up there."""
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
    """One subtest per promise: kept in the service's sandbox, and worth keeping without it."""
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
            # The others are tried all the same: a list of failures says more than the first.
            failures.append(error)
    if failures:
        raise failures[0]


# ---- relaxations ----

# Instances whose probes run at the same time. All at once would make them wait for each other.
AT_ONCE = 8


def relaxed_outcomes(node: BaseMachine) -> dict[str, list[str]]:
    """The words of every instance of a machine: of all proofs, then of what relaxations show."""
    proofs = [*all_proofs(), *(contrast for test in RELAXATIONS for contrast in test["shows"])]
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
    """The words that are right for an instance with the relaxation, in the order of the outcomes."""
    lifted = test["lifts"]
    promises = [
        [lifted[proof["promise"]]]
        if proof["promise"] in lifted
        else [*proof["must"], NO_SUCH_MACHINE]
        for proof in promised(all_proofs(), facts)
    ]
    contrasts = [
        [contrast["relaxed" if other["name"] == test["name"] else "strict"]]
        for other in RELAXATIONS
        for contrast in other["shows"]
    ]
    return [*promises, *contrasts]


def check_relaxations(node: BaseMachine) -> dict[str, list[str]]:
    """One subtest per relaxation: it opens what it says, and nothing else. The words of all."""
    outcomes = relaxed_outcomes(node)
    named = [
        *(f"{proof['rule']}: {proof['promise']}" for proof in all_proofs()),
        *(f"{test['name']}: {shown['promise']}" for test in RELAXATIONS for shown in test["shows"]),
    ]
    strict = {"name": "strict", "lifts": {}, "shows": []}
    failures: list[Exception] = []
    for test in [strict, *RELAXATIONS]:
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
