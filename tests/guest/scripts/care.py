# ruff: noqa: F821  (machine, home, OLD_STATE, RELEASE and subtest come from the test driver)
"""Backup, return, repair and import of a service's state: of the real gateway, with a state that an older release has
left, and of a service whose agent is hostile."""

import json
import shlex

REAL, REAL_STATE = "moltbot-gateway-real", "/var/lib/moltbot-real"
PLAYED, PLAYED_STATE = "moltbot-gateway-played", "/var/lib/moltbot-played"
MOLTBOT = "moltbot --instance real"
HOSTILE = "moltbot --instance played"
HEALTH = "curl --fail --silent http://127.0.0.1:18790/health"
SAFE = "/srv/backups"
ALICE = "alice"
HOME_UNIT, HOME_STATE = "moltbot-gateway", "/home/alice/.moltbot"
HOME_COMMAND = "/home/alice/.nix-profile/bin/moltbot"


def run(command, node=None):
    """Status and output of a command, both streams."""
    return (node or machine).execute(f"{{ {command} ; }} 2>&1")


def expect(command, wanted=0, saying="", node=None):
    status, said = run(command, node)
    assert status == wanted and saying in said, (command, status, said)
    return said


def as_alice(command):
    environment = "export XDG_RUNTIME_DIR=/run/user/$(id -u)"
    return f"su -l {ALICE} -s /bin/bash -c {shlex.quote(f'{environment}; {command}')}"


def as_played(command):
    return f"setpriv --reuid={PLAYED.replace('-gateway', '')} --regid=moltbot-played --clear-groups sh -c {shlex.quote(command)}"


def serve(*steps):
    """Answers the gateway's questions to its model."""
    machine.execute("systemctl stop model")
    machine.succeed(
        "systemd-run --collect --unit=model --setenv=PATH=$PATH $(command -v model) "
        f"8400 /tmp/results {shlex.quote(json.dumps(steps))}"
    )


def is_up():
    machine.succeed(f"systemctl is-active {REAL}", HEALTH)


def contents(directory):
    """The files of a state, without those of changes, with digests."""
    return machine.succeed(
        f"cd {directory} && find . -name .care -prune -o -type f -print0 | sort -z | xargs -0 sha256sum"
    )


start_all()
machine.succeed("install -d -m 0700 /run/keys && echo sk-ant-test > /run/keys/anthropic", f"install -d -m 0700 {SAFE}")
expect(f"systemctl start {REAL} || {{ journalctl --no-pager --output cat --unit {REAL}; false; }}")
machine.wait_until_succeeds(HEALTH, timeout=120)

# ---- the real gateway ----

with subtest("a backup of a service that has something to lose"):
    serve({"say": "heliotrope"})
    expect(f"timeout 200 {MOLTBOT} agent --agent main --message 'say a colour' --timeout 100", saying="heliotrope")
    machine.succeed(f"echo mine > {REAL_STATE}/workspace/note")
    token = machine.succeed(f"cat {REAL_STATE}/gateway-token").strip()
    said = expect(f"{MOLTBOT} --backup {SAFE}/first", saying="with its secrets")
    assert token not in said, said
    assert machine.succeed(f"ls {SAFE}; stat --format %a:%U {SAFE}/first") == "first\n600:root\n"
    listed = machine.succeed(f"tar --list --gzip --file {SAFE}/first")
    for file in ("1/workspace/note", "1/gateway-token", "1/state/openclaw.sqlite"):
        assert f"{file}\n" in listed, listed
    assert "/.care/" not in listed, listed
    is_up()

with subtest("and its return, while it runs"):
    machine.succeed(f"echo other > {REAL_STATE}/workspace/note; rm -r {REAL_STATE}/agents; touch {REAL_STATE}/since")
    expect(f"{MOLTBOT} --restore {SAFE}/first", saying="--undo brings it back")
    is_up()
    assert machine.succeed(f"cat {REAL_STATE}/workspace/note") == "mine\n"
    machine.fail(f"test -e {REAL_STATE}/since")
    machine.succeed(f"test -d {REAL_STATE}/agents/main")

