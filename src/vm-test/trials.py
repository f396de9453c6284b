# The part of a VM test that checks the library's own promises (`OWN_PROMISES`): about the files, secrets
# and restart rules of a running instance. A shell command sees a promise from outside, or a trial does
# something to the service, or to a copy of its restart rules with a program that only ends. Both return
# one word.

# Directives about restarts and about the time to stop.
RESTART_RULE = re.compile(r"(Restart|SuccessExitStatus|Timeout|KillMode|Type)")


def check_own_promises(node: BaseMachine, instance: str) -> None:
    """One subtest per promise. The instance has to run before; it is stopped afterwards."""
    failures: list[Exception] = []
    for promise in OWN_PROMISES:
        try:
            with subtest(f"{promise['rule']}: {promise['promise']}"):
                word = own_outcome(node, instance, promise)
                wanted = filled(node, instance, promise["must"])
                assert word == wanted, f"{word}, not {wanted}: {promise}"
        except Exception as error:
            failures.append(error)
    if failures:
        raise failures[0]


def own_outcome(node: BaseMachine, instance: str, promise: Any) -> str:
    """The word of a promise. A command needs the service to run; a trial stops it."""
    if "command" in promise:
        return node.succeed(filled(node, instance, promise["command"])).strip()
    if promise["trial"][0] == "refusal":
        return refusal(node, instance, promise["trial"][1])
    return RestartCopy(node, FACTS[node.name][instance]["unit"], promise["trial"]).outcome()


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
    """Starts the service with a broken first credential file. Returns `refused`, or what it did instead."""
    facts = FACTS[node.name][instance]
    unit, file = facts["unit"], facts["credentials"].split()[0]
    node.succeed(f"systemctl stop {unit}; mv {file} {file}.kept")
    node.succeed(BREAK[how].format(file=file))
    try:
        return refusal_of_start(node, unit, facts["option"], file)
    finally:
        node.succeed(f"rm -rf {file}", f"mv {file}.kept {file}", f"systemctl reset-failed {unit}")


def said_by(node: BaseMachine, unit: str) -> list[str]:
    """The lines of the journal since the last start of a unit: its own, and systemd's about it.

    The query is by time, because the journal does not find the invocation of a program that has just ended."""
    started = f"systemctl show {unit} --timestamp=us+utc --property InactiveExitTimestamp --value"
    query = f'journalctl --output cat --unit {unit} --since "$({started})"'
    return node.succeed("journalctl --sync", query).splitlines()


def refusal_of_start(node: BaseMachine, unit: str, option: str, file: str) -> str:
    node.execute(f"systemctl start {unit}")
    node.wait_until_succeeds(is_in(unit, "auto-restart|failed"), timeout=30)
    if node.get_unit_property(unit, "SubState") != "failed":
        return "started-again"
    invocation = node.get_unit_property(unit, "InvocationID")
    # Longer than the delay before an automatic restart.
    node.sleep(8)
    if node.get_unit_property(unit, "InvocationID") != invocation:
        return "started-again"
    named = [line for line in said_by(node, unit) if option in line and file in line]
    return "refused" if len(named) == 1 else f"said-{len(named)}-times"


# ---- restarts ----


class RestartCopy:
    """The restart rules of a unit, with a program that only ends."""

    def __init__(self, node: BaseMachine, unit: str, trial: list[str]) -> None:
        self._node = node
        self._unit = "restarts.service"
        self._trial = trial
        rules = [line for line in section_lines(node, unit, "[Service]") if RESTART_RULE.match(line)]
        code = trial[1] if trial[0] == "exit" else "1"
        self._starts = f"{OUTPUT}/starts"
        noted = f"cat /proc/uptime >> {self._starts}"
        ends = "sleep 1000" if trial[0] == "stop-timeout" else f"{noted}; exit {code}"
        # Without a limit of starts, the trial sees every failure.
        lines = ["[Unit]", "StartLimitIntervalSec=0", "[Service]", *rules]
        environment = f"Environment=PATH={node.succeed('echo $PATH').strip()}"
        text = "\n".join([*lines, environment, f"ExecStart={bash(node)} -c '{ends}'", ""])
        data = base64.b64encode(text.encode()).decode()
        node.succeed(
            f"mkdir -p {OUTPUT}; rm -f {self._starts}",
            f"echo {data} | base64 -d > {UNITS}/{self._unit}",
            "systemctl daemon-reload",
        )
        node.execute(f"systemctl start {self._unit}")

    def outcome(self) -> str:
        words = {
            "exit": self._end,
            "delay": self._delay,
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
        """systemd's verdict about the end of the program."""
        self._node.wait_until_succeeds(is_in(self._unit, "auto-restart|failed|dead"), timeout=30)
        if self._property("SubState") != "auto-restart":
            return "final"
        return "success" if self._property("Result") == "success" else "failure"

    def _delay(self) -> str:
        """The time until the next start, in whole seconds."""
        twice = f"test $(wc -l < {self._starts}) -ge 2"
        self._node.wait_until_succeeds(f"{twice} || {is_in(self._unit, 'failed|dead')}", timeout=30)
        lines = self._node.succeed(f"cat {self._starts}").splitlines()
        if len(lines) < 2:
            return "never"
        first, second = (float(line.split()[0]) for line in lines[:2])
        return f"{int(second - first)}"

    def _growth(self) -> str:
        """The delay after the second failure, relative to the delay after the first."""
        second = f"test $(systemctl show {self._unit} -P NRestarts) = 1"
        self._node.wait_until_succeeds(f"{second} && {is_in(self._unit, 'auto-restart')}", timeout=30)
        first, later = (seconds(self._property(name)) for name in ("RestartUSec", "RestartUSecNext"))
        return f"{later / first:.1f}"


def is_in(unit: str, states: str) -> str:
    """A command that succeeds while a unit is in one of the states."""
    return f"systemctl show {unit} -P SubState | grep -qE '^({states})$'"


UNITS_OF_TIME = {"min": 60, "s": 1, "ms": 0.001, "us": 0.000001}


def seconds(span: str) -> float:
    """A time span as systemd prints it: `5min 30s`."""
    parts = re.findall(r"([0-9.]+)(min|ms|us|s)", span)
    return sum(float(number) * UNITS_OF_TIME[unit] for number, unit in parts)
