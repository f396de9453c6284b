# ruff: noqa: F821  (undefined names come from the test driver and switch/)
"""A machine with an immutable /etc; a service makes its accounts and never deletes them."""

machine.start()
machine.wait_for_unit("multi-user.target")
put_keys()

with subtest("/etc is an overlay that nobody can write to, and nothing has failed but for want of a key"):
    assert machine.succeed("findmnt --noheadings --output FSTYPE /etc").strip() == "overlay"
    machine.fail("touch /etc/new")
    machine.succeed(f"systemctl reset-failed {UNIT}; systemctl restart {UNIT}")
    machine.wait_until_succeeds("systemctl is-system-running", timeout=60)

with subtest("the service runs, with an account of userborn's"):
    healthy(18789)
    assert facts(STATE) == "directory moltbot moltbot 700"
    assert machine.succeed("readlink /etc/passwd").strip() == "/var/lib/nixos/passwd"

user_id = machine.succeed("id -u moltbot").strip()
token = machine.succeed(f"cat {STATE}/gateway-token")

with subtest("inside, it has the files of /etc that it is to have, and no others"):
    process = machine.get_unit_property(UNIT, "MainPID")
    inside = f"/proc/{process}/root/etc"
    machine.succeed(
        f"grep --quiet '^moltbot:' {inside}/passwd", f"test -s {inside}/ssl/certs/ca-certificates.crt"
    )
    machine.fail(f"test -e {inside}/shadow")
    assert machine.succeed(f"ls {inside}/moltbot").split() == ["default.json"]

with subtest("a changed port restarts the service, which keeps its account and state"):
    assert UNIT in switch("port")
    healthy(18999)
    silent(18789)
    assert machine.succeed("id -u moltbot").strip() == user_id
    assert machine.succeed(f"cat {STATE}/gateway-token") == token

with subtest("instances take the place of the service, whose account stays, and its id"):
    switch("two")
    healthy(18801)
    healthy(18802)
    machine.fail(f"systemctl cat {UNIT}", "test -e /etc/moltbot/default.json")
    assert machine.succeed("id -u moltbot").strip() == user_id
    assert facts(STATE) == "directory moltbot moltbot 700"

with subtest("a removed instance leaves the others alone"):
    home = invocation("moltbot-gateway-home.service")
    switch("one")
    silent(18802)
    assert invocation("moltbot-gateway-home.service") == home, "it was restarted"
    machine.fail("test -e /etc/moltbot/work.json")

with subtest("what comes back has its id, its state and its token again, and so has a boot later"):
    switch("machine")
    healthy(18789)
    machine.reboot()
    put_keys()
    machine.succeed(f"systemctl restart {UNIT}")
    healthy(18789)
    assert machine.succeed("id -u moltbot").strip() == user_id
    assert machine.succeed(f"cat {STATE}/gateway-token") == token