with subtest("the state before comes back, and can be forgotten"):
    expect(f"{MOLTBOT} --undo", saying="has its former state again")
    is_up()
    assert machine.succeed(f"cat {REAL_STATE}/workspace/note") == "other\n"
    machine.succeed(f"test -e {REAL_STATE}/since")
    expect(f"{MOLTBOT} --undo")
    assert machine.succeed(f"cat {REAL_STATE}/workspace/note") == "mine\n"
    expect(f"{MOLTBOT} --forget")
    is_up()
    machine.fail(f"test -e {REAL_STATE}/.care/former")
    expect(f"{MOLTBOT} --undo", 1, "no former state is kept")
    is_up()

with subtest("a stopped service stays stopped"):
    machine.succeed(f"systemctl stop {REAL}")
    before = contents(REAL_STATE)
    expect(f"{MOLTBOT} --backup {SAFE}/stopped", saying="did not run before")
    expect(f"{MOLTBOT} --restore {SAFE}/stopped", saying="did not run before")
    assert contents(REAL_STATE) == before
    machine.fail(f"systemctl is-active {REAL}")

with subtest("a repair while it runs"):
    machine.succeed(f"systemctl start {REAL}", timeout=240)
    expect(f"{MOLTBOT} --repair", saying="has been repaired")
    is_up()

with subtest("words that would lose something are refused"):
    for words in ("backup create", "backup create --output /tmp/x", "doctor --fix", "doctor --repair --yes"):
        expect(f"{MOLTBOT} {words}", 64, "--backup FILE" if "backup" in words else "use `--repair`")
    expect(f"{MOLTBOT} -- backup create --help", saying="Usage")

with subtest("whoever is interrupted has the service back, and the state as it was"):
    machine.succeed(f"head -c 300M /dev/urandom > {REAL_STATE}/workspace/big && chown moltbot-real: {REAL_STATE}/workspace/big")
    expect(f"{MOLTBOT} --backup {SAFE}/big")
    for verb, file in (("--backup", "interrupted"), ("--restore", "big")):
        for signal in ("INT", "TERM", "KILL"):
            machine.succeed(f"touch {REAL_STATE}/workspace/since")
            machine.execute(
                # A shell's background commands ignore interrupts.
                f"setsid env --default-signal=INT {MOLTBOT} {verb} {SAFE}/{file} > /tmp/said 2>&1 & caller=$!; "
                "until pgrep -x gzip > /dev/null; do sleep 0.1; done; sleep 1; "
                f"kill -{signal} -- -$caller; wait $caller"
            )
            machine.wait_until_succeeds(f"systemctl is-active {REAL} && {HEALTH}", timeout=120)
            machine.wait_until_fails("systemctl list-units --plain --no-legend 'command-*' | grep .", timeout=30)
            machine.succeed(f"test -e {REAL_STATE}/workspace/since")
            machine.fail(f"test -e {SAFE}/interrupted")
            machine.execute(f"rm -f {SAFE}/interrupted.partial")
    machine.succeed(f"rm {REAL_STATE}/workspace/since")

with subtest("a full disk leaves no backup, and the service back"):
    machine.succeed("mkdir /srv/small && mount -t tmpfs -o size=20M none /srv/small")
    expect(f"{MOLTBOT} --backup /srv/small/x", 1, "there is no backup")
    assert machine.succeed("ls -A /srv/small") == ""
    is_up()
    machine.succeed(f"rm {REAL_STATE}/workspace/big {SAFE}/big")

with subtest("a start of the service ends the work on its state"):
    # Somebody else holds the pipe open: the command closes what it inherits.
    machine.succeed(f"mkfifo {SAFE}/endless && (setsid sleep 3600 <> {SAFE}/endless > /dev/null 2>&1 &)")
    machine.succeed(f"(setsid {MOLTBOT} --restore - < {SAFE}/endless > /tmp/said 2>&1 &)")
    machine.wait_until_succeeds("systemctl list-units --plain --no-legend 'command-*-unpack.service' | grep .", timeout=60)
    machine.fail(f"systemctl is-active {REAL}")
    machine.succeed(f"systemctl start {REAL}", timeout=240)
    machine.wait_until_fails("systemctl list-units --plain --no-legend 'command-*' | grep .", timeout=30)
    is_up()
    assert machine.succeed(f"cat {REAL_STATE}/workspace/note") == "mine\n"

# ---- parts of a personal installation ----

