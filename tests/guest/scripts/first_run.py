# ruff: noqa: F821  (machine and subtest come from the test driver, RELEASE from first_run.nix)
"""One gateway: its start, its operator's command, and its end."""

UNIT = "moltbot-gateway.service"
KEY_FILE = "/run/keys/anthropic"

with subtest("the gateway becomes healthy"):
    machine.succeed(f"install -d -m 0700 $(dirname {KEY_FILE})", f"echo sk-ant-test > {KEY_FILE}")
    machine.succeed(f"systemctl restart {UNIT}")
    machine.wait_until_succeeds("curl --fail --silent http://127.0.0.1:18789/health", timeout=120)
    health = machine.succeed("curl --fail --silent http://127.0.0.1:18789/health")
    assert health.strip() == '{"ok":true,"status":"live"}', health
    machine.require_unit_state(UNIT)

with subtest("the gateway runs as its own user"):
    process = machine.get_unit_property(UNIT, "MainPID")
    owner = machine.succeed(f"ps -o user= -p {process}").strip()
    assert owner == "moltbot", owner

with subtest("the operator's command sees what the service sees"):
    skills = machine.succeed("moltbot skills list --json")
    assert '"weather"' in skills, skills
    assert "sun" in skills, skills

with subtest("the operator's command is for root, and says so"):
    status, output = machine.execute(
        "setpriv --reuid=65534 --clear-groups moltbot skills list 2>&1"
    )
    assert status == 77, (status, output)
    assert "try sudo moltbot" in output, output

with subtest("the operator's command names the instances there are"):
    status, output = machine.execute("moltbot --instance work status 2>&1")
    assert status == 64, (status, output)
    assert "there is no instance called work" in output, output
    assert "instances: default" in output, output

with subtest("the configuration belongs to root, and the service reads it only"):
    status = machine.succeed("stat --format '%F %h %U %G %a' /etc/moltbot/default.json").strip()
    assert status == "regular file 1 root root 444", status
    assert machine.succeed("readlink /var/lib/moltbot/openclaw.json").strip() == (
        "/etc/moltbot/default.json"
    )

with subtest("the generated token is the service's alone, and kept"):
    status = machine.succeed("stat --format '%U %a %s' /var/lib/moltbot/gateway-token").strip()
    assert status == "moltbot 600 64", status
    before = machine.succeed("cat /var/lib/moltbot/gateway-token")
    machine.succeed(f"systemctl restart {UNIT}")
    assert machine.succeed("cat /var/lib/moltbot/gateway-token") == before

with subtest("a request to stop is heeded at any time, and waited for"):
    for delay in (0.1, 0.5, 2, 5):
        machine.succeed(f"systemctl restart --no-block {UNIT}", f"sleep {delay}")
        machine.succeed(f"timeout 60 systemctl stop {UNIT}")
        state = machine.get_unit_property(UNIT, "ActiveState")
        result = machine.get_unit_property(UNIT, "Result")
        # If the stop came before the launcher ran, systemd reports that it could not start it (EXEC).
        never_was = machine.get_unit_property(UNIT, "ExecMainStatus") == "203"
        wanted = ("failed", "exit-code") if never_was else ("inactive", "success")
        assert (state, result) == wanted, (delay, state, result)
        machine.execute(f"systemctl reset-failed {UNIT}")

# The first release that reports its budget for a stop; earlier releases end after 25 s at most.
HAS_BUDGET = [2026, 9, 5]

with subtest("a healthy gateway ends by itself, on a budget that fits the unit's"):
    machine.succeed(f"systemctl start {UNIT}")
    machine.wait_until_succeeds("curl --fail --silent http://127.0.0.1:18789/health", timeout=120)
    invocation = machine.get_unit_property(UNIT, "InvocationID")
    machine.succeed(f"timeout 60 systemctl stop {UNIT}")
    assert machine.get_unit_property(UNIT, "ExecMainStatus") in ("0", "143")
    journal = machine.succeed(f"journalctl --output cat _SYSTEMD_INVOCATION_ID={invocation}")
    if [int(part) for part in RELEASE.split(".")] >= HAS_BUDGET:
        assert "shutdown budget" in journal and "shutdown=325000ms" in journal, journal
    else:
        assert "completed cleanly" in journal, journal
    machine.succeed(f"systemctl start {UNIT}")
