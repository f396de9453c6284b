# ruff: noqa: F821  (machine, home, start_all and subtest come from the test driver)
"""The operator's command may run files that an agent left behind, and shows the agent's output. So this plays a
hostile agent: with its own files, with its output, and by outliving the caller."""

import shlex

KEY_FILE = "/run/keys/anthropic"
TOKEN_FILE = "/run/keys/100%-token"
TOKEN = "a-token-of-the-operators"
STATE = "/var/lib/moltbot-played"
TOKEN_PLACE = f"{STATE}/gateway-token"
USER = "moltbot-played"
PLAYED = "moltbot --instance played"
ALICE = "alice"
HOME_COMMAND = "/home/alice/.nix-profile/bin/moltbot"
HOME_STATE = "/home/alice/.moltbot"


def as_alice(command):
    environment = "export XDG_RUNTIME_DIR=/run/user/$(id -u)"
    return f"su -l {ALICE} -s /bin/bash -c {shlex.quote(f'{environment}; {command}')}"


def in_terminal(command):
    """A command line that runs another in a terminal, and prints the terminal's output."""
    return f"script --quiet --return --command {shlex.quote(command)} /dev/null < /dev/null"


class Caller:
    """A caller of the command: root of a machine, or the user who owns the service."""

    def __init__(self, node, name, command, state, wrap):
        self.node, self.name, self.command, self.state, self.wrap = node, name, command, state, wrap

    def run(self, arguments, before=""):
        return self.node.succeed(self.wrap(f"{before} {self.command} {arguments}"))

    def units(self):
        """The units of commands that run now."""
        manager = "systemctl --user" if self.node is home else "systemctl"
        listed = f"{manager} list-units --all --plain --no-legend 'command-moltbot-gateway*'"
        return [line.split()[0] for line in self.node.succeed(self.wrap(listed)).splitlines()]

    def expect_none(self, seconds):
        deadline = seconds * 4
        while self.units() and deadline > 0:
            self.node.execute("sleep 0.25")
            deadline -= 1
        assert self.units() == [], self.units()


def root(command):
    return command


start_all()
machine.succeed(f"install -d -m 0700 $(dirname {KEY_FILE})", f"echo sk-ant-test > {KEY_FILE}")
machine.succeed(f"echo {TOKEN} > '{TOKEN_FILE}'")
# The played one never listens.
machine.succeed("systemctl restart --no-block moltbot-gateway-real moltbot-gateway-played moltbot-gateway-named")
home.wait_for_unit("user@1000.service")
home.wait_until_succeeds(as_alice("systemctl --user is-active basic.target"))
home.succeed(as_alice("echo sk-ant-test > anthropic && chmod 0600 anthropic && /etc/home-manager/alice/activate"))
home.succeed(as_alice("systemctl --user restart moltbot-gateway"))
machine.wait_until_succeeds(f"test -s {TOKEN_PLACE}")
home.wait_until_succeeds(f"test -s {HOME_STATE}/gateway-token")

CALLERS = [
    Caller(machine, "root", PLAYED, STATE, root),
    Caller(home, "a user", HOME_COMMAND, HOME_STATE, as_alice),
]

# ---- what goes in ----

ODD = ["${OPENCLAW_GATEWAY_TOKEN}", "$HOME", "$$", "%n %t %%", "", "a b", "two\nlines", "\\x41 \\n", "'\"`;&", "-x", "é"]

for caller in CALLERS:
    with subtest(f"arguments arrive as {caller.name} typed them"):
        said = caller.run(f"arguments {shlex.join(ODD)}")
        assert said == "".join(f"<{argument}>" for argument in ODD), said

    with subtest(f"the program ends as it would for {caller.name}"):
        status, _ = caller.node.execute(caller.wrap(f"{caller.command} status 42"))
        assert status == 42, status

    with subtest(f"whatever is in the environment of {caller.name} stays there, and is no obstacle"):
        odd = (
            "env 'BASH_FUNC_printf%%=() { echo taken; }' 'BASH_FUNC_start%%=() { echo taken; }' A.B=1"
            " SHELLOPTS=braceexpand:xtrace:noexec BASHOPTS=extdebug BASH_ENV=/dev/stdin UID=7 IFS=e"
            " 'LC_PAPER=a\nb' LC_TIME=C.UTF-8 TERM=vt100 NO_COLOR=1 MINE=secret"
        )
        said = caller.run("environment", odd).split("\0")
        names = {entry.split("=")[0] for entry in said}
        assert {"TERM=vt100", "LC_TIME=C.UTF-8", "NO_COLOR=1"} <= set(said), said
        foreign = {"A.B", "MINE", "LC_PAPER", "SHELLOPTS", "BASHOPTS", "BASH_ENV", "SUDO_USER"}
        assert not names & foreign, said
        assert not any("taken" in entry for entry in said), said
        assert f"HOME={caller.state}" in said, said

    with subtest(f"the token reaches the program of {caller.name}, and nobody else"):
        token = caller.node.succeed(f"cat {caller.state}/gateway-token").strip()
        said = caller.run("environment").split("\0")
        assert f"OPENCLAW_GATEWAY_TOKEN={token}" in said, said
        assert not any(entry.startswith("ANTHROPIC") for entry in said), said

    with subtest(f"no secret is in what everybody can read of the unit of {caller.name}"):
        caller.node.succeed(caller.wrap(f"(setsid {caller.command} wait > /dev/null 2>&1 < /dev/null &)"))
        caller.node.wait_until_succeeds(f"pgrep --full 'openclaw wait'", timeout=30)
        manager = "systemctl --user" if caller.node is home else "systemctl"
        [unit] = [name for name in caller.units() if name.endswith(".service")]
        said = caller.node.succeed(
            caller.wrap(f"{manager} show {unit}; {manager} cat {unit}"),
            "ps --no-headers -ww -e -o args",
            "journalctl --output=verbose",
        )
        assert "openclaw wait" in said, said
        assert token not in said, "the token"
        caller.node.succeed(caller.wrap(f"{manager} stop {unit}"))
        caller.expect_none(10)

