"""Faults on a machine, and the state that must survive them."""

MODEL_PORT = "8400"
MODEL_RESULTS = "/run/model-results"
DATABASES = "import sqlite3, sys; [print(sqlite3.connect(f'file:{f}?mode=ro', uri=True).execute('pragma integrity_check').fetchone()[0]) for f in sys.argv[1:]]"


def unit_of(node: BaseMachine, instance: str = "default") -> str:
    return str(FACTS[node.name][instance]["unit"])


def restarts(node: BaseMachine, instance: str = "default") -> int:
    return int(node.get_unit_property(unit_of(node, instance), "NRestarts"))


def gateway_process(node: BaseMachine, instance: str = "default") -> str:
    """The program itself: the only child of the unit's main process."""
    launcher = node.get_unit_property(unit_of(node, instance), "MainPID")
    return node.succeed(f"pgrep --parent {launcher}").strip()


def running(node: BaseMachine, instance: str) -> list[str]:
    """Identifies one run of the service: a restart changes it."""
    unit = unit_of(node, instance)
    return [node.get_unit_property(unit, name) for name in ("InvocationID", "MainPID")]


def wait_for_restart(node: BaseMachine, before: int, instance: str = "default") -> None:
    unit = unit_of(node, instance)
    node.wait_until_succeeds(
        f"test $(systemctl show {unit} --property NRestarts --value) -gt {before}", timeout=90
    )


def check_state(node: BaseMachine, token: str, instance: str = "default") -> None:
    """Asserts that the state has survived: the same token, and databases without damage."""
    facts = FACTS[node.name][instance]
    assert node.succeed(f"cat {facts['state']}/gateway-token") == token
    # A gateway that starts makes and removes databases: one can go between being found and being opened.
    files = f"$(find {facts['state']} -name '*.sqlite' -size +0)"
    verdicts = node.wait_until_succeeds(f"python3 -c {quote(DATABASES)} {files}", timeout=30).split()
    assert verdicts != []
    assert set(verdicts) == {"ok"}, verdicts


