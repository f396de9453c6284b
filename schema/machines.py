"""Helpers for the machines of all VM tests (scenarios.ts)."""

KEY_FILE = "/run/keys/anthropic"
CONFIGURATION_ERROR = "78"


def put_secret(node: BaseMachine, file: str, content: str) -> None:
    node.succeed(
        "install -d -m 0700 /run/keys",
        f"install -m 0400 /dev/null {file}",
        f"printf %s '{content}' > {file}",
    )


def wait_until_healthy(node: BaseMachine, instance: str = "default") -> None:
    facts = FACTS[node.name][instance]
    url = f"http://127.0.0.1:{facts['port']}/health"
    # The unit starts at boot, and has failed if its credential was not there yet.
    node.wait_until_succeeds(
        f"systemctl start {facts['unit']} && curl --fail --silent {url}", timeout=180
    )
    health = json.loads(node.succeed(f"curl --fail --silent {url}"))
    assert health == {"ok": True, "status": "live"}, health
    node.require_unit_state(facts["unit"])


def prepare(node: BaseMachine, instance: str = "default") -> Any:
    facts = FACTS[node.name][instance]
    put_secret(node, KEY_FILE, "sk-ant-test")
    return facts


def expect_complaint(node: BaseMachine, unit: str, option: str, file: str) -> str:
    """Asserts that the unit has failed, with one line that names option and file. Returns its invocation."""
    node.wait_until_succeeds(f"systemctl is-failed {unit}", timeout=30)
    assert node.get_unit_property(unit, "ExecMainStatus") == CONFIGURATION_ERROR
    said = said_by(node, unit)
    complaints = [line for line in said if option in line]
    assert len(complaints) == 1 and file in complaints[0], said
    return node.get_unit_property(unit, "InvocationID")
