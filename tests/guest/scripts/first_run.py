# ruff: noqa: F821  (machine, refused, start_all and subtest come from the test driver)
"""A gateway that has its credential is healthy; one that lacks it says so once and stays down."""

UNIT = "moltbot-gateway.service"
OPTION = "services.moltbot.providers.anthropic.apiKeyFile"
KEY_FILE = "/run/keys/anthropic"
CONFIGURATION_ERROR = "78"


def put_key(node, content):
    node.succeed(
        "install -d -m 0700 /run/keys",
        f"install -m 0400 /dev/null {KEY_FILE}",
        f"printf %s '{content}' > {KEY_FILE}",
    )


def expect_refusal(node):
    """The unit has failed for good, with one line that names the option and the path."""
    node.wait_until_succeeds(f"systemctl is-failed {UNIT}", timeout=30)
    assert node.get_unit_property(UNIT, "ExecMainStatus") == CONFIGURATION_ERROR
    invocation = node.get_unit_property(UNIT, "InvocationID")
    lines = node.succeed(f"journalctl --output cat _SYSTEMD_INVOCATION_ID={invocation}").splitlines()
    complaints = [line for line in lines if OPTION in line]
    assert len(complaints) == 1 and KEY_FILE in complaints[0], lines

    # Longer than the delay before a restart, if there were one.
    node.sleep(8)
    assert node.get_unit_property(UNIT, "InvocationID") == invocation, "it was started again"
    assert node.get_unit_property(UNIT, "NRestarts") == "0"
    node.require_unit_state(UNIT, "failed")


start_all()

with subtest("the gateway becomes healthy"):
    put_key(machine, "sk-ant-test")
    machine.succeed(f"systemctl restart {UNIT}")
    machine.wait_until_succeeds("curl --fail --silent http://127.0.0.1:18789/health", timeout=120)
    health = machine.succeed("curl --fail --silent http://127.0.0.1:18789/health")
    assert health.strip() == '{"ok":true,"status":"live"}', health
    machine.require_unit_state(UNIT)

with subtest("the gateway runs as its own user"):
    process = machine.get_unit_property(UNIT, "MainPID")
    owner = machine.succeed(f"ps -o user= -p {process}").strip()
    assert owner == "moltbot", owner

with subtest("a missing credential file is a clear, final error"):
    refused.succeed(f"test ! -e {KEY_FILE}")
    refused.execute(f"systemctl start {UNIT}")
    expect_refusal(refused)

with subtest("an empty credential file is a clear, final error"):
    put_key(refused, "")
    refused.execute(f"systemctl restart {UNIT}")
    expect_refusal(refused)
