# ruff: noqa: F821  (machine, refused, start_all and subtest come from the test driver)
"""The gateway as a user's own service: it is healthy, and sees nothing of the rest of the home.

A table has probes that succeed for the user and fail for the service. Each runs three times: as the
user, where it must succeed; in the sandbox of the evaluated unit, where it
must fail; and in the same sandbox without the directive that should stop it, where it must succeed.
"""

import re
import shlex

USER = "alice"
HOME = f"/home/{USER}"
STATE = f"{HOME}/.moltbot"
UNIT = "moltbot-gateway.service"
OPTION = "services.moltbot.providers.anthropic.apiKeyFile"
KEY_FILE = f"{HOME}/.secrets/anthropic"
SKILL = f"{HOME}/skills/tides/SKILL.md"
ACTIVATE = f"/etc/home-manager/{USER}/activate"
COMMAND = f"{HOME}/.nix-profile/bin/moltbot"
HEALTH = "curl --fail --silent http://127.0.0.1:18789/health"
CONFIGURATION_ERROR = "78"

# A drop-in for one unit, above the user's configuration.
DROP_IN = f"/run/user/1000/systemd/user.control/{UNIT}.d/probe.conf"


def as_user(command):
    """A command line that runs another as the logged-in user."""
    environment = "export XDG_RUNTIME_DIR=/run/user/$(id -u)"
    return f"su -l {USER} -s /bin/bash -c {shlex.quote(f'{environment}; {command}')}"


def unit_property(node, name):
    return node.get_unit_property(UNIT, name, USER)


def write_as_user(node, path, content, mode):
    node.succeed(
        as_user(f"mkdir -p -m 0700 $(dirname {path}) && install -m {mode} /dev/null {path}"),
        f"cat > {path} <<'EOF'\n{content}\nEOF\n",
    )


def write_skill(node, description):
    lines = ["---", "name: tides", f"description: {description}", "---", "", "Look it up."]
    write_as_user(node, SKILL, "\n".join(lines), "0600")


def assert_home_is_hidden(node, process):
    """The process sees nothing of the home but its state, and the skill that it may read there."""
    seen = node.succeed(f"cd /proc/{process}/root{HOME} && ls -A . skills").split()
    assert seen == [".:", ".moltbot", "skills", "skills:", "tides"], seen


def start_lingering(node):
    """Waits until the user's manager is up, as after the boot of a machine with a lingering user."""
    node.wait_for_unit("user@1000.service")
    node.wait_until_succeeds(as_user("systemctl --user is-active basic.target"))


# ---- the probes ----

# The container already hides the kernel's log, and systemd could not hide it a second time: only a process
# with a /proc of its own sees it.
OWN_PROCESSES = "PrivatePIDs=no ProtectKernelLogs=no"

# Homes are hidden twice: by ProtectHome=, and by the service's empty root.
SEE_HOMES = "TemporaryFileSystem= ProtectHome=no"

SHARED_MEMORY = "python3 -c 'from ctypes import *; exit(CDLL(None).shmget(4242, 16, {flags}) < 0)'"

# Such sockets have no file that could be hidden. X11 has one, and sees every key.
LISTEN = (
    "python3 -c 'from socket import *; from time import *; s = socket(AF_UNIX);"
    ' s.bind("\\0others"); s.listen(); sleep(1e6)\''
)
CONNECT = "python3 -c 'from socket import *; socket(AF_UNIX).connect({address})'"
IO_URING = "python3 -c 'from ctypes import *; exit(CDLL(None).syscall(425, 1, bytes(120)) < 0)'"

