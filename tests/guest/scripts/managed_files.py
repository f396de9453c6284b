# ruff: noqa: F821  (machine, several, home, start_all and subtest come from the test driver)
"""The gateway can read the files that the configuration puts into the workspace, and nothing inside the sandbox
can change them; they follow the configuration."""

import json
import shlex

UNIT = "moltbot-gateway.service"
PREPARE = "prepare-moltbot-gateway.service"
STATE = "/var/lib/moltbot"
WORKSPACE = f"{STATE}/workspace"
FURTHER = "/srv/agents/work"
KEY_FILE = "/run/keys/anthropic"
HEALTH = "curl --fail --silent http://127.0.0.1:18789/health"
DROP_INS = "/run/systemd/system"

BUSY = "Device or resource busy"
READ_ONLY = "Read-only file system"

# Attempts in the workspace, and the errors with which they must fail.
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
    ("move a skill away", "mv skills/weather skills/other", READ_ONLY),
    ("add a skill of the same name", "mkdir skills/zzz", READ_ONLY),
    ("move all skills away", "mv skills other", BUSY),
    ("move the workspace away", "cd ..; mv workspace other", BUSY),
    ("give its command line variables", "echo OPENCLAW_GATEWAY_URL=ws://x > ../.env", READ_ONLY),
    ("give Node a module", "mkdir ../.node_modules/bufferutil", READ_ONLY),
    ("add a plugin", "mkdir ../extensions/evil", READ_ONLY),
    ("make room for a plugin", "mv ../extensions ../other", BUSY),
    ("install a plugin", "mkdir -p ../npm/projects/evil", READ_ONLY),
    ("make room for an installation", "mv ../npm ../other", BUSY),
]


def in_sandbox(node, process, workspace, command):
    """The output of a command in the gateway's file system; `process` returns the gateway's process of the moment.

    A busy gateway may give up, and is started again: the mounts of one that has gone are gone, too.
    """
    for _ in range(3):
        entered = process()
        said = in_sandbox_of(node, entered, workspace, command)
        if process() == entered:
            return said
        wait_until_healthy(node)
    raise AssertionError("the gateway is started again and again")


def in_sandbox_of(node, process, workspace, command):
    script = f"cd {workspace} && {command}"
    # A user can enter the namespaces of that user's own processes.
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
            " && mkdir -p .agents/skills/own && echo own > .agents/skills/own/SKILL.md && echo written"
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
    files = "AGENTS.md skills/weather/SKILL.md"
    status = in_sandbox(machine, gateway_process, WORKSPACE, f"stat --format '%F %h %a' {files}")
    assert status.splitlines() == ["regular file 1 600"] * 2, status

with subtest("a skill of the model's does not take the place of one with its name"):
    forged = "---\\nname: weather\\ndescription: Forged.\\n---\\n"
    for folder in (".agents/skills/weather", ".agents/skills/zzz"):
        in_sandbox(
            machine,
            gateway_process,
            WORKSPACE,
            f"mkdir -p {folder} && printf '{forged}' > {folder}/SKILL.md",
        )
    listed = json.loads(machine.succeed("moltbot skills list --json"))["skills"]
    found = [skill["description"] for skill in listed if skill["name"] == "weather"]
    assert found == ["Tells the weather."], found

with subtest("the gateway lists the skills as the workspace's"):
    listed = json.loads(machine.succeed("moltbot skills list --json"))["skills"]
    sources = {skill["name"]: skill["source"] for skill in listed}
    assert sources["weather"] == sources["copied"] == "openclaw-workspace", sources

expect_fixed(machine, gateway_process, WORKSPACE)

with subtest("the operator's command cannot change them either"):
    agents = f"{WORKSPACE}/AGENTS.md"
    properties = machine.succeed(
        "grep -o 'ReadOnlyPaths=[^ ]*AGENTS.md' $(readlink -f $(command -v moltbot))"
    )
    assert agents in properties, properties

with subtest("a place that is gone, a link or a FIFO is mended at the next start, what it was is kept"):
    # From outside, as only root can.
    machine.succeed(
        f"systemctl stop {UNIT}",
        f"rm -r {WORKSPACE}/AGENTS.md {WORKSPACE}/skills {STATE}/.env {STATE}/extensions",
        f"ln -s /etc/passwd {WORKSPACE}/AGENTS.md; ln -s /etc {WORKSPACE}/skills; mkfifo {STATE}/.env",
        f"timeout 110 systemctl start {UNIT}",
    )
    wait_until_healthy(machine)
    kinds = machine.succeed(
        f"cd {WORKSPACE} && stat --format %F AGENTS.md skills ../.env ../extensions"
        " AGENTS.md.unmanaged skills.unmanaged ../.env.unmanaged"
    ).splitlines()
    places = ["regular file", "directory", "regular file", "directory"]
    assert kinds == [*places, "symbolic link", "symbolic link", "fifo"], kinds
    machine.succeed("test $(stat --format %U:%a /etc) = root:755", "test ! -e /etc/weather")
    # The service's own files stay.
    machine.succeed(f"grep -qx own {WORKSPACE}/.agents/skills/own/SKILL.md")
