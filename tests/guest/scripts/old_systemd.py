# ruff: noqa: F821  (strict, accepting, start_all and subtest come from the test driver)
"""A user's service manager that cannot make the whole sandbox: the gateway does not start, unless its user accepts that
by name. Run it with --suite bookworm, too, which has such a service manager."""

import json
import shlex

USER = "alice"
UNIT = "moltbot-gateway.service"
ACTIVATE = f"/etc/home-manager/{USER}/activate"
HEALTH = "curl --fail --silent http://127.0.0.1:18789/health"
NEEDED = 257


def as_user(command):
    environment = "export XDG_RUNTIME_DIR=/run/user/$(id -u)"
    return f"su -l {USER} -s /bin/bash -c {shlex.quote(f'{environment}; {command}')}"


start_all()

version = int(strict.succeed("systemctl --version").split()[1])

for node in (strict, accepting):
    node.wait_for_unit("user@1000.service")
    node.succeed(
        f"install -m 0400 -o {USER} /dev/null /run/key && echo sk-ant-test > /run/key",
        as_user(ACTIVATE),
        as_user(f"systemctl --user reset-failed; systemctl --user restart {UNIT}"),
    )

with subtest("a service manager that is new enough starts it, an older one does not"):
    if version >= NEEDED:
        strict.wait_until_succeeds(HEALTH, timeout=120)
    else:
        strict.wait_until_succeeds(as_user(f"systemctl --user is-failed {UNIT}"), timeout=60)
        assert strict.get_unit_property(UNIT, "ExecMainStatus", USER) == "78"
        said = strict.succeed("journalctl --identifier moltbot-gateway --output cat")
        missing = "PrivateTmp= PrivatePIDs= ProtectProc= ProcSubset= ProtectControlGroups="
        assert f"this machine does not carry out {missing}," in said, said
        assert f"the whole needs systemd {NEEDED} or newer, here is {version}," in said, said
        assert "name them in services.moltbot.confinement.acceptMissing" in said, said

with subtest("it starts where its user accepts that"):
    accepting.wait_until_succeeds(HEALTH, timeout=120)
    process = accepting.get_unit_property(UNIT, "MainPID", USER)
    # The rest of the sandbox is there.
    seen = accepting.succeed(f"ls -A /proc/{process}/root/home/{USER} /proc/{process}/root/tmp").split()
    assert ".ssh" not in seen and ".moltbot" in seen, seen

with subtest("the doctor says what such a service manager gives up, and finds everything else kept"):
    said = accepting.succeed(as_user(f"/home/{USER}/.nix-profile/bin/moltbot doctor --json"))
    found = json.loads(said)
    assert found["systemd"] == {"found": str(version), "since": str(NEEDED)}, found["systemd"]
    verdicts = {result["promise"]: result["verdict"] for result in found["promises"]}
    expected = "given up" if version < NEEDED else "kept"
    for promise in ("process ids are its own", "facts about the machine", "the control groups are its own"):
        assert verdicts[promise] == expected, (promise, verdicts[promise])