PROBES = [
    ("read the private SSH key", f"cat {HOME}/.ssh/id_ed25519", SEE_HOMES),
    ("read another file of the home", f"cat {HOME}/notes/diary", SEE_HOMES),
    ("read the credential's own file", f"cat {KEY_FILE}", SEE_HOMES),
    ("list what else is in the home", f"ls -A {HOME} | grep -vx -e .moltbot -e skills", SEE_HOMES),
    ("leave something in the home", f"touch {HOME}/.bashrc", SEE_HOMES),
    ("read the home of somebody else", "cat /home/bob/public", SEE_HOMES),
    ("reach the session bus", "test -S /run/user/1000/bus", SEE_HOMES),
    ("reach the service manager", "test -S /run/user/1000/systemd/private", SEE_HOMES),
    (
        "reach the system bus",
        CONNECT.format(address='"/run/dbus/system_bus_socket"'),
        "TemporaryFileSystem= RestrictAddressFamilies=",
    ),
    (
        "reach a program that has an abstract socket",
        CONNECT.format(address='"\\0others"'),
        "RestrictAddressFamilies=",
    ),
    ("read the user's mail", f"cat /var/mail/{USER}", "TemporaryFileSystem="),
    ("read a directory nobody thought of", "cat /data/others", "TemporaryFileSystem="),
    ("read runtime files of others", "cat /run/others/file", "TemporaryFileSystem="),
    ("read logs", "cat /var/log/others", "TemporaryFileSystem="),
    ("read the system's configuration", "cat /etc/nixos/others", "InaccessiblePaths="),
    ("see the kernel's objects", "ls /sys/kernel", "InaccessiblePaths="),
    ("change a skill that it reads", f"touch {SKILL}", f"{SEE_HOMES} BindReadOnlyPaths="),
    ("read what is beside such a skill", f"cat {HOME}/skills/other", SEE_HOMES),
    ("read shared files of others", "cat /dev/shm/others", "TemporaryFileSystem="),
    (
        "write elsewhere",
        f"touch /srv/{USER}/file",
        "TemporaryFileSystem=",
    ),
    ("read temporary files of others", "cat /tmp/others", "TemporaryFileSystem= PrivateTmp=no"),
    ("make a set-uid program", f"install -m 4755 /dev/null {STATE}/suid", "RestrictSUIDSGID=no"),
    ("see other processes", "pgrep --exact sleep", OWN_PROCESSES),
    ("read the kernel's memory figures", "cat /proc/meminfo", "ProcSubset=all"),
    ("read a device of the user's", "head -c 1 /dev/camera", "TemporaryFileSystem= PrivateDevices=no"),
    ("read shared memory of others", SHARED_MEMORY.format(flags=0), "PrivateIPC=no"),
    (
        "move to a control group of its own",
        "d=/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice/probe"
        " && mkdir $d && rmdir $d",
        "TemporaryFileSystem= InaccessiblePaths= ProtectControlGroups=no",
    ),
    ("make a user namespace", "unshare --user true", "RestrictNamespaces=no"),
    ("change the personality", "setarch linux32 true", "LockPersonality=no"),
    (
        "use an exotic kind of socket",
        "python3 -c 'import socket; socket.socket(socket.AF_VSOCK)'",
        "RestrictAddressFamilies=",
    ),
    ("make system calls it does not need", "taskset -p 1 $$", "SystemCallFilter="),
    ("set up a ring of system calls", IO_URING, "SystemCallFilter="),
    ("write core dumps", "test $(ulimit -H -c) != 0", "LimitCORE=infinity"),
    (
        "make files others can read",
        f"f={STATE}/readable; rm -f $f; touch $f; test $(stat -c %a $f) = 644",
        "UMask=0022",
    ),
]


