# ruff: noqa: F821  (machine, home, RELEASE and subtest come from the test driver)
"""Backup, restore, repair and import of a service's state, with the real gateway and with a hostile one."""

import json
import shlex

REAL, REAL_STATE = "moltbot-gateway-real", "/var/lib/moltbot-real"
MOLTBOT = "moltbot --instance real"
HEALTH = "curl --fail --silent http://127.0.0.1:18790/health"
SAFE = "/srv/backups"


def run(command):
    """Status and output of a command, both streams."""
    return machine.execute(f"{{ {command} ; }} 2>&1")


def turn(text):
    """Lets the gateway ask its model, and returns the answer."""
    status, said = run(f"timeout 200 {MOLTBOT} agent --agent main --message {shlex.quote(text)} --timeout 100")
    assert status == 0, said
    return said


def serve(*steps):
    machine.execute("systemctl stop model")
    machine.succeed(
        "systemd-run --collect --unit=model --setenv=PATH=$PATH $(command -v model) "
        f"8400 /tmp/results {shlex.quote(json.dumps(steps))}"
    )


start_all()
machine.succeed("install -d -m 0700 /run/keys && echo sk-ant-test > /run/keys/anthropic", f"install -d -m 0700 {SAFE}")
machine.succeed(f"systemctl start {REAL}", timeout=240)
machine.wait_until_succeeds(HEALTH, timeout=120)

with subtest("a backup of a service that has something to lose"):
    serve({"say": "heliotrope"})
    assert "heliotrope" in turn("say a colour")
    machine.succeed(f"echo mine > {REAL_STATE}/workspace/note")
    status, said = run(f"{MOLTBOT} --backup {SAFE}/first")
    print(said)
    assert status == 0, said
    assert machine.succeed(f"stat --format %a:%U {SAFE}/first").strip() == "600:root"
    listed = machine.succeed(f"tar --list --gzip --file {SAFE}/first")
    for file in ("1/workspace/note", "1/gateway-token", "1/state/openclaw.sqlite"):
        assert f"{file}\n" in listed, listed
    assert "/.care/" not in listed, listed
    machine.succeed(f"systemctl is-active {REAL}", HEALTH)

with subtest("its return"):
    machine.succeed(f"echo other > {REAL_STATE}/workspace/note; rm -r {REAL_STATE}/agents; touch {REAL_STATE}/since")
    status, said = run(f"{MOLTBOT} --restore {SAFE}/first")
    print(said)
    assert status == 0, said
    machine.succeed(f"systemctl is-active {REAL}", HEALTH)
    assert machine.succeed(f"cat {REAL_STATE}/workspace/note") == "mine\n"
    machine.fail(f"test -e {REAL_STATE}/since")

with subtest("and the way back"):
    status, said = run(f"{MOLTBOT} --undo")
    print(said)
    assert status == 0, said
    assert machine.succeed(f"cat {REAL_STATE}/workspace/note") == "other\n"
    status, said = run(f"{MOLTBOT} --undo")
    assert machine.succeed(f"cat {REAL_STATE}/workspace/note") == "mine\n"
    status, said = run(f"{MOLTBOT} --forget")
    print(said)
    machine.fail(f"test -e {REAL_STATE}/.care/former")

with subtest("repair"):
    status, said = run(f"{MOLTBOT} --repair")
    print(said)
    assert status == 0, said
    machine.succeed(f"systemctl is-active {REAL}", HEALTH)
