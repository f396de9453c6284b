# ruff: noqa: F821  (machine, home, start_all and subtest come from the test driver)
"""The doctor finds all promises kept in the running gateway, and exactly those broken that a drop-in breaks. A service
cannot talk it into anything."""

import json
import shlex

ALICE = "alice"
HOME_COMMAND = "/home/alice/.nix-profile/bin/moltbot"
UNIT = "moltbot-gateway.service"
NAMED = "moltbot-gateway-named.service"
RUNNING = "running"

EGRESS = [
    "cloud metadata",
    "cloud metadata over version 6",
    "the cloud's host",
    "large private networks",
    "middling private networks",
    "small private networks",
    "carriers' and tunnels' networks",
    "site-local networks",
    "cloud metadata behind a translator",
    "private networks through a tunnel",
]
SYSTEM_CALLS = [
    "bpf",
    "performance counters",
    "page fault handlers",
    "asynchronous rings",
    "keyrings",
    "adding keys",
    "tracing",
    "memory of other processes",
    "writing memory of others",
    "files of other processes",
    "comparing processes",
    "files by handle",
    "priorities",
    "mounts",
    "another root",
    "swap space",
    "segments of other processors",
    "obsolete questions about file systems",
]
CLOSED = [
    f"closed by confinement.egress: {what}"
    for what in (
        "abstract sockets of others are within reach",
        "names of the internet are looked up",
        "services of this machine",
        "the internet can be reached",
        "the internet of version 6, too",
        "the network is the machine's, unless only named hosts are to be reached",
    )
]

# A line that takes a directive away, and the promises that are not kept then. Where the kernel shows the difference to
# the service, which runs as it was started, `running` is one of them.
WEAKER = {
    "TemporaryFileSystem=\\nProtectHome=no\\nPrivateTmp=no": [
        RUNNING,
        "directories nobody thought of",
        "files of /etc, units among them",
        "files of others in /etc",
        "the machine's id",
        "what it may not write has no second name",
        "state of other services",
        "logs",
        *("/srv", "/mnt", "/media", "/opt", "/boot"),
        "runtime files of others",
        "shared memory files of others",
        "the system bus",
        "systemd's private socket",
        "systemd's lookup sockets",
        "the journal's sockets",
        "runtime files have little room",
        "the root directory is not writable",
        "home directories",
        "root's home",
        "temporary files of others",
        "longer-lived temporary files",
    ],
    "InaccessiblePaths=\\nReadOnlyPaths=\\nPrivateDevices=no\\nCapabilityBoundingSet=~": [
        RUNNING,
        "the kernel's object tree",
        "a skill cannot be written",
        "the skills cannot be moved away",
        "devices",
        "no capability can be gained",
        "the machine cannot be restarted",
        # Both directives keep it.
        "ports of devices are closed",
    ],
    "PrivatePIDs=no": [RUNNING, "process ids are its own"],
    "PrivatePIDs=no\\nProtectProc=default\\nProcSubset=all": [
        RUNNING,
        "processes of others",
        "processes of its own user",
        "facts about the machine",
        "process ids are its own",
    ],
    "SocketBindDeny=\\nIPAddressDeny=": [
        *("other ports", "any free port", "datagram ports", "ports of a rarer protocol"),
        *EGRESS,
    ],
    "RestrictNamespaces=no\\nSystemCallArchitectures=\\nSystemCallFilter=": [
        RUNNING,
        *("user namespaces", "mount namespaces", "network namespaces"),
        "entering the namespaces of others",
        "programs for other machines",
        *SYSTEM_CALLS,
    ],
    "UMask=0022\\nSecureBits=\\nLimitCORE=infinity\\nTasksMax=infinity\\nSyslogLevelPrefix=yes": [
        RUNNING,
        "new files are private",
        "user 0 would be nobody special",
        "core dumps",
        "no more than 1024 processes",
        "a line cannot choose its own level",
    ],
}


def as_alice(command):
    environment = "export XDG_RUNTIME_DIR=/run/user/$(id -u)"
    return f"su -l {ALICE} -s /bin/bash -c {shlex.quote(f'{environment}; {command}')}"


