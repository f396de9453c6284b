# ruff: noqa: F821  (machine and subtest come from the test driver)
"""Root makes the service's directories and stops it; a hostile service cannot make root do anything else."""

import shlex

UNIT = "moltbot-gateway.service"
DIRECTORIES = "directories-moltbot-gateway.service"
STATE = "/var/lib/moltbot"
HEALTH = "curl --fail --silent http://127.0.0.1:18789/health"
# Not in a home, because another rule hides homes.
PRIVATE = "/srv/alice"
# A file that bash runs if a variable names it.
HOOK = f"{STATE}/hook"
BLIND = f"/run/systemd/system/{DIRECTORIES}.d"
DROP_IN = f"/run/systemd/system/{UNIT}.d"
# Prints mode, owner and group of directories that must not change.
KEPT = f"stat --format '%n %a %U:%G' {PRIVATE} {PRIVATE}/team {PRIVATE}/team/workspace"


def as_service(command):
    """The output of a command that runs as the service's user, in the gateway's file system and environment."""
    process = machine.get_unit_property(UNIT, "MainPID")
    enter = f"nsenter --target {process} --user --mount --env --preserve-credentials"
    return machine.execute(f"{enter} -- /bin/sh -c {shlex.quote(command)} 2>&1")[1]


def do_nothing():
    """The whole path of a program that does nothing."""
    return machine.succeed("readlink -f $(type -P true)").strip()


def start():
    machine.succeed(f"timeout 110 systemctl start {UNIT}")
    machine.wait_until_succeeds(HEALTH, timeout=120)


machine.succeed(
    "install -d -m 0700 /run/keys && echo sk-ant-test > /run/keys/anthropic",
    f"echo BASH_ENV={HOOK} > /run/keys/variables",
    f"install -d -m 0700 -o alice {PRIVATE} {PRIVATE}/team {PRIVATE}/team/workspace",
    f"systemctl reset-failed {UNIT}; systemctl stop {UNIT}",
)
start()

with subtest("every directory on the way is the service's alone"):
    made = machine.succeed(
        f"stat --format '%a %U' {STATE} {STATE}/projects {STATE}/projects/team {STATE}/projects/team/workspace"
    )
    assert made.splitlines() == ["700 moltbot"] * 4, made

with subtest("a percent sign in a variable arrives as it is"):
    process = machine.get_unit_property(UNIT, "MainPID")
    machine.succeed(f"tr '\\0' '\\n' < /proc/{process}/environ | grep -qx 'DATE_FORMAT=%Y-%m-%d %h'")

with subtest("none of them can be moved away from inside"):
    for directory in ("projects", "projects/team", "projects/team/workspace"):
        said = as_service(f"cd {STATE} && mv {directory} other")
        assert "Device or resource busy" in said, (directory, said)

with subtest("one that is gone is made again"):
    machine.succeed(f"systemctl stop {UNIT}", f"rm -r {STATE}/projects")
    start()
    machine.succeed(f"test $(stat --format %a:%U {STATE}/projects/team/workspace) = 700:moltbot")

with subtest("a link in place of one leads root nowhere, and is a final error that says so"):
    before = machine.succeed(KEPT)
    # A service without confinement could do this.
    machine.succeed(
        f"systemctl stop {UNIT}",
        f"setpriv --reuid=moltbot --regid=moltbot --clear-groups"
        f" sh -c 'cd {STATE} && mv projects mine && ln -s {PRIVATE} projects'",
    )
    status, _ = machine.execute(f"timeout 110 systemctl start {UNIT}")
    assert status == 1, status
    machine.succeed(f"systemctl is-failed {DIRECTORIES}")
    machine.fail(f"systemctl is-active {UNIT}")
    said = machine.succeed(f"journalctl --output cat --unit {DIRECTORIES}")
    assert f"{STATE}/projects is a link: remove it" in said, said
    assert machine.succeed(KEPT) == before

with subtest("and once it is removed, all is as it was"):
    machine.succeed(f"rm {STATE}/projects && mv {STATE}/mine {STATE}/projects")
    start()

with subtest("nor where somebody else puts one there, and nobody asks for the next start"):
    before = machine.succeed(KEPT)
    # The mode gives others access: outside of the sandbox the directories in it are no mounts, and can be moved.
    as_service(f"chmod 0777 {STATE}")
    machine.succeed(
        f"su alice --shell $(command -v bash) --command"
        f" 'cd {STATE} && mv projects mine && ln -s {PRIVATE} projects'",
        f"systemctl kill --signal=KILL --kill-whom=main {UNIT}",
    )
    machine.wait_until_succeeds(f"systemctl is-failed {DIRECTORIES}", timeout=60)
    machine.wait_until_fails(f"systemctl is-active {UNIT}", timeout=60)
    assert machine.succeed(KEPT) == before

with subtest("nor where root has not looked"):
    # Without the check, systemd's own lookup of the mount's source must also be safe.
    machine.succeed(
        f"mkdir -p {BLIND}",
        f"printf '[Service]\\nExecStart=\\nExecStart={do_nothing()}\\n' > {BLIND}/blind.conf",
        "systemctl daemon-reload",
    )
    status, _ = machine.execute(f"timeout 110 systemctl start {UNIT}")
    # systemd follows the link inside the sandbox, where it leads to nothing, and cannot set up the root
    # (EXIT_NAMESPACE of systemd.exec(5)). Outside, the link would lead to Alice's directory.
    ended = machine.get_unit_property(UNIT, "ExecMainStatus")
    assert (status, ended) == (1, "226"), (status, ended)
    machine.succeed(
        f"systemctl stop {UNIT}",
        f"rm {BLIND}/blind.conf && systemctl daemon-reload",
        f"rm {STATE}/projects && mv {STATE}/mine {STATE}/projects && chmod 0700 {STATE}",
            )
    machine.execute(f"systemctl reset-failed {DIRECTORIES} {UNIT}")
    assert machine.succeed(KEPT) == before
    start()

with subtest("a directory of somebody else is left alone"):
    machine.succeed(f"systemctl stop {UNIT}", f"chown alice {STATE}/projects/team")
    status, _ = machine.execute(f"timeout 110 systemctl start {UNIT}")
    assert status == 1, status
    machine.succeed(f"test $(stat --format %U {STATE}/projects/team) = alice")
    said = machine.succeed(f"journalctl --output cat --unit {DIRECTORIES}")
    assert f"{STATE}/projects/team belongs to somebody else" in said, said

with subtest("what stops it runs nothing that a variable names"):
    machine.succeed(f"chown moltbot {STATE}/projects/team", f"systemctl reset-failed {DIRECTORIES}")
    machine.succeed(f"echo ': > {STATE}/hooked-$EUID' > {HOOK}")

    def users_hooked():
        start()
        machine.succeed(f"systemctl stop {UNIT}")
        found = machine.succeed(f"find {STATE} -maxdepth 1 -name 'hooked-*' -delete -printf '%f '")
        return set(found.split())

    assert users_hooked() == set()
    # Without UnsetEnvironment=, the launcher and the stop command would run the file. Root runs no shell either way.
    machine.succeed(
        f"mkdir -p {DROP_IN} && printf '[Service]\\nUnsetEnvironment=\\n' > {DROP_IN}/hook.conf",
        "systemctl daemon-reload",
    )
    account = machine.succeed("id -u moltbot").strip()
    hooked = users_hooked()
    assert hooked == {f"hooked-{account}"}, hooked