with subtest("a token from a file reaches the program, wherever the file is"):
    said = machine.succeed("moltbot --instance named environment").split("\0")
    assert f"OPENCLAW_GATEWAY_TOKEN={TOKEN}" in said, said

with subtest("a token file that is missing is named"):
    machine.succeed(f"mv '{TOKEN_FILE}' '{TOKEN_FILE}.aside'")
    status, said = machine.execute("moltbot --instance named environment 2>&1")
    assert status == 78, (status, said)
    assert "services.moltbot.instances.named.gateway.auth.tokenFile" in said, said
    machine.succeed(f"mv '{TOKEN_FILE}.aside' '{TOKEN_FILE}'")

with subtest("a link in the place of the token gives nothing away"):
    machine.succeed("install -m 0600 /dev/null /root/key", "echo root-only > /root/key")
    for target in ("/root/key", "/etc/shadow", "/etc/passwd", KEY_FILE, "/proc/self/environ"):
        machine.succeed(f"ln -sf {target} {TOKEN_PLACE}.link", f"mv -T {TOKEN_PLACE} {TOKEN_PLACE}.own")
        machine.succeed(f"mv -T {TOKEN_PLACE}.link {TOKEN_PLACE}")
        said = machine.succeed(f"timeout 60 {PLAYED} environment").split("\0")
        assert not any(entry.startswith("OPENCLAW_GATEWAY_TOKEN") for entry in said), (target, said)
        machine.succeed(f"mv -T {TOKEN_PLACE}.own {TOKEN_PLACE}")

with subtest("nobody waits for a FIFO in the place of the token"):
    machine.succeed(f"mv {TOKEN_PLACE} {TOKEN_PLACE}.own", f"setpriv --reuid {USER} --clear-groups mkfifo {TOKEN_PLACE}")
    said = machine.succeed(f"timeout 30 {PLAYED} arguments a")
    assert said == "<a>", said
    machine.succeed(f"rm {TOKEN_PLACE}", f"mv {TOKEN_PLACE}.own {TOKEN_PLACE}")

with subtest("what is not understood is refused"):
    for arguments, reason in (
        ("--instance '' arguments", "--instance needs a name"),
        ("--instance= arguments", "--instance needs a name"),
        ("--instance", "--instance needs a name"),
        ("arguments", "which instance?"),
        ("--instance other arguments", "there is no instance called other"),
        ("--instance played --profile other arguments", "there is no option --profile"),
        ("-x", "there is no option -x"),
    ):
        status, said = machine.execute(f"moltbot {arguments} 2>&1")
        assert status == 64, (arguments, status, said)
        assert reason in said and "instances: named played real" in said, (arguments, said)
    for arguments in ("--version", "-- --version", "--instance played --help"):
        said = machine.succeed(f"moltbot --instance=played {arguments}")
        assert said == f"played: {arguments.split()[-1]}\n", said

# ---- streams ----