def prepare_probes(node):
    """Makes the files and sockets outside of the sandbox that the probes look for."""
    write_as_user(node, f"{HOME}/notes/diary", "dear diary", "0600")
    node.succeed(
        "useradd --create-home --uid 1001 bob && chmod 0755 /home/bob && echo hello > /home/bob/public",
        f"install -d -o {USER} /srv/{USER}",
        "echo others > /tmp/others && chmod 0644 /tmp/others",
        "mkdir -p /data /run/others /etc/nixos",
        "for f in /data/others /run/others/file /var/log/others /etc/nixos/others; do echo others > $f; done",
        f"install -m 0644 /dev/null {HOME}/skills/other",
        "mknod --mode=0666 /dev/camera c 1 5",
        as_user("(setsid sleep infinity > /dev/null 2>&1 &)"),
        as_user(f"(setsid {LISTEN} > /dev/null 2>&1 &)"),
        "echo mail > /var/mail/alice && chown alice /var/mail/alice",
        as_user("echo shared > /dev/shm/others"),
        as_user(SHARED_MEMORY.format(flags="0o1600")),
    )


def run_inside(node, probe, relax=""):
    """Runs a shell command instead of the gateway, in the unit's own sandbox. Returns its exit code."""
    write_as_user(node, f"{STATE}/probe.sh", probe, "0600")
    settings = [
        "Type=oneshot",
        "Restart=no",
        "Environment=PATH=/usr/bin",
        "ExecStartPre=",
        "ExecStart=",
        f"ExecStart=/bin/bash {STATE}/probe.sh",
        *relax.split(),
    ]
    lines = "\n".join(["[Service]", *settings])
    write_as_user(node, DROP_IN, lines, "0600")
    node.execute(as_user(f"systemctl --user daemon-reload; systemctl --user restart {UNIT}"))
    status = unit_property(node, "ExecMainStatus")
    # With 200 and above, systemd could not set up the sandbox, and the probe has not run.
    assert int(status) < 200, f"{probe}: {status}"
    return status


def forget_probes(node):
    node.succeed(as_user(f"rm {DROP_IN} {STATE}/probe.sh && systemctl --user daemon-reload"))


# ---- the run ----

start_all()
start_lingering(machine)
start_lingering(refused)

with subtest("a dry run of the activation says what it would do, and does nothing"):
    said = machine.succeed(as_user(f"DRY_RUN=1 {ACTIVATE}"))
    assert f"mkdir -p -m 0700 {STATE}" in said, said
    machine.succeed(f"test ! -e {STATE}")

with subtest("the activation makes the directories, for the user alone, and can be repeated"):
    machine.succeed(as_user(f"{ACTIVATE} && {ACTIVATE}"))
    for directory in (STATE, f"{STATE}/workspace"):
        facts = machine.succeed(f"stat -c '%U %a' {directory}").strip()
        assert facts == f"{USER} 700", facts

with subtest("the gateway comes up at boot and becomes healthy"):
    write_as_user(machine, f"{HOME}/.ssh/id_ed25519", "PRIVATE KEY", "0600")
    write_as_user(machine, KEY_FILE, "sk-ant-test", "0400")
    write_skill(machine, "High water at noon.")
    machine.reboot()
    machine.wait_until_succeeds(HEALTH, timeout=120)
    health = machine.succeed(HEALTH)
    assert health.strip() == '{"ok":true,"status":"live"}', health
    assert unit_property(machine, "ActiveState") == "active"
    assert unit_property(machine, "NRestarts") == "0"

with subtest("the gateway runs as the user, and sees nothing of the home but its state"):
    process = unit_property(machine, "MainPID")
    owner = machine.succeed(f"ps -o user= -p {process}").strip()
    assert owner == USER, owner
    assert_home_is_hidden(machine, process)
    machine.succeed(as_user(f"cat {HOME}/.ssh/id_ed25519"))

with subtest("a variable has the value that was configured, whatever it is made of"):
    environment = machine.succeed(f"cat /proc/{process}/environ").split("\0")
    odd = [entry for entry in environment if entry.startswith("ODD=")]
    assert odd == ["ODD=a \"b\" 'c' 100% %h \\n $HOME ${x} `d` #e;\nsecond=line"], odd