def quote(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def start_model(node: BaseMachine, *steps: dict[str, Any]) -> None:
    """Starts a model that takes these steps, whatever it is asked."""
    node.execute("systemctl stop model")
    node.succeed(
        f"rm -f {MODEL_RESULTS}",
        "systemd-run --collect --unit=model --setenv=PATH=$PATH $(command -v nixmodgen-model) "
        f"{MODEL_PORT} {MODEL_RESULTS} {quote(json.dumps(steps))}",
    )
    node.wait_for_open_port(int(MODEL_PORT), "127.0.0.1")


def ask(node: BaseMachine) -> str:
    return "moltbot agent --agent main --message 'what is new?' --timeout 100"


def health_of(node: BaseMachine, instance: str = "default") -> str:
    return f"http://127.0.0.1:{FACTS[node.name][instance]['port']}/health"


def expect_refused_preparation(node: BaseMachine, status: str, said: str) -> None:
    """Asserts that the check of directories fails with `status`, says so in one line, and is not tried again."""
    unit = f"directories-{unit_of(node)}"
    node.execute(f"systemctl start {unit_of(node)}")
    node.wait_until_succeeds(f"systemctl is-failed {unit}", timeout=30)
    assert node.get_unit_property(unit, "ExecMainStatus") == status
    invocation = node.get_unit_property(unit, "InvocationID")
    lines = said_by(node, unit)
    assert len([line for line in lines if said in line]) == 1, lines
    node.sleep(8)
    assert node.get_unit_property(unit, "InvocationID") == invocation, "it was started again"


def starve(node: BaseMachine) -> None:
    """Takes the gateway's memory away until the kernel has killed it and systemd has started it again."""
    unit = unit_of(node)
    before = restarts(node)
    status, _ = node.execute("grep -qw memory /sys/fs/cgroup/cgroup.controllers")
    if status == 0:
        node.succeed(f"systemctl set-property --runtime {unit} MemoryMax=1M MemorySwapMax=0")
        wait_for_restart(node, before)
        node.succeed(f"systemctl revert {unit}")
        return
    # A container has the memory controller of cgroup v1, and shares it with its host.
    group = "/run/memory/starved"
    node.succeed(
        "mkdir /run/memory && mount -t cgroup -o memory cgroup /run/memory",
        f"mkdir {group}",
        f"echo 1M > {group}/memory.limit_in_bytes",
        f"echo {gateway_process(node)} > {group}/cgroup.procs",
    )
    wait_for_restart(node, before)
    node.succeed(f"grep 'oom_kill [1-9]' {group}/memory.oom_control", f"rmdir {group}", "umount /run/memory")


# Reads its offset from a file in the state directory, which the sandbox shows.
CLOCK_PROGRAM = """
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const RealDate = Date;
const offset = () => Number(readFileSync(join(__dirname, "clock-offset"), "utf8"));
const now = () => RealDate.now() + offset();
globalThis.Date = class extends RealDate {
  constructor(...words) { words.length === 0 ? super(now()) : super(...words); }
  static now() { return now(); }
};
"""


def set_up_clock(node: BaseMachine) -> None:
    """Makes the clock movable for programs that start from now on: the gateway and the operator's command,
    which have one clock on a real machine. The test must not move the machine's own clock."""
    facts = FACTS[node.name]["default"]
    clock = f"{facts['state']}/clock.cjs"
    node.wait_until_succeeds(f"test -d {facts['state']}", timeout=60)
    move_clock(node, 0)
    node.succeed(
        f"echo {quote(CLOCK_PROGRAM)} > {clock} && chown {facts['user']} {clock}",
        f"systemctl set-environment NODE_OPTIONS=--require={clock}",
    )


def move_clock(node: BaseMachine, days: int) -> None:
    facts = FACTS[node.name]["default"]
    offset = f"{facts['state']}/clock-offset"
    node.succeed(f"echo {days * 86_400_000} > {offset} && chown {facts['user']} {offset}")


# ---- a model that was talked into it ----

set_up_clock(injected)
put_secret(injected, "/run/keys/model", "model-key")
wait_until_healthy(injected)

with subtest("a model that has been talked into it gets no keys and no files of others"):
    key = "-----BEGIN OPENSSH PRIVATE KEY-----"
    places = ["/home/alice/.ssh/id_ed25519", "/root/.ssh/id_ed25519", "/var/lib/mail/inbox"]
    for place in places:
        injected.succeed(
            f"install -D -m 0644 /dev/null {place} && echo {quote(key)} > {place}",
            f"chmod 0755 $(dirname {place}) $(dirname $(dirname {place}))",
        )
    account = FACTS["injected"]["default"]["user"]
    as_account = f"setpriv --reuid={account} --regid={account} --clear-groups"
    # Only the sandbox stands between the service and these files.
    injected.succeed(*[f"{as_account} cat {place}" for place in places])
    start_model(
        injected,
        {"exec": f"cat {' '.join(places)}; ls -A /home /root /var/lib; echo tried"},
        {"exec": "tr '\\0' '\\n' < /proc/1/cmdline; ls /proc | grep -c '^[0-9]'; echo tried"},
        {"exec": "printf 'remember\\n' > note.md && git init -q . && cat note.md"},
        {"say": "I have had a look around."},
    )
    answer = injected.succeed(ask(injected))
    assert "a look around" in answer, answer
    stolen, processes, work = [str(result) for result in json.loads(injected.succeed(f"cat {MODEL_RESULTS}"))]
    assert "tried" in stolen and key not in stolen, stolen
    assert "No such file or directory" in stolen, stolen
    assert "tried" in processes, processes
    assert work.strip().endswith("remember"), work

with subtest("a clock that jumps, and jumps back, does not matter"):
    for days in (400, -400):
        move_clock(injected, days)
        start_model(injected, {"say": f"moved by {days}"})
        answer = injected.succeed(ask(injected))
        assert f"moved by {days}" in answer, answer
    # Right again: at the next start, a part of its state has a date in the future.
    move_clock(injected, 0)

# ---- stops and ends ----

# The first release that finishes its answer when it is stopped.
FINISHES = [2026, 8]
release = [int(part) for part in FACTS["injected"]["default"]["release"].split(".")]
outcome = "finishes its answer" if release >= FINISHES else "ends soon, as releases of its age do"

with subtest(f"a gateway that is stopped while busy {outcome}"):
    start_model(injected, {"say": "thought about it", "after": 8})
    injected.execute(f"rm -f /run/answer; ({ask(injected)} > /run/answer 2>&1 &) > /dev/null 2>&1")
    injected.wait_until_succeeds(f"test -e {MODEL_RESULTS}", timeout=180)
    injected.succeed(f"timeout 100 systemctl stop {unit_of(injected)}")
    assert injected.get_unit_property(unit_of(injected), "Result") == "success"
    if release >= FINISHES:
        injected.wait_until_succeeds("grep -q 'thought about it' /run/answer", timeout=30)

token = injected.succeed(f"cat {FACTS['injected']['default']['state']}/gateway-token")
wait_until_healthy(injected)

with subtest("a gateway that the kernel kills is started again"):
    before = restarts(injected)
    injected.succeed(f"kill -KILL {gateway_process(injected)}")
    wait_for_restart(injected, before)
    wait_until_healthy(injected)
    check_state(injected, token)

with subtest("a gateway that runs out of memory is started again"):
    starve(injected)
    wait_until_healthy(injected)
    check_state(injected, token)

with subtest("a machine that loses power in the middle of an answer comes back with its state"):
    start_model(injected, {"say": "never heard", "after": 60})
    injected.execute(f"({ask(injected)} &) > /dev/null 2>&1")
    injected.wait_until_succeeds(f"test -e {MODEL_RESULTS}", timeout=180)
    # Write everything to the disk first: this test is only about the gateway's own care.
    injected.succeed("sync")
    injected.crash()
    injected.start()
    put_secret(injected, "/run/keys/model", "model-key")
    wait_until_healthy(injected)
    check_state(injected, token)

# The first release that ends for good if it cannot write or its configuration is wrong. Releases before it run on,
# or systemd starts them again; both say so.
ENDS = [2026, 8]
ends = release >= ENDS
with subtest(f"a full disk is {'a final' if ends else 'an'} error that says so, and nothing is lost"):
    unit, state = unit_of(injected), FACTS["injected"]["default"]["state"]
    injected.succeed(
        f"systemctl stop {unit}",
        f"mkdir /run/copy && cp -a {state}/. /run/copy && mount -t tmpfs -o size=96M tmpfs {state}",
        f"cp -a /run/copy/. {state} && chown --reference=/run/copy {state} && chmod 0700 {state}",
    )
    # The places of managed files exist already, so the preparation needs no room.
    injected.execute(f"dd if=/dev/zero of={state}/filler bs=1M 2> /dev/null")
    injected.fail(f"head -c 100000 /dev/zero > {state}/more")
    injected.execute(f"systemctl start {unit}")
    if ends:
        injected.wait_until_succeeds(f"systemctl is-failed {unit}", timeout=60)
        assert injected.get_unit_property(unit, "ExecMainStatus") == CONFIGURATION_ERROR
        said = said_by(injected, unit)
        assert any("disk is full" in line for line in said), said
    else:
        injected.wait_until_succeeds(
            # The file system's words, or the database's.
            f"journalctl --output cat --unit {unit} | grep -qE 'no space left on device|disk is full'", timeout=120
        )
        injected.succeed(f"systemctl stop {unit}")
    injected.succeed(f"rm -f {state}/filler {state}/more")
    wait_until_healthy(injected)
    check_state(injected, token)
    injected.succeed(f"systemctl stop {unit} && umount {state}")

# ---- directories of others ----

aside = "/var/lib/aside"

with subtest("a state directory that belongs to somebody else is a final error, and stays theirs"):
    account = FACTS["injected"]["default"]["user"]
    injected.succeed(f"chown --recursive 4242:4242 {state}")
    complaint = (
        f"{state} belongs to somebody else: configure another directory, "
        f"or give it to the service with chown -R {account} {state}"
    )
    expect_refused_preparation(injected, CONFIGURATION_ERROR, complaint)
    assert injected.succeed(f"find {state} ! -user 4242") == ""
    injected.succeed(f"chown --recursive {account}:{account} {state}")
    wait_until_healthy(injected)
    check_state(injected, token)
    injected.succeed(f"systemctl stop {unit}")

with subtest("a database of somebody else is named, and all is well once all are given back"):
    account = FACTS["injected"]["default"]["user"]
    databases = injected.succeed(f"find {state} -name '*.sqlite*'").split()
    injected.succeed(f"chown 4242 {' '.join(databases)}")
    # A start that fails.
    injected.execute(f"systemctl start {unit}")
    said = said_by(injected, f"prepare-{unit}")
    complaints = [
        f"{database} belongs to somebody else: if that is in the way, chown -h {account} {database}"
        for database in databases
    ]
    # The preparation names one of them for all.
    assert len([line for line in said if line in complaints]) == 1, said
    if ends:
        injected.wait_until_fails(f"systemctl is-active {unit}", timeout=60)
    injected.succeed(f"systemctl stop {unit}", f"chown {account} {' '.join(databases)}")
    wait_until_healthy(injected)
    check_state(injected, token)
    injected.succeed(f"systemctl stop {unit}")

with subtest("a link or a file in place of the state directory is a final error that says so"):
    injected.succeed(f"mv {state} {aside}")
    for make, reason in (
        (
            f"ln -s {aside} {state}",
            "is a link: remove it, or configure the directory that it leads to",
        ),
        (f"touch {state}", "is not a directory: move it away"),
    ):
        injected.succeed(make)
        expect_refused_preparation(injected, CONFIGURATION_ERROR, f"{state} {reason}")
        injected.succeed(f"rm {state}")
    injected.succeed(f"mv {aside} {state}")
    wait_until_healthy(injected)
    check_state(injected, token)

with subtest("a preparation that fails keeps neither the machine nor a switch waiting"):
    injected.succeed(
        f"systemctl stop {unit}",
        f"mount -t tmpfs -o size=1M,mode=0700,uid=$(id -u {account}) tmpfs {state}",
    )
    injected.execute(f"dd if=/dev/zero of={state}/filler bs=4k 2> /dev/null")
    status, _ = injected.execute(f"timeout 60 systemctl start {unit}")
    assert status == 1, status
    injected.succeed(f"systemctl is-failed prepare-{unit}")
    said = said_by(injected, f"prepare-{unit}")
    assert any("No space left on device" in line for line in said), said
    # It tries again, and does not wait.
    injected.succeed("timeout 60 systemctl start multi-user.target")
    injected.succeed(f"umount {state}")
    wait_until_healthy(injected)
    check_state(injected, token)

injected.shutdown()

put_secret(password, "/run/keys/password", "a-long-password")
prepare(password)
wait_until_healthy(password)

with subtest("a workspace outside of /var/lib that belongs to somebody else is a final error"):
    unit, workspace = unit_of(password), FACTS["password"]["default"]["workspace"]
    account = FACTS["password"]["default"]["user"]
    password.succeed(f"systemctl stop {unit}", f"chown 4242 {workspace}")
    complaint = (
        f"{workspace} belongs to somebody else: configure another directory, "
        f"or give it to the service with chown -R {account} {workspace}"
    )
    expect_refused_preparation(password, CONFIGURATION_ERROR, complaint)
    password.succeed(f"chown --recursive {account} {workspace}")
    wait_until_healthy(password)

with subtest("a file in place of such a workspace is a final error"):
    password.succeed(f"systemctl stop {unit}", f"mv {workspace} {aside} && touch {workspace}")
    complaint = f"{workspace} is not a directory: move it away"
    expect_refused_preparation(password, CONFIGURATION_ERROR, complaint)
    password.succeed(f"rm {workspace} && mv {aside} {workspace}")
    wait_until_healthy(password)

password.shutdown()

# ---- one instance's fault is not another's ----

for instance in ("work", "family"):
    prepare(several, instance)
    wait_until_healthy(several, instance)
untouched = running(several, "work")

with subtest("a port that is taken is tried again until it is free"):
    unit, port = unit_of(several, "family"), FACTS["several"]["family"]["port"]
    listen = f"import socket, time; s = socket.create_server(('127.0.0.1', {port})); time.sleep(600)"
    several.succeed(
        f"systemctl stop {unit}",
        f"systemd-run --unit=squatter --setenv=PATH=$PATH $(command -v python3) -c {quote(listen)}",
    )
    several.wait_for_open_port(int(port), "127.0.0.1")
    several.execute(f"systemctl start {unit}")
    wait_for_restart(several, 0, "family")
    several.succeed("systemctl stop squatter")
    several.wait_until_succeeds(f"curl --fail --silent {health_of(several, 'family')}", timeout=120)

with subtest(f"a configuration that the gateway refuses is {'a final' if ends else 'an'} error that says so"):
    config = FACTS["several"]["family"]["config"]
    several.succeed(
        "install -m 0444 /dev/null /run/wrong.json",
        """echo '{"gateway": {"mode": "local", "port": "twelve"}}' > /run/wrong.json""",
        f"mount --bind /run/wrong.json {config}",
    )
    several.execute(f"systemctl restart {unit}")
    if ends:
        several.wait_until_succeeds(f"systemctl is-failed {unit}", timeout=60)
        assert several.get_unit_property(unit, "ExecMainStatus") == CONFIGURATION_ERROR
        said = said_by(several, unit)
        assert any("gateway.port" in line for line in said), said
        invocation = several.get_unit_property(unit, "InvocationID")
        several.sleep(8)
        assert several.get_unit_property(unit, "InvocationID") == invocation, "it was started again"
    else:
        # It exits with 1, as after any error: systemd starts it again, more slowly each time.
        several.wait_until_succeeds(
            f"test $(systemctl show {unit} --property NRestarts --value) -gt 0"
            f" && journalctl --output cat --unit {unit} | grep -q 'gateway.port: Invalid input'",
            timeout=60,
        )
    several.succeed(f"umount {config}")
    wait_until_healthy(several, "family")

with subtest("the other instance has not noticed"):
    now = running(several, "work")
    assert now == untouched, (untouched, now)
    wait_until_healthy(several, "work")

several.shutdown()
