# ruff: noqa: F821  (machine and subtest come from the test driver, RELEASE from readiness.nix)
"""A start that succeeded is one of a gateway that answers, and one that failed is seen to fail."""

# The first release that does not start without a plugin that it wants; those before it say nothing.
WANTS_PLUGINS = [2026, 7, 1]


def unit_of(name):
    return f"moltbot-gateway-{name}.service"


def state_of(name):
    return machine.get_unit_property(unit_of(name), "ActiveState")


def start(name):
    return machine.execute(f"timeout 200 systemctl start {unit_of(name)} 2>&1")


def expect_told(name, *texts):
    """What is logged of a unit that failed, of which a switch shows the last lines, says why."""
    for text in texts:
        machine.wait_until_succeeds(
            f"journalctl --boot --unit {unit_of(name)} --lines 30 | grep --fixed-strings '{text}'", timeout=10
        )


machine.wait_for_unit("multi-user.target")
machine.succeed("install -d -m 0700 /run/keys", "echo sk-ant-test > /run/keys/anthropic")

with subtest("once the start is over the gateway is ready"):
    machine.succeed(f"systemctl start {unit_of('sound')}")
    machine.succeed("curl --fail --silent http://127.0.0.1:18789/readyz")

with subtest("the operator's command works before that, too"):
    machine.succeed(f"systemctl restart --no-block {unit_of('sound')}")
    machine.wait_until_succeeds(f"systemctl show {unit_of('sound')} -P ActiveState | grep -x activating")
    machine.succeed("moltbot --instance sound --version")
    machine.wait_for_unit(unit_of("sound"))

with subtest("a start that is stopped is stopped as usual"):
    machine.succeed(f"systemctl restart --no-block {unit_of('sound')}", "sleep 4")
    assert state_of("sound") == "activating"
    machine.succeed(f"timeout 60 systemctl stop {unit_of('sound')}")
    assert state_of("sound") == "inactive"
    journal = machine.succeed(f"journalctl --boot --unit {unit_of('sound')} --output cat | tail -n 20")
    assert "SIGKILL" not in journal and "timed out" not in journal, journal

with subtest("a gateway whose port is taken by another is a start that failed"):
    machine.succeed("systemd-run --unit taker --socket-property ListenStream=127.0.0.1:18791 true")
    status, said = start("taken")
    assert status != 0, said
    expect_told("taken", "it ended before it was ready: what it said is above")
    machine.succeed(f"systemctl stop {unit_of('taken')} taker.socket")

with subtest("a service that lets everybody wait holds up neither a stop nor, for long, a start"):
    machine.succeed(f"systemctl start --no-block {unit_of('hostile')}")
    machine.wait_until_succeeds("ss --no-header --listening --tcp --numeric 'sport = :18792' | grep .")
    # Now somebody waits for an answer.
    machine.succeed("sleep 3", f"timeout 30 systemctl stop {unit_of('hostile')}")
    assert state_of("hostile") == "inactive"
    machine.succeed(f"timeout 60 systemctl start {unit_of('hostile')}")
    expect_told("hostile", "it has listened for 30 s and does not say that it is ready")
    machine.succeed(f"timeout 30 systemctl stop {unit_of('hostile')}")

for variable in ("MAINPID", "CREDENTIALS_DIRECTORY"):
    with subtest(f"a file of variables that sets {variable} is refused, and no other process is asked to stop"):
        machine.succeed("systemd-run --unit other sleep infinity")
        other = machine.get_unit_property("other.service", "MainPID")
        value = other if variable == "MAINPID" else "/srv"
        machine.succeed(f"echo {variable}={value} > /run/keys/variables")
        status, said = start("misled")
        assert status not in (0, 124), (status, said)
        expect_told("misled", f"an environment file sets {variable}")
        assert machine.get_unit_property(unit_of("misled"), "ExecMainStatus") == "78"
        machine.succeed(f"systemctl stop {unit_of('misled')}")
        assert machine.get_unit_property("other.service", "MainPID") == other
        machine.succeed("systemctl is-active other", "systemctl stop other")

if [int(part) for part in RELEASE.split(".")] >= WANTS_PLUGINS:
    with subtest("a gateway that ends after it has begun to listen is a start that failed, and delays no other"):
        machine.succeed(f"systemctl start --no-block {unit_of('late')}", f"systemctl start {unit_of('sound')}")
        machine.succeed("curl --fail --silent http://127.0.0.1:18789/readyz")
        machine.wait_until_succeeds(f"systemctl is-failed {unit_of('late')}", timeout=120)
        status, said = start("late")
        assert status != 0, said
        assert machine.get_unit_property(unit_of("late"), "ExecMainStatus") == "78"
        expect_told("late", "it ended before it was ready", "brave")
