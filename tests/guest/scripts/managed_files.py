# ruff: noqa: F821  (machine, home, start_all and subtest come from the test driver)
"""What the configuration puts into the workspace is the gateway's to read, and nobody's to change
from inside; it follows the configuration from one start to the next."""

import json
import shlex

UNIT = "moltbot-gateway.service"
PREPARE = "prepare-moltbot-gateway.service"
STATE = "/var/lib/moltbot"
WORKSPACE = f"{STATE}/workspace"
KEY_FILE = "/run/keys/anthropic"
HEALTH = "curl --fail --silent http://127.0.0.1:18789/health"
DROP_INS = "/run/systemd/system"

BUSY = "Device or resource busy"
READ_ONLY = "Read-only file system"

# In the workspace: what is tried, and why it fails.
ATTEMPTS = [
    ("write a document", "echo forged >> AGENTS.md", READ_ONLY),
    ("remove a document", "rm -f AGENTS.md", BUSY),
    ("move a document away", "mv AGENTS.md other.md", BUSY),
    ("put another in place of a document", "echo forged > new; mv new AGENTS.md", BUSY),
    ("give a document a second name", "ln AGENTS.md other.md", "Invalid cross-device link"),
    ("change the mode of a document", "chmod 0666 AGENTS.md", READ_ONLY),
    ("write a skill", "echo forged >> skills/weather/SKILL.md", READ_ONLY),
    ("add to a skill", "echo forged > skills/copied/more.md", READ_ONLY),
    ("remove a skill's program", "rm -f skills/copied/scripts/run", READ_ONLY),
    ("move a skill away", "mv skills/weather skills/other", BUSY),
    ("move all skills away", "mv skills other", BUSY),
    ("move the workspace away", "cd ..; mv workspace other", BUSY),
]


def in_sandbox(node, process, workspace, command):
    """What a command says that runs in the file system that the gateway sees."""
    script = f"cd {workspace} && {command}"
    # A user can enter namespaces of their own.
    owner = node.succeed(f"stat --format %U {workspace}").strip()
    become = f"setpriv --reuid {owner} --regid $(id -g {owner}) --clear-groups"
    become = become if owner == "alice" else ""
    enter = f"{become} nsenter --target {process} --user --mount --preserve-credentials"
    _, said = node.execute(f"{enter} -- /bin/sh -c {shlex.quote(script)} 2>&1")
    return said


def expect_fixed(node, process, workspace):
    for name, command, reason in ATTEMPTS:
        with subtest(f"the service of {node.name} cannot {name}"):
            said = in_sandbox(node, process, workspace, command)
            assert reason in said, said
    with subtest(f"the service of {node.name} reads them, runs a skill's program, writes its own"):
        command = (
            "grep -q AGENTS AGENTS.md && skills/copied/scripts/run"
            " && mkdir -p skills/own && echo own > skills/own/SKILL.md && echo written"
        )
        assert in_sandbox(node, process, workspace, command) == "ran\nwritten\n"


def wait_until_healthy(node):
    node.wait_until_succeeds(HEALTH, timeout=120)


def gateway_process():
    return machine.get_unit_property(UNIT, "MainPID")


start_all()

# ---- a system service ----

machine.succeed("install -d -m 0700 /run/keys", f"echo sk-ant-test > {KEY_FILE}")
machine.succeed(f"systemctl restart {UNIT}")
wait_until_healthy(machine)

with subtest("they are regular files of the service's, with one link"):
    files = [f"{WORKSPACE}/{name}" for name in ("AGENTS.md", "skills/weather/SKILL.md")]
    status = machine.succeed(f"stat --format '%F %h %U %a' {' '.join(files)}").splitlines()
    assert status == ["regular file 1 moltbot 600"] * 2, status

with subtest("the gateway lists the skills as the workspace's"):
    listed = json.loads(machine.succeed("moltbot skills list --json"))["skills"]
    sources = {skill["name"]: skill["source"] for skill in listed}
    assert sources["weather"] == sources["copied"] == "openclaw-workspace", sources

expect_fixed(machine, gateway_process(), WORKSPACE)

with subtest("the operator's command cannot change them either"):
    agents = f"{WORKSPACE}/AGENTS.md"
    properties = machine.succeed(
        "grep -o 'ReadOnlyPaths=[^ ]*AGENTS.md' $(readlink -f $(command -v moltbot))"
    )
    assert agents in properties, properties

