# The part of a VM test that shows what the library promises for every service: the files, secrets
# and restart rules of an instance that runs. Data: `OWN_PROMISES`. A promise is seen from outside, by
# a shell command, or tried: something is done to the service, or to a copy of its restart rules with
# a program that only ends. Either way one word comes of it.

# What decides when and how often a unit is started again, and what it may take to stop.
RESTART_RULE = re.compile(r"(Restart|SuccessExitStatus|Timeout|KillMode|Type)")


def check_own_promises(node: BaseMachine, instance: str) -> None:
    """One subtest per promise. The instance runs before, and is stopped afterwards."""
    words = own_outcomes(node, instance, OWN_PROMISES)
    failures: list[Exception] = []
    for promise, word in zip(OWN_PROMISES, words):
        try:
            with subtest(f"{promise['rule']}: {promise['promise']}"):
                wanted = filled(node, instance, promise["must"])
                assert word == wanted, f"{word}, not {wanted}: {promise}"
        except Exception as error:
            failures.append(error)
    if failures:
        raise failures[0]


def own_outcomes(
    node: BaseMachine, instance: str, promises: list[Any], without: str = ""
) -> list[str]:
    """One word per promise; the restart rules may lack a directive."""
    words = []
    for promise in promises:
        if "command" in promise:
            words.append(node.succeed(filled(node, instance, promise["command"])).strip())
        elif promise["trial"][0] == "refusal":
            words.append(refusal(node, instance, promise["trial"][1]))
        else:
            unit = FACTS[node.name][instance]["unit"]
            words.append(RestartCopy(node, unit, promise["trial"], without).outcome())
    return words


def filled(node: BaseMachine, instance: str, text: str) -> str:
    for name, value in FACTS[node.name][instance].items():
        text = text.replace(f"{{{name}}}", value)
    return text


# ---- credentials ----

BREAK = {
    "missing": "true",
    "empty": "install -m 0400 /dev/null {file}",
    "blank": "printf ' \\n\\t\\n' > {file}",
    "directory": "mkdir {file}",
}


def refusal(node: BaseMachine, instance: str, how: str) -> str:
    """Starts the service with its first credential file spoiled: `refused`, or what it did instead."""
    facts = FACTS[node.name][instance]
    unit, file = facts["unit"], facts["credentials"].split()[0]
    node.succeed(f"systemctl stop {unit}; mv {file} {file}.kept")
    node.succeed(BREAK[how].format(file=file))
    try:
        return refusal_of_start(node, unit, facts["option"], file)
    finally:
        node.succeed(f"rm -rf {file}; mv {file}.kept {file}; systemctl reset-failed {unit} || true")


def refusal_of_start(node: BaseMachine, unit: str, option: str, file: str) -> str:
    node.execute(f"systemctl start {unit}")
    node.wait_until_succeeds(f"systemctl is-failed {unit}", timeout=30)
    invocation = node.get_unit_property(unit, "InvocationID")
    # Longer than the delay before a restart, if there were one.
    node.sleep(8)
    if node.get_unit_property(unit, "InvocationID") != invocation:
        return "started-again"
    journal = node.succeed(f"journalctl --output cat _SYSTEMD_INVOCATION_ID={invocation}")
    named = [line for line in journal.splitlines() if option in line and file in line]
    return "refused" if len(named) == 1 else f"said-{len(named)}-times"


# ---- restarts ----


class RestartCopy:
    """The restart rules of a unit, with a program that only ends."""

    def __init__(self, node: BaseMachine, unit: str, trial: list[str], without: str) -> None:
        self._node = node
        self._unit = "restarts.service"
        self._trial = trial
        rules = [line for line in service_lines(node, unit) if RESTART_RULE.match(line)]
        kept = [line for line in rules if line.split("=")[0] != without]
        code = trial[1] if trial[0] == "exit" else "1"
        ends = "sleep 1000" if trial[0] == "stop-timeout" else f"exit {code}"
        # Every failure is to be seen.
        lines = ["[Unit]", "StartLimitIntervalSec=0", "[Service]", *kept]
        environment = f"Environment=PATH={node.succeed('echo $PATH').strip()}"
        text = "\n".join([*lines, environment, f"ExecStart={bash(node)} -c '{ends}'", ""])
        data = base64.b64encode(text.encode()).decode()
        node.succeed(f"echo {data} | base64 -d > {UNITS}/{self._unit}", "systemctl daemon-reload")
        node.execute(f"systemctl start {self._unit}")

    def outcome(self) -> str:
        words = {
            "exit": self._end,
            "delay": lambda: f"{self._delay_after(0):.0f}",
            "growth": self._growth,
            "stop-timeout": lambda: f"{seconds(self._property('TimeoutStopUSec')):.0f}",
        }
        word = words[self._trial[0]]()
        self._node.execute(f"systemctl stop {self._unit}; rm {UNITS}/{self._unit}")
        self._node.execute(f"systemctl reset-failed {self._unit}")
        return word

    def _property(self, name: str) -> str:
        return self._node.get_unit_property(self._unit, name)

    def _end(self) -> str:
        """What systemd makes of the end of the program."""
        self._node.wait_until_succeeds(self._is_in("auto-restart|failed|dead"), timeout=30)
        if self._property("SubState") != "auto-restart":
            return "final"
        return "success" if self._property("Result") == "success" else "failure"

    def _growth(self) -> str:
        first = seconds(self._property("RestartUSec"))
        return f"{self._delay_after(1) / first:.1f}"

    def _delay_after(self, restarts: int) -> float:
        """How long systemd waits after so many restarts."""
        counted = f"test $(systemctl show {self._unit} -P NRestarts) = {restarts}"
        waits = f"{counted} && {self._is_in('auto-restart')}"
        self._node.wait_until_succeeds(waits, timeout=30)
        return seconds(self._property("RestartUSecNext"))

    def _is_in(self, states: str) -> str:
        return f"systemctl show {self._unit} -P SubState | grep -qE '^({states})$'"


UNITS_OF_TIME = {"min": 60, "s": 1, "ms": 0.001, "us": 0.000001}


def seconds(span: str) -> float:
    """A time span as systemd prints it: `5min 30s`."""
    parts = re.findall(r"([0-9.]+)(min|ms|us|s)", span)
    return sum(float(number) * UNITS_OF_TIME[unit] for number, unit in parts)