with subtest("what somebody had before is brought in by name"):
    expect(
        as_alice(
            "mkdir -p .clawdbot/workspace .clawdbot/credentials clawd/memory; cd .clawdbot; "
            "echo soul > workspace/SOUL.md; echo secret > credentials/x; echo '{}' > clawdbot.json; "
            "ln -s /etc/shadow workspace/shadow; mkfifo workspace/fifo; echo day > ../clawd/memory/day.md; cd; chmod -R go= ."
        )
    )
    machine.succeed(f"systemctl stop {REAL}")
    said = expect(f"SUDO_UID=$(id -u {ALICE}) {MOLTBOT} --import /home/alice/.clawdbot workspace", saying="taken: workspace")
    assert "left: clawdbot.json credentials" in said, said
    assert machine.succeed(f"cat {REAL_STATE}/workspace/SOUL.md") == "soul\n"
    assert machine.succeed(f"cat {REAL_STATE}/workspace/note") == "mine\n"
    # A link is a link: nobody read what it leads to.
    assert machine.succeed(f"readlink {REAL_STATE}/workspace/shadow") == "/etc/shadow\n"
    machine.fail(f"test -e {REAL_STATE}/credentials/x", f"test -e {REAL_STATE}/workspace/fifo")
    expect(f"SUDO_UID=$(id -u {ALICE}) {MOLTBOT} --import /home/alice/.clawdbot workspace=/home/alice/clawd credentials")
    machine.succeed(f"grep -x day {REAL_STATE}/workspace/memory/day.md", f"grep -x secret {REAL_STATE}/credentials/x")
    expect(f"{MOLTBOT} --undo")
    machine.fail(f"test -e {REAL_STATE}/credentials/x")
    # Without sudo, the owner of the directory counts.
    machine.succeed(f"echo root-only > /root/key; ln -s /root/key /home/alice/.clawdbot/workspace/key; chown -h {ALICE} /home/alice/.clawdbot/workspace/key")
    expect(f"{MOLTBOT} --import /home/alice/.clawdbot workspace")
    machine.fail(f"grep -r root-only {REAL_STATE}")
    assert machine.succeed("ls -A /home/alice/.clawdbot | sort").split() == ["clawdbot.json", "credentials", "workspace"]

# ---- a hostile service ----

with subtest("whatever an agent leaves, a backup holds files, directories and links, and nothing of anybody else's"):
    # It was never started: its directories are made by then.
    expect(f"{HOSTILE} --backup {SAFE}/empty")
    machine.succeed(
        as_played(
            f"cd {PLAYED_STATE} && ln -s /etc/shadow shadow && ln -s /root root && mkfifo fifo && mkdir -p a/b && "
            "truncate --size 1T hole && echo x > $(printf 'odd\\n\\033]0;title\\007') && ln -s / .care.old && "
            "ln -s ../../../srv/backups workspace.link && mkdir -m 0 locked"
        )
    )
    machine.succeed(f"echo root-only > /root/key")
    status, said = run(f"timeout 60 {HOSTILE} --backup {SAFE}/locked")
    # A directory that it has locked makes the backup fail, and says so.
    assert status != 0 and "locked" in said, (status, said)
    assert machine.succeed(f"ls {SAFE}").split().count("locked") == 0
    machine.succeed(as_played(f"chmod 700 {PLAYED_STATE}/locked"))
    expect(f"timeout 60 {HOSTILE} --backup {SAFE}/hostile")
    kinds = machine.succeed(f"tar --list --verbose --gzip --file {SAFE}/hostile | cut -c1 | sort -u").split()
    assert set(kinds) <= {"-", "d", "l"}, kinds
    machine.fail(f"tar --extract --to-stdout --gzip --file {SAFE}/hostile | grep -a root-only")
    assert int(machine.succeed(f"stat --format %s {SAFE}/hostile")) < 1_000_000
    expect(f"timeout 60 {HOSTILE} --restore {SAFE}/hostile")

with subtest("the folder of changes is nobody's way out"):
    for plant in ("ln -sfn /srv/backups .care", "echo x > .care", "mkfifo .care", "mkdir .care; mkfifo .care/phase; ln -s /srv/backups .care/old"):
        machine.succeed(as_played(f"cd {PLAYED_STATE} && rm -rf .care && {plant}"))
        listed = machine.succeed(f"ls -lAi {SAFE}")
        expect(f"timeout 60 {HOSTILE} --backup - > /dev/null")
        expect(f"timeout 60 {HOSTILE} --restore {SAFE}/hostile")
        assert machine.succeed(f"ls -lAi {SAFE}") == listed, plant