def examined(arguments, node=machine, wrap=str, command="moltbot"):
    """The exit status of the doctor, and what it found."""
    status, said = node.execute(wrap(f"timeout 100 {command} {arguments} --json 2>&1"))
    assert status in (0, 1), (status, said)
    return status, json.loads(said)


def of_verdict(found, verdict):
    results = found["promises"]
    return [
        RUNNING if result["rule"] == RUNNING else result["promise"]
        for result in results
        if result["verdict"] == verdict
    ]


def weaken(lines, unit=UNIT):
    folder = f"/run/systemd/system/{unit}.d"
    machine.succeed(f"mkdir -p {folder} && printf '[Service]\\n{lines}\\n' > {folder}/weaker.conf; systemctl daemon-reload")


def strengthen(unit=UNIT):
    machine.succeed(f"rm -r /run/systemd/system/{unit}.d; systemctl daemon-reload")


start_all()
for node in (machine, home):
    # A way to everywhere, where nobody is: only then does the kernel tell which packets it would send.
    node.succeed(
        "ip link add eth0 type veth peer name peer && ip link set peer up",
        "ip address add 192.168.77.5/24 dev eth0 && ip link set eth0 up && ip route add default via 192.168.77.1",
        "ip address add fd77::5/64 dev eth0 nodad && ip route add default via fd77::1",
    )
# On a whole NixOS, the configuration has it.
machine.succeed("grep -q example.org /etc/hosts || echo 192.0.2.1 example.org >> /etc/hosts")
# The boot starts them without the key.
machine.wait_for_unit("multi-user.target")
machine.execute("systemctl stop moltbot-gateway 'moltbot-gateway-*.service'; systemctl reset-failed")
machine.succeed(
    "mkdir -p /srv /mnt /media /opt /boot",
    "install -d -m 0700 /run/keys && echo sk-ant-test > /run/keys/anthropic",
)
machine.succeed(f"systemctl start --no-block {UNIT} {NAMED} moltbot-gateway-loose")
home.wait_for_unit("user@1000.service")
home.wait_until_succeeds(as_alice("systemctl --user is-active basic.target"))
home.succeed(as_alice("echo sk-ant-test > anthropic && chmod 0600 anthropic && /etc/home-manager/alice/activate"))
home.succeed(as_alice(f"systemctl --user restart {UNIT}"))
for unit in (UNIT, NAMED):
    machine.wait_for_unit(unit)

with subtest("all promises are kept in the running gateway"):
    status, found = examined("--instance default doctor")
    assert status == 0 and found["kept"] and found["certain"], (status, of_verdict(found, "not kept"))
    assert found["service"] == UNIT, found["service"]
    assert not of_verdict(found, "given up"), found
    tried = of_verdict(found, "kept")
    assert set().union(*WEAKER.values()) <= set(tried), set().union(*WEAKER.values()) - set(tried)

with subtest("the table says so in words"):
    said = machine.succeed("moltbot --instance default doctor")
    assert f"{UNIT}, on systemd" in said and "The promises hold since systemd 257." in said, said
    assert "kept       homes                      2 of 2 tried" in said, said
    assert f"\n{len(tried)} kept, 0 not kept, 0 given up, " in said, said
    assert "\033" not in said, said

for lines, broken in WEAKER.items():
    with subtest(f"without {lines} it finds what is not kept"):
        weaken(lines)
        status, found = examined("--instance default doctor")
        assert (status, sorted(of_verdict(found, "not kept"))) == (1, sorted(broken)), (status, of_verdict(found, "not kept"))
strengthen()

with subtest("in a network of named hosts nothing else is within reach"):
    status, found = examined("--instance named doctor")
    assert status == 0, of_verdict(found, "not kept")
    assert {*CLOSED, *EGRESS} <= set(of_verdict(found, "kept")), of_verdict(found, "kept")
    weaken("PrivateNetwork=no", NAMED)
    status, found = examined("--instance named doctor")
    strengthen(NAMED)
    broken = [RUNNING, *(promise for promise in CLOSED if "names of the internet" not in promise)]
    assert (status, sorted(of_verdict(found, "not kept"))) == (1, sorted(broken)), of_verdict(found, "not kept")

