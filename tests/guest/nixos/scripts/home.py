# ruff: noqa: F821  (machine and subtest come from the test driver)
"""A user's gateway, from home-manager as a module of NixOS."""

import shlex

USER = "alice"
HOME = f"/home/{USER}"
STATE = f"{HOME}/.moltbot"
UNIT = "moltbot-gateway.service"
KEY_FILE = f"{HOME}/.secrets/anthropic"
HEALTH = "curl --fail --silent http://127.0.0.1:18789/health"


def as_user(command):
    environment = "export XDG_RUNTIME_DIR=/run/user/$(id -u)"
    return f"su -l {USER} -c {shlex.quote(f'{environment}; {command}')}"


machine.start()

with subtest("the boot activates the home"):
    machine.wait_for_unit("home-manager-alice.service")
    for directory in (STATE, f"{STATE}/workspace"):
        facts = machine.succeed(f"stat --format '%U %a' {directory}").strip()
        assert facts == f"{USER} 700", facts
    # Links into the store, as home-manager makes them.
    target = machine.succeed(f"readlink {HOME}/.config/systemd/user/{UNIT}").strip()
    assert target.startswith("/nix/store/"), target

with subtest("the gateway of a user who lingers becomes healthy without a login"):
    machine.succeed(
        f"install -d -m 0700 -o {USER} $(dirname {KEY_FILE})",
        f"install -m 0400 -o {USER} /dev/null {KEY_FILE} && echo sk-ant-test > {KEY_FILE}",
    )
    machine.wait_for_unit("user@1000.service")
    machine.succeed(as_user(f"timeout 120 systemctl --user restart {UNIT}"))
    machine.wait_until_succeeds(HEALTH, timeout=400)
    process = machine.get_unit_property(UNIT, "MainPID", USER)
    assert machine.succeed(f"ps -o user= -p {process}").strip() == USER

with subtest("it sees nothing of the home but its state"):
    seen = machine.succeed(f"ls -A /proc/{process}/root{HOME}").split()
    assert seen == [".moltbot"], seen

with subtest("the operator's command is the user's own"):
    assert "2026" in machine.succeed(as_user("moltbot --version"))

with subtest("a boot later the gateway comes up by itself"):
    machine.reboot()
    machine.wait_until_succeeds(HEALTH, timeout=400)