expect_fixed(machine, gateway_process, WORKSPACE)

with subtest("a restart that nobody asked for leaves what is mounted elsewhere where it is"):
    before = machine.get_unit_property(PREPARE, "InvocationID")
    machine.succeed(f"systemctl kill --signal=KILL --kill-whom=main {UNIT}")
    machine.wait_until_fails(HEALTH, timeout=30)
    wait_until_healthy(machine)
    # Several restarts are possible: on a busy machine the gateway gives up by itself.
    assert int(machine.get_unit_property(UNIT, "NRestarts")) > 0
    assert machine.get_unit_property(PREPARE, "InvocationID") == before
    assert BUSY in in_sandbox(machine, gateway_process, WORKSPACE, "rm -f AGENTS.md")

with subtest("a link that is in a place when it is mounted is noticed, and final"):
    # Only root can do this, from outside: it takes the mount away.
    machine.succeed(
        f"mv {WORKSPACE}/USER.md {WORKSPACE}/other.md && ln -s other.md {WORKSPACE}/USER.md",
        f"systemctl kill --signal=KILL --kill-whom=main {UNIT}",
    )
    machine.wait_until_succeeds(f"systemctl is-failed {UNIT}", timeout=60)
    assert machine.get_unit_property(UNIT, "ExecMainStatus") == "78"
    machine.succeed(
        f"journalctl --unit {UNIT} | grep -F '{WORKSPACE}/USER.md is not what the configuration puts there'",
        f"systemctl start {UNIT}",
    )
    wait_until_healthy(machine)

with subtest("what is no longer declared is gone, and the service may write it"):
    prepare = machine.succeed(f"systemctl show {PREPARE} --property ExecStart").split("path=")[-1]
    prepare = prepare.split()[0]
    changed = "/nix/store/prepare-without-a-document"
    remaining = machine.succeed(
        f"systemctl cat {UNIT} | grep -E '^(ReadOnly|Bind|BindReadOnly)Paths=' | grep -v USER.md"
        f" | sed '1iReadOnlyPaths=\\nBindPaths='"
    )
    expectation = machine.succeed(f"systemctl show {UNIT} --property ExecStart").split("path=")[1]
    expectation = expectation.split()[0]
    machine.succeed(
        f"sed '/^put USER.md/d' {prepare} > {changed} && chmod 0555 {changed}",
        f"sed 's, [^ ]*/USER.md,,' {expectation} > {changed}-launch && chmod 0555 {changed}-launch",
        f"mkdir -p {DROP_INS}/{PREPARE}.d {DROP_INS}/{UNIT}.d",
        f"printf '[Service]\\nExecStart=\\nExecStart={changed}\\n' > {DROP_INS}/{PREPARE}.d/test.conf",
        f"printf '[Service]\\nExecStart=\\nExecStart={changed}-launch\\n%s\\n'"
        f" {shlex.quote(remaining.strip())} > {DROP_INS}/{UNIT}.d/test.conf",
        f"test -e {WORKSPACE}/USER.md",
        f"systemctl stop {UNIT}; systemctl daemon-reload; systemctl start {UNIT}",
    )
    machine.succeed(f"test ! -e {WORKSPACE}/USER.md")
    wait_until_healthy(machine)
    in_sandbox(machine, gateway_process, WORKSPACE, "echo mine > USER.md")

with subtest("declared again, it takes the place of the service's, which is kept beside it"):
    machine.succeed(
        f"rm {DROP_INS}/{PREPARE}.d/test.conf {DROP_INS}/{UNIT}.d/test.conf",
        f"systemctl stop {UNIT}; systemctl daemon-reload; systemctl start {UNIT}",
    )
    machine.fail(f"grep -q mine {WORKSPACE}/USER.md")
    assert machine.succeed(f"cat {WORKSPACE}/USER.md.unmanaged") == "mine\n"
    wait_until_healthy(machine)

machine.shutdown()

# ---- several agents ----

several.succeed("install -d -m 0700 /run/keys", f"echo sk-ant-test > {KEY_FILE}", f"systemctl restart {UNIT}")
wait_until_healthy(several)


def process_of_several():
    return several.get_unit_property(UNIT, "MainPID")


with subtest("a further agent has documents of its own, which it cannot change"):
    read = in_sandbox(several, process_of_several, FURTHER, "grep -c AGENTS AGENTS.md; stat --format '%F %h %a' SOUL.md")
    assert read == "1\nregular file 1 600\n", read
    for command, reason in (("echo forged >> AGENTS.md", READ_ONLY), ("rm -f SOUL.md", BUSY), ("mv ../work ../other", READ_ONLY)):
        said = in_sandbox(several, process_of_several, FURTHER, command)
        assert reason in said, (command, said)
    said = in_sandbox(several, process_of_several, FURTHER, "echo mine > MEMORY.md && cat MEMORY.md")
    assert said == "mine\n", said


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
    home, lambda: home.get_unit_property(UNIT, "MainPID", "alice"), "/home/alice/.moltbot/workspace"
)