with subtest("they are mended before a restart that nobody asked for"):
    # From outside, as only root can.
    machine.succeed(
        f"rm {WORKSPACE}/AGENTS.md",
        f"ln -s /etc/passwd {WORKSPACE}/AGENTS.md",
        f"systemctl kill --signal=KILL --kill-whom=main {UNIT}",
    )
    machine.wait_until_fails(HEALTH, timeout=30)
    wait_until_healthy(machine)
    assert machine.get_unit_property(UNIT, "NRestarts") == "1"
    assert machine.succeed(f"stat --format %F {WORKSPACE}/AGENTS.md").strip() == "regular file"
    # What the service has made itself stays.
    machine.succeed(f"grep -qx own {WORKSPACE}/skills/own/SKILL.md")
    assert BUSY in in_sandbox(machine, gateway_process(), WORKSPACE, "rm -f AGENTS.md")

with subtest("what is no longer declared is gone, and the service may write it"):
    prepare = machine.succeed(f"systemctl show {PREPARE} --property ExecStart").split("path=")[1]
    prepare = prepare.split()[0]
    changed = "/nix/store/prepare-without-a-document"
    remaining = machine.succeed(f"systemctl cat {UNIT} | grep ^ReadOnlyPaths= | grep -v USER.md")
    machine.succeed(
        f"sed '/^put USER.md/d' {prepare} > {changed} && chmod 0555 {changed}",
        f"mkdir -p {DROP_INS}/{PREPARE}.d {DROP_INS}/{UNIT}.d",
        f"printf '[Service]\\nExecStart=\\nExecStart={changed}\\n' > {DROP_INS}/{PREPARE}.d/test.conf",
        f"printf '[Service]\\nReadOnlyPaths=\\n%s\\n' {shlex.quote(remaining.strip())}"
        f" > {DROP_INS}/{UNIT}.d/test.conf",
        f"test -e {WORKSPACE}/USER.md",
        f"systemctl daemon-reload && systemctl restart {UNIT}",
    )
    machine.succeed(f"test ! -e {WORKSPACE}/USER.md")
    wait_until_healthy(machine)
    in_sandbox(machine, gateway_process(), WORKSPACE, "echo mine > USER.md")

with subtest("declared again, it takes the place of the service's, which is kept beside it"):
    machine.succeed(
        f"rm {DROP_INS}/{PREPARE}.d/test.conf {DROP_INS}/{UNIT}.d/test.conf",
        f"systemctl daemon-reload && systemctl restart {UNIT}",
    )
    machine.fail(f"grep -q mine {WORKSPACE}/USER.md")
    assert machine.succeed(f"cat {WORKSPACE}/USER.md.unmanaged") == "mine\n"
    wait_until_healthy(machine)

with subtest("a link in the way keeps it from starting, and touches nothing"):
    machine.succeed(
        f"systemctl stop {UNIT}",
        f"mv {WORKSPACE} {WORKSPACE}.kept && install -d -m 0700 -o moltbot -g moltbot {WORKSPACE}",
        f"ln -s /etc {WORKSPACE}/skills",
    )
    machine.fail(f"systemctl start {UNIT}")
    complaint = f"journalctl --unit {PREPARE} --grep 'Too many levels of symbolic links'"
    machine.wait_until_succeeds(complaint, timeout=10)
    machine.succeed(
        "test $(stat --format %U:%a /etc) = root:755",
        "test ! -e /etc/weather",
    )
    assert machine.get_unit_property(UNIT, "ActiveState") == "inactive"

with subtest("with the link removed it starts again"):
    machine.succeed(f"rm {WORKSPACE}/skills && rmdir {WORKSPACE}", f"mv {WORKSPACE}.kept {WORKSPACE}")
    machine.succeed(f"systemctl start {UNIT}")
    wait_until_healthy(machine)

machine.shutdown()

# ---- a user's service ----


def as_alice(command):
    environment = "export XDG_RUNTIME_DIR=/run/user/$(id -u)"
    return f"su -l alice -s /bin/bash -c {shlex.quote(f'{environment}; {command}')}"


home.wait_for_unit("user@1000.service")
home.succeed(
    as_alice("umask 077; echo sk-ant-test > anthropic"),
    as_alice("/etc/home-manager/alice/activate"),
    as_alice(f"systemctl --user daemon-reload; systemctl --user start {UNIT}"),
)
wait_until_healthy(home)
expect_fixed(
    home, home.get_unit_property(UNIT, "MainPID", "alice"), "/home/alice/.moltbot/workspace"
)