with subtest("root follows no link of an agent's"):
    machine.succeed(as_played(f"cd /srv/agent/workspace && ln -sfn /srv/backups out && ln -sf /root/key key"))
    for verb, file in (
        ("--backup", "/srv/agent/workspace/x"),
        ("--backup", "/srv/agent/workspace/out/x"),
        ("--backup", f"{PLAYED_STATE}/x"),
        ("--restore", "/srv/agent/workspace/key"),
        ("--restore", "/srv/agent/workspace/out/hostile"),
    ):
        expect(f"{HOSTILE} {verb} {file}", 64, "the service can write")
    machine.fail(f"test -e {SAFE}/x")

with subtest("a repair that fails leaves the state as it was"):
    # Nobody could read all of that hole.
    machine.succeed(as_played(f"cd {PLAYED_STATE} && rm -f hole && echo whole > note && touch unmendable"))
    before = contents(PLAYED_STATE)
    expect(f"{HOSTILE} --repair", 3, "has its state as before")
    assert contents(PLAYED_STATE) == before
    machine.succeed(as_played(f"rm {PLAYED_STATE}/unmendable"))

with subtest("an archive that is hostile changes nothing, inside or outside"):
    before = contents(PLAYED_STATE)
    machine.succeed(
        "mkdir /tmp/evil && cd /tmp/evil && printf 'moltbot\\nformat 1\\n/var/lib/moltbot\\n/srv/agent\\n' > about && mkdir 1 2 && "
        "ln -s /srv/backups 1/out && mkdir out && echo x > out/climbed && "
        f"tar -czf {SAFE}/climbing about 1/out --transform='s,^out/,1/out/,' out/climbed && "
        f"tar -czPf {SAFE}/absolute about --transform='s,^out/,/srv/backups/,' out/climbed && "
        f"mknod 1/device c 1 1 && tar -czf {SAFE}/device about 1/device && "
        f"truncate --size 3G 1/zeros && tar -czf {SAFE}/bomb about 1/zeros && rm 1/zeros"
    )
    listed = machine.succeed(f"ls -A {SAFE}")
    for archive in ("climbing", "device"):
        expect(f"timeout 100 {HOSTILE} --restore {SAFE}/{archive}", 1, "has its state as before")
        assert contents(PLAYED_STATE) == before, archive
    machine.succeed(f"mount -t tmpfs -o size=100M,uid=$(id -u moltbot-played),mode=0700 none {PLAYED_STATE}")
    machine.succeed(as_played(f"echo kept > {PLAYED_STATE}/kept"))
    expect(f"timeout 100 {HOSTILE} --restore {SAFE}/bomb", 1, "has its state as before")
    assert machine.succeed(f"cat {PLAYED_STATE}/kept") == "kept\n"
    assert int(machine.succeed(f"df --output=pcent {PLAYED_STATE} | tail -n 1").strip().rstrip("%")) < 10
    machine.succeed(f"umount {PLAYED_STATE}")
    assert machine.succeed(f"ls -A {SAFE}") == listed
    # An absolute name is taken as one below the directory, and there is no such directory.
    expect(f"timeout 100 {HOSTILE} --restore {SAFE}/absolute", 1, "has its state as before")
    assert machine.succeed(f"ls -A {SAFE}") == listed

with subtest("the steps are confined like the service, and have no network"):
    machine.succeed(f"(setsid {HOSTILE} --restore - < {SAFE}/endless > /tmp/said 2>&1 &)")
    machine.wait_until_succeeds("systemctl list-units --plain --no-legend 'command-*-unpack.service' | grep .", timeout=60)
    [unit] = machine.succeed("systemctl list-units --plain --no-legend 'command-*-unpack.service'").split()[:1]
    facts = machine.get_unit_info(unit)
    wanted = {"User": "moltbot-played", "PrivateNetwork": "yes", "NoNewPrivileges": "yes", "CapabilityBoundingSet": "", "PrivateUsers": "yes", "PrivatePIDs": "yes"}
    assert {name: facts.get(name, "") for name in wanted} == wanted, facts
    assert "LoadCredential" not in facts or facts["LoadCredential"] == "", facts["LoadCredential"]
    expect(f"{HOSTILE} --backup {SAFE}/second", 75, "somebody else is at work")
    machine.succeed(f"systemctl stop {unit}")
    machine.wait_until_fails("systemctl list-units --plain --no-legend 'command-*' | grep .", timeout=30)

# ---- a home ----