with subtest("its state is there, written by it, and closed to others"):
    machine.succeed(f"test -s {STATE}/logs/gateway.log")
    open_to_others = machine.succeed(f"find {STATE} ! -type l -perm /077").split()
    assert open_to_others == [], open_to_others
    token = machine.succeed(f"cat {STATE}/gateway-token").strip()
    assert len(token) == 64, token

with subtest("the operator's command works, and is confined like the service"):
    version = machine.succeed(as_user(f"{COMMAND} --version"))
    release = [int(part) for part in re.search(r"\d+(\.\d+)+", version)[0].split(".")]
    machine.succeed(as_user(f"{COMMAND} health"))
    # A command that does not end, so that the test can look at its unit.
    machine.succeed(as_user(f"(setsid {COMMAND} logs --follow > /dev/null 2>&1 < /dev/null &)"))
    running = "systemctl --user list-units --plain --no-legend --state=running 'command-moltbot-gateway-*.service'"
    machine.wait_until_succeeds(as_user(f"{running} | grep ."), timeout=30)
    transient = machine.succeed(as_user(running)).split()[0]
    process = machine.get_unit_property(transient, "MainPID", USER)
    assert_home_is_hidden(machine, process)
    for name in ("TemporaryFileSystem", "BindPaths", "PrivateUsers", "PrivatePIDs", "NoNewPrivileges", "SystemCallFilter"):
        values = [machine.get_unit_property(unit, name, USER).split() for unit in (UNIT, transient)]
        # These replace a private /tmp, which systemd-run does not know.
        values[1] = [value for value in values[1] if not value.startswith(("/tmp:", "/var/tmp:"))]
        assert values[0] == values[1], (name, values)
    machine.succeed(as_user(f"systemctl --user stop {transient}"))

with subtest("a skill is read where it is, as it is now"):
    for text in ("High water at noon.", "Low water at noon."):
        write_skill(machine, text)
        machine.wait_until_succeeds(as_user(f"{COMMAND} skills list --json | grep -F '{text}'"), timeout=60)

with subtest("it is started again when it dies, in the same sandbox"):
    machine.succeed(as_user(f"systemctl --user kill --signal=KILL {UNIT}"))
    machine.wait_until_fails(HEALTH, timeout=30)
    machine.wait_until_succeeds(HEALTH, timeout=120)
    assert unit_property(machine, "NRestarts") == "1"

with subtest("state that belongs to somebody else, or is none, is named, and nothing waits for it"):
    for make, mend, said in (
        (f"chown root {STATE}", f"chown {USER} {STATE}", "Permission denied"),
        (
            f"mv {STATE} {STATE}.aside && touch {STATE}",
            f"rm {STATE} && mv {STATE}.aside {STATE}",
            "Not a directory",
        ),
    ):
        machine.succeed(as_user(f"timeout 60 systemctl --user stop {UNIT}"), make)
        machine.fail(as_user(f"timeout 60 systemctl --user start {UNIT}"))
        # systemd itself cannot make the sandbox, and names the directory at fault.
        named = f"Failed to set up mount namespacing: {STATE}/workspace: {said}"
        machine.wait_until_succeeds(f"journalctl --output=cat | grep -F '{named}'", timeout=30)
        machine.succeed(mend, as_user(f"systemctl --user start {UNIT}"))
        machine.wait_until_succeeds(HEALTH, timeout=120)
    assert machine.succeed(f"cat {STATE}/gateway-token").strip() == token

with subtest("state that is elsewhere, behind a link, is found there"):
    machine.succeed(
        as_user(f"timeout 60 systemctl --user stop {UNIT} && mv {STATE} {STATE}.aside"),
        as_user(f"ln -s {STATE}.aside {STATE} && systemctl --user start {UNIT}"),
    )
    machine.wait_until_succeeds(HEALTH, timeout=120)
    assert machine.succeed(f"cat {STATE}/gateway-token").strip() == token
    machine.succeed(
        as_user(f"timeout 60 systemctl --user stop {UNIT} && rm {STATE} && mv {STATE}.aside {STATE}"),
        as_user(f"systemctl --user start {UNIT}"),
    )
    machine.wait_until_succeeds(HEALTH, timeout=120)