for caller in CALLERS:
    seen = f"{caller.state}/descriptors"

    with subtest(f"no terminal and no file of {caller.name} goes in"):
        for before, after in (
            ("", ""),
            ("", "| cat"),
            ("", "2> /dev/null"),
            ("", "> /dev/shm/said 2>&1"),
            ("", ">> /dev/shm/said 2> /dev/shm/complained"),
            ("", "< /dev/null"),
            ("true |", ""),
        ):
            line = f"{before} {caller.command} descriptors {after}"
            caller.node.succeed(caller.wrap(in_terminal(line)))
            said = caller.node.succeed(f"cat {seen}").split()
            assert said[1:3] == ["pipe", "pipe"], (line, said)
            assert said[0] in ("/dev/null", "pipe"), (line, said)
            # Only the user who owns a pipe can open its other end.
            assert said[3:] == ([] if caller.name == "root" else ["readable"]), (line, said)

    with subtest(f"a terminal of its own goes in where {caller.name} asks for one"):
        for line in (f"{caller.command} --terminal descriptors", f"{caller.command} tui"):
            said = caller.node.succeed(caller.wrap(in_terminal(line)))
            assert "said" in said or "played: tui" in said, said
        said = caller.node.succeed(f"cat {seen}").split()
        assert said[3:] == ["readable", "typed"] and said[0].startswith("/dev/pts/"), said

    with subtest(f"what the terminal of {caller.name} would obey does not reach it"):
        said = caller.node.succeed(caller.wrap(in_terminal(f"{caller.command} escapes")))
        first, second, third = said.replace("\r\n", "\n").splitlines()
        assert first == "plain \x1b[1;31mred\x1b[0m é € 🦞\x1b[0m", first
        assert second == "title ]0;owned clear [2J up [5A bell  back  return over", second
        assert third == "device P$q\\ c1 2J raw  turned  overlong  nul  end", third

    with subtest(f"what {caller.name} puts into a pipe is what the program said"):
        said = caller.node.succeed(caller.wrap(f"{caller.command} escapes | od -An -c"))
        assert "033   ]   0   ;   o   w   n   e   d" in said, said

    with subtest(f"a line without an end ends the command of {caller.name}, not its machine"):
        status, said = caller.node.execute(caller.wrap(in_terminal(f"timeout 60 {caller.command} flood")))
        assert status == 4 and "Cannot allocate memory" in said, (status, said[-200:])
        caller.expect_none(10)

# ---- it ends with its caller ----

ENDINGS = [
    ("killed", "setsid {command} wait > /dev/null 2>&1 < /dev/null & sleep {time}; kill -9 $!"),
    ("told to stop", "timeout {time} {command} wait"),
    ("killed after a while", "timeout --signal=KILL {time} {command} wait"),
    ("gone with its terminal", "timeout --signal=KILL {time} " + in_terminal("{command} wait")),
    ("hung up", "timeout --signal=HUP {time} " + in_terminal("{command} wait")),
    ("gone with its reader", "{command} arguments a | true; {command} escapes | true; sleep {time}"),
    ("killed in a terminal of its own", "timeout --signal=KILL {time} " + in_terminal("{command} --terminal wait")),
    ("interrupted", "timeout --signal=INT {time} {command} wait"),
]

for caller in CALLERS:
    for name, line in ENDINGS:
        with subtest(f"a command of {caller.name} whose caller is {name} ends"):
            line = line.format(command=caller.command, time=4)
            caller.node.execute(caller.wrap(line))
            caller.expect_none(15)
            caller.node.fail("pgrep --full 'openclaw wait'")

# ---- confinement ----

CONFINING = (
    *("Private", "Protect", "Restrict", "Bind", "SystemCall", "IPAddress", "SocketBind", "Capability"),
    *("Device", "Lock", "NoNew", "UMask", "TasksMax", "MemoryMax", "TemporaryFileSystem", "User", "Group"),
    *("InaccessiblePaths", "ReadOnlyPaths"),
)

# Properties that systemd-run 257 does not know, and the mounts that replace one of them.
STRICTER = {"PrivateTmp", "PrivateTmpEx", "ProtectControlGroupsEx"}
TEMPORARY = {f"{path}:mode=1777,nosuid,nodev,size=10%" for path in ("/tmp", "/var/tmp")}

with subtest("the command is confined like the service"):
    machine.succeed(f"(setsid {PLAYED} wait > /dev/null 2>&1 < /dev/null &)")
    machine.wait_until_succeeds("pgrep --full 'openclaw wait'", timeout=30)
    [unit] = [name for name in CALLERS[0].units() if name.endswith(".service")]
    service = machine.get_unit_info("moltbot-gateway-played")
    command = machine.get_unit_info(unit)
    confining = [name for name in service if name.startswith(CONFINING) and name not in STRICTER]
    # The order of words does not matter.
    values = {name: [sorted({*facts[name].split()} - TEMPORARY) for facts in (service, command)] for name in confining}
    assert {name: pair for name, pair in values.items() if pair[0] != pair[1]} == {}, values
    assert len(confining) > 40, confining
    machine.succeed(f"systemctl stop {unit}")

with subtest("what it writes to /tmp is on no file system of the machine's"):
    for place in ("/tmp", "/var/tmp"):
        before = machine.succeed(f"ls -A {place}; stat --file-system --format %f {place}")
        said = machine.succeed(f"{PLAYED} temporary {place}")
        assert said == "tmpfs\nkept\n", said
        assert machine.succeed(f"ls -A {place}; stat --file-system --format %f {place}") == before

# ---- the real one ----

with subtest("the real gateway answers the command"):
    machine.wait_until_succeeds("curl --fail --silent http://127.0.0.1:18790/health", timeout=180)
    said = machine.succeed("moltbot --instance real gateway call health")
    assert '"ok": true' in said, said
    said = machine.succeed(in_terminal("moltbot --instance real status"))
    assert "reachable" in said, said
    machine.execute("timeout 20 moltbot --instance real logs --follow")
    CALLERS[0].expect_none(15)
