# ruff: noqa: F821  (machine and subtest come from the test driver)
"""Each directive that the launcher looks at, taken away: the start ends, and names it. A service manager that does not
know a directive, or a container that does not allow it, leaves the same behind."""

UNIT = "moltbot-gateway.service"
DROP_IN = f"/run/systemd/system/{UNIT}.d/weaker.conf"

# The line that takes a directive away.
WEAKER = {
    "PrivateTmp": ["PrivateTmp=yes"],
    "CapabilityBoundingSet": ["CapabilityBoundingSet=CAP_SYS_ADMIN"],
    "PrivateUsers": ["PrivateUsers=no"],
    "PrivatePIDs": ["PrivatePIDs=no"],
    "ProtectProc": ["ProtectProc=default"],
    "ProcSubset": ["ProcSubset=all"],
    "ProtectControlGroups": ["ProtectControlGroups=yes"],
    "IPAddressDeny": ["IPAddressDeny="],
    "SystemCallFilter": ["SystemCallFilter="],
    "LimitCORE": ["LimitCORE=4096"],
}

# What others imply, and what a container does not show: its own namespaces are not those of the kernel's start.
UNSEEN = {"NoNewPrivileges", "PrivateIPC", "ProtectHostname"}

machine.wait_for_unit("multi-user.target")
machine.succeed("install -d -m 0700 /run/keys", "echo sk-ant-test > /run/keys/anthropic")
# Without a route, no packet tells whether the kernel would refuse it. Nobody is there.
machine.succeed(
    "ip link add eth0 type veth peer name peer && ip link set peer up",
    "ip address add 192.168.77.5/24 dev eth0 && ip link set eth0 up && ip route add default via 192.168.77.1",
)
machine.execute(f"systemctl stop {UNIT}; systemctl reset-failed {UNIT}")
machine.succeed(f"mkdir -p $(dirname {DROP_IN})")
launcher = machine.succeed(f"systemctl show {UNIT} --property ExecStart").split("path=")[1].split()[0]


def start_with(lines):
    """What the launcher says, if the unit has these lines, too."""
    text = "\\n".join(["[Service]", *lines, ""])
    machine.succeed(f"printf '{text}' > {DROP_IN}", "systemctl daemon-reload")
    machine.fail(f"timeout 60 systemctl start {UNIT}")
    invocation = machine.get_unit_property(UNIT, "InvocationID")
    assert machine.get_unit_property(UNIT, "ExecMainStatus") == "78"
    said = machine.succeed(f"journalctl --output cat _SYSTEMD_INVOCATION_ID={invocation}")
    machine.succeed(f"rm {DROP_IN}", "systemctl daemon-reload", f"systemctl reset-failed {UNIT}")
    return said


with subtest("the launcher looks at these directives"):
    looked_at = machine.succeed(f"grep -o '^ *expect_directive [A-Za-z]*' {launcher}").split()[1::2]
    assert set(looked_at) == {*WEAKER, *UNSEEN, "TemporaryFileSystem"}, looked_at

for directive, lines in WEAKER.items():
    with subtest(f"the start ends without {directive}="):
        said = start_with(lines)
        assert f"this machine does not carry out {directive}=, so the sandbox" in said, said

with subtest("it names all that are missing"):
    said = start_with(["PrivatePIDs=no", "ProtectControlGroups=yes"])
    assert "does not carry out PrivatePIDs= ProtectControlGroups=, so" in said, said

with subtest("it starts with all of them"):
    machine.succeed(f"timeout 110 systemctl start {UNIT}")