with subtest("a stop is waited for, on a budget that fits the unit's"):
    invocation = unit_property(machine, "InvocationID")
    # Every switch of the configuration does this before it restarts a service.
    machine.succeed(as_user("systemctl --user daemon-reload"))
    machine.succeed(as_user(f"timeout 60 systemctl --user stop {UNIT}"))
    assert unit_property(machine, "ActiveState") == "inactive"
    assert unit_property(machine, "Result") == "success"
    said = machine.succeed(f"journalctl --output cat _SYSTEMD_INVOCATION_ID={invocation}")
    # The first release that reports its budget for a stop; earlier releases end after 25 s at most.
    if release >= [2026, 9, 5]:
        assert "shutdown=325000ms" in said, said
    else:
        assert "completed cleanly" in said, said

with subtest("a request to stop that comes before anybody hears it is made once more"):
    # Deaf for a while, as the first process of a namespace is until it has a handler.
    deaf = "sleep 5; trap 'exit 0' TERM; while :; do sleep 0.2; done"
    lines = ["[Service]", "Environment=PATH=/usr/bin", "ExecStart=", f'ExecStart=/bin/bash -c "{deaf}"']
    write_as_user(machine, DROP_IN, "\n".join(lines), "0600")
    machine.succeed(as_user(f"systemctl --user daemon-reload && systemctl --user start {UNIT}"))
    machine.succeed(as_user("systemctl --user daemon-reload"))
    machine.succeed(as_user(f"timeout 60 systemctl --user stop {UNIT}"))
    assert unit_property(machine, "ActiveState") in ("inactive", "failed")
    # It ended by itself.
    assert unit_property(machine, "ExecMainCode") == "1", unit_property(machine, "ExecMainCode")
    assert unit_property(machine, "ExecMainStatus") == "0"
    machine.succeed(as_user(f"rm {DROP_IN} && systemctl --user daemon-reload"))

prepare_probes(machine)
for name, probe, relaxed in PROBES:
    with subtest(f"the service cannot {name}"):
        machine.succeed(as_user(f"umask 0022; {probe}"))
        assert run_inside(machine, probe) != "0", "the sandbox allows it"
        assert run_inside(machine, probe, relaxed) == "0", f"{relaxed} does not decide it"

with subtest("the service can write to its own state, and to temporary files of its own"):
    probe = f"touch {STATE}/workspace/file /tmp/file && test ! -e /tmp/others"
    assert run_inside(machine, probe) == "0"
    machine.succeed(f"test -e {STATE}/workspace/file", "test ! -e /tmp/file")
    forget_probes(machine)

with subtest("a missing credential is a clear, final error"):
    refused.succeed(as_user(ACTIVATE))
    refused.succeed(f"test ! -e {KEY_FILE}")
    refused.execute(as_user(f"systemctl --user restart {UNIT}"))
    state = f"systemctl --user is-failed {UNIT}"
    refused.wait_until_succeeds(as_user(state), timeout=30)
    assert unit_property(refused, "ExecMainStatus") == CONFIGURATION_ERROR
    invocation = unit_property(refused, "InvocationID")
    # By time, because the journal does not find the invocation of a program that has just ended.
    started = "--timestamp=us+utc --property InactiveExitTimestamp --value"
    since = refused.succeed(as_user(f"systemctl --user show {UNIT} {started}")).strip()
    query = f"journalctl --output cat --since '{since}'"
    said = refused.succeed("journalctl --sync", query).splitlines()
    complaints = [line for line in said if OPTION in line]
    assert len(complaints) == 1 and KEY_FILE in complaints[0], said

    # Longer than the delay before an automatic restart.
    refused.sleep(8)
    assert unit_property(refused, "InvocationID") == invocation, "it was started again"
    assert unit_property(refused, "ActiveState") == "failed"