home.wait_for_unit("user@1000.service")
home.wait_until_succeeds(as_alice("systemctl --user is-active basic.target"))
home.succeed(as_alice("echo sk-ant-test > anthropic && chmod 0600 anthropic && /etc/home-manager/alice/activate"))
home.succeed(as_alice(f"systemctl --user restart {HOME_UNIT}"))
home.wait_until_succeeds(f"test -s {HOME_STATE}/gateway-token")

with subtest("all of it for a service of a user's own"):
    home.succeed(as_alice(f"echo mine > {HOME_STATE}/note"))
    expect(as_alice(f"{HOME_COMMAND} --backup backup"), saying="with its secrets", node=home)
    assert home.succeed("stat --format %a:%U /home/alice/backup").strip() == f"600:{ALICE}"
    home.succeed(as_alice(f"echo other > {HOME_STATE}/note"))
    expect(as_alice(f"{HOME_COMMAND} --restore backup"), node=home)
    assert home.succeed(f"cat {HOME_STATE}/note") == "mine\n"
    home.succeed(as_alice(f"systemctl --user is-active {HOME_UNIT}"))
    expect(as_alice(f"{HOME_COMMAND} --undo"), node=home)
    assert home.succeed(f"cat {HOME_STATE}/note") == "other\n"
    expect(as_alice("mkdir -p .openclaw/workspace && echo day > .openclaw/workspace/day.md"), node=home)
    expect(as_alice(f"{HOME_COMMAND} --import .openclaw workspace"), saying="taken: workspace", node=home)
    assert home.succeed(f"cat {HOME_STATE}/workspace/day.md") == "day\n"
    expect(as_alice(f"{HOME_COMMAND} --repair"), saying="played: doctor --fix --non-interactive", node=home)
    home.succeed(as_alice(f"touch {HOME_STATE}/unmendable"))
    expect(as_alice(f"{HOME_COMMAND} --repair"), 3, "has its state as before", node=home)
    assert home.succeed(f"cat {HOME_STATE}/note") == "other\n"
    home.succeed(as_alice(f"rm {HOME_STATE}/unmendable"))
    home.succeed(as_alice(f"systemctl --user is-active {HOME_UNIT}"))

with subtest("whoever is killed there has the service back, too"):
    home.succeed(as_alice(f"head -c 100M /dev/urandom > {HOME_STATE}/big"))
    home.execute(
        as_alice(
            f"setsid {HOME_COMMAND} --backup killed > /dev/null 2>&1 & caller=$!; "
            "until pgrep -x gzip > /dev/null; do sleep 0.1; done; kill -KILL -- -$caller"
        )
    )
    home.wait_until_succeeds(as_alice(f"systemctl --user is-active {HOME_UNIT}"), timeout=60)
    home.fail("test -e /home/alice/killed")

# ---- a state of an older release, by the real gateway again ----

with subtest("a state that release 2026.6.5 has left is mended by this one"):
    machine.succeed(f"systemctl stop {REAL}")
    machine.succeed(f"base64 -d > {SAFE}/old <<'end'\n{OLD_STATE}end")
    expect(f"{MOLTBOT} --restore {SAFE}/old")
    # The session is a file there, and later releases keep sessions in databases.
    machine.succeed(f"test -s {REAL_STATE}/agents/main/sessions/sessions.json")
    configuration = machine.succeed("sha256sum /etc/moltbot/real.json")
    before = contents(REAL_STATE)
    status, said = run(f"{MOLTBOT} --repair")
    assert "Doctor" in said, said
    assert machine.succeed("sha256sum /etc/moltbot/real.json") == configuration
    if status != 0:
        # 2026.9.6 moves files with a native library, an optional package that npm may leave out.
        assert "native no-replace move is unavailable" in said and "has its state as before" in said, said
        assert contents(REAL_STATE) == before
    else:
        if RELEASE.startswith("2026.9"):
            machine.succeed(f"test -s {REAL_STATE}/agents/main/agent/openclaw-agent.sqlite")
            machine.fail(f"test -e {REAL_STATE}/identity/device.json")
        machine.succeed(f"systemctl start {REAL}", timeout=240)
        machine.wait_until_succeeds(HEALTH, timeout=60)
        expect(f"{MOLTBOT} sessions --json", saying="agent:main:main")
        assert machine.succeed(f"cat {REAL_STATE}/workspace/note") == "mine\n"