with subtest("what an option gives up is no broken promise, and everything else is kept"):
    status, found = examined("--instance loose doctor")
    assert status == 0, of_verdict(found, "not kept")
    expected = [*EGRESS, "user namespaces", "mount namespaces", "network namespaces", "facts about the machine"]
    expected += ["mounts", "another root", "entering the namespaces of others", "no more than 1024 processes"]
    assert sorted(of_verdict(found, "given up")) == sorted(expected), of_verdict(found, "given up")

HOSTILE = "moltbot-gateway-hostile.service"


def start_hostile():
    machine.succeed(f"systemctl stop {HOSTILE} && systemctl start --no-block {HOSTILE}")
    machine.wait_until_succeeds(
        # Until it runs, the unit has the invocation before.
        f"test $(systemctl show {HOSTILE} -P MainPID) -gt 1 && "
        f"journalctl --output cat _SYSTEMD_INVOCATION_ID=$(systemctl show {HOSTILE} -P InvocationID) | grep owned",
        timeout=60,
    )


with subtest("a hostile service does not reach the probes, and nothing that it says is shown"):
    start_hostile()
    for word in ("", " --json"):
        said = machine.succeed(f"moltbot --instance hostile doctor{word} 2>&1")
        assert "owned" not in said and "\033" not in said, said

with subtest("it looks at the service that runs, however weak that is"):
    weaken("UMask=0022\\nLockPersonality=no", HOSTILE)
    start_hostile()
    status, found = examined("--instance hostile doctor")
    assert status == 1 and sorted(of_verdict(found, "not kept")) == ["new files are private", "old personalities"], found

with subtest("who ends the probes gets no good word"):
    weaken("PrivatePIDs=no", HOSTILE)
    start_hostile()
    status, said = machine.execute("timeout 100 moltbot --instance hostile doctor 2>&1")
    assert status in (1, 75), (status, said)
    assert status == 1 or "the probes do not run to their end" in said, said
    strengthen(HOSTILE)
    machine.execute(f"systemctl stop {HOSTILE}")

with subtest("a service that does not run is not examined"):
    status, said = machine.execute("moltbot --instance hostile doctor 2>&1")
    assert status == 69 and f"{HOSTILE} does not run" in said, (status, said)

with subtest("other words are refused, and the program's own are behind --"):
    status, said = machine.execute("moltbot --instance default doctor --all 2>&1")
    assert status == 64 and "doctor stands alone" in said, (status, said)
    said = machine.succeed("moltbot --instance loose -- doctor --all")
    assert said == "played: doctor --all\n", said
    status, said = machine.execute("setpriv --reuid=65534 --clear-groups moltbot --instance default doctor 2>&1")
    assert status == 77 and "has to run as root" in said, (status, said)

with subtest("a doctor that is killed leaves nothing behind for long"):
    machine.execute("timeout --signal KILL 0.3 moltbot --instance default doctor")
    machine.succeed("moltbot --instance default doctor > /dev/null")
    left = machine.succeed("ls -d /run/doctor-* /run/systemd/system/doctor-* 2> /dev/null || true")
    assert left == "", left

with subtest("a user's own service keeps what is promised of it"):
    home.wait_until_succeeds("curl --fail --silent http://127.0.0.1:18789/health", timeout=60)
    status, found = examined("doctor", home, as_alice, HOME_COMMAND)
    assert status == 0, of_verdict(found, "not kept")
    kept = of_verdict(found, "kept")
    assert {RUNNING, "home directories", "process ids are its own", "bpf", "core dumps"} <= set(kept), kept
    folder = f".config/systemd/user/{UNIT}.d"
    home.succeed(as_alice(f"mkdir -p {folder} && printf '[Service]\\nLockPersonality=no\\n' > {folder}/weaker.conf"))
    home.succeed(as_alice("systemctl --user daemon-reload"))
    status, found = examined("doctor", home, as_alice, HOME_COMMAND)
    assert (status, of_verdict(found, "not kept")) == (1, [RUNNING, "old personalities"]), of_verdict(found, "not kept")
    said = home.succeed(as_alice("ls -d $XDG_RUNTIME_DIR/doctor-* $XDG_RUNTIME_DIR/systemd/user/doctor-* || true"))
    assert said == "", said
