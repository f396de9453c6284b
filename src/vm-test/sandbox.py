# The part of a VM test that knows how to prove promises: it runs probes in copies of a service's
# own unit, and in a unit of the bare kind. What comes before it in the script is data: `FACTS` of
# every instance by node, and `RULES` with their proofs. What comes after it are the scenarios.
#
# A copy is the unit as systemd has read it, all of [Service] but for what is started and when; no
# list of directives is written down here.

UNITS = "/run/systemd/system"
OUTPUT = "/run/nixmodgen-probes"
NAMESPACES = ("ipc", "mnt", "pid", "user", "uts")

# Directives that say what is started, how often and how long, instead of what it may do.
NOT_COPIED = re.compile(r"(Exec|Restart|Type|Timeout|SuccessExitStatus|KillMode|RemainAfterExit)")
# What a unit of the bare kind has: an account, and variables for the programs it starts.
BARE = re.compile(r"(User|Group|Environment)=")


def directives_of(node: BaseMachine, unit: str) -> list[str]:
    """The lines of [Service], of the unit's file and its drop-ins."""
    section = ""
    lines = []
    for line in node.succeed(f"systemctl cat {unit}").splitlines():
        if line.startswith("["):
            section = line
        elif section == "[Service]" and "=" in line and not line.startswith(("#", ";")):
            lines.append(line)
    return [line for line in lines if not NOT_COPIED.match(line)]


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
        self._copies = 0

    def outcomes(self, directives: list[str], proofs: list[Any]) -> list[str]:
        """One word per proof, from a unit with these directives."""
        unit = self._write_copy(directives, [proof for proof in proofs if "attempt" in proof])
        status, _ = self.node.execute(f"systemctl start {unit}")
        words = self.node.succeed(f"cat {OUTPUT}/{unit} 2>/dev/null || echo").split()
        stopped = "not-started" if status != 0 else "not-tried"
        probed = iter([*words, *[stopped] * len(proofs)])
        observed = [
            next(probed) if "attempt" in proof else self._observe(proof, unit) for proof in proofs
        ]
        self.node.execute(f"systemctl stop {unit}; systemctl reset-failed {unit}")
        return observed

    def _write_copy(self, directives: list[str], probes: list[Any]) -> str:
        self._copies += 1
        unit = f"probe-{self._copies}.service"
        attempts = json.dumps([[self._fill(word) for word in probe["attempt"]] for probe in probes])
        data = base64.b64encode(attempts.encode()).decode()
        lines = [
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
            "systemctl daemon-reload",
        )
        return unit

    def _observe(self, proof: Any, unit: str) -> str:
        command = self._fill(proof["command"]).replace(self.facts["unit"], unit)
        return self.node.succeed(command).strip()

    def _fill(self, word: str) -> str:
        for name, value in self.facts.items():
            word = word.replace(f"{{{name}}}", value)
        return word


def probe_program(node: BaseMachine) -> str:
    """In the store, because that is what a sandbox can see."""
    return node.succeed("readlink -f $(command -v nixmodgen-probe)").strip()


def make_neighbours(node: BaseMachine, user: str) -> None:
    """Surrounds the service with everything it must not reach."""
    node.succeed(
        "systemd-run --unit=neighbourhood --setenv=PATH=$PATH $(command -v nixmodgen-neighbourhood)",
        f"systemd-run --unit=another-of-mine --uid={user} --setenv=PATH=$PATH "
        f"{bash(node)} -c 'exec -a another-of-mine sleep infinity'",
    )
    node.wait_until_succeeds("test -e /run/neighbourhood-ready", timeout=60)


def bash(node: BaseMachine) -> str:
    return node.succeed("command -v bash").strip()


def check_promises(sandbox: Sandbox) -> None:
    """One subtest per promise: kept in the service's sandbox, and worth keeping without it."""
    proofs = [proof for rule in RULES for proof in rule["proofs"]]
    confined = sandbox.outcomes(sandbox.directives, proofs)
    bare = sandbox.outcomes(bare_directives(sandbox.directives), proofs)
    failures: list[Exception] = []
    for proof, inside, outside in zip(proofs, confined, bare):
        try:
            with subtest(f"{proof['rule']}: {proof['promise']}"):
                wanted = " or ".join(proof["must"])
                assert inside in proof["must"], f"confined: {inside}, not {wanted}: {proof}"
                assert outside == proof["bare"], f"bare: {outside}, not {proof['bare']}: {proof}"
        except Exception as error:
            # The others are tried all the same: a list of failures says more than the first.
            failures.append(error)
    if failures:
        raise failures[0]
