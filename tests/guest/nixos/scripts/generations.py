# ruff: noqa: F821  (undefined names come from the test driver and switch/)
"""One machine goes through its generations: tests restarts, owners, and the state that stays."""

machine.start()
machine.wait_for_unit("multi-user.target")
put_keys()

with subtest("the machine is a NixOS, and nothing of it has failed"):
    assert machine.succeed("ls /usr /usr/bin").split() == ["/usr:", "bin", "/usr/bin:", "env"]
    machine.wait_until_succeeds("systemctl is-system-running", timeout=60)

with subtest("a first installation names a state of somebody else, and leaves it to them"):
    machine.succeed(
        f"install -d -m 0755 -o 4711 -g 4711 {STATE} {STATE}/workspace",
        f"echo kept > {STATE}/workspace/note && chown 4711:4711 {STATE}/workspace/note",
    )
    switch("first")
    machine.wait_until_succeeds(f"journalctl --boot --output cat | grep -F {STATE}", timeout=60)
    machine.fail(f"systemctl is-active {UNIT}")
    assert facts(STATE) == "directory UNKNOWN UNKNOWN 755"

with subtest("once it is given to the service, that runs with what is in it"):
    machine.succeed(f"chown --recursive moltbot:moltbot {STATE} && chmod 0700 {STATE}")
    machine.succeed(f"systemctl restart {UNIT}")
    healthy(18789)
    assert facts(f"{STATE}/workspace/note") == "regular file moltbot moltbot 644"
    assert machine.succeed(f"cat {STATE}/workspace/note").strip() == "kept"
    assert facts("/etc/moltbot/default.json") == "regular file root root 444"

user_id = machine.succeed("id -u moltbot").strip()
token = machine.succeed(f"cat {STATE}/gateway-token")

with subtest("a switch to the same generation restarts nothing"):
    before = invocation()
    assert switch("first") == set()
    assert invocation() == before

with subtest("names are looked up through nscd, also when that has been started again"):
    getent = machine.succeed("readlink -f $(type -P getent)").strip()

    def looked_up_inside() -> str:
        process = machine.get_unit_property(UNIT, "MainPID")
        # Only a module outside of the sandbox knows this name, so it needs nscd.
        _, said = machine.execute(f"timeout 20 nsenter --target {process} --mount {getent} ahosts some.localhost")
        return said

    before = invocation()
    assert "127.0.0.1" in looked_up_inside(), looked_up_inside()
    machine.succeed("systemctl stop nscd.service")
    assert looked_up_inside() == ""
    machine.succeed("systemctl start nscd.service")
    assert "127.0.0.1" in looked_up_inside(), "the service sees an old socket"
    assert invocation() == before

with subtest("a changed port restarts the service, which keeps its state"):
    before = invocation()
    assert UNIT in switch("port")
    healthy(18999)
    silent(18789)
    assert invocation() != before
    assert machine.succeed(f"cat {STATE}/gateway-token") == token

with subtest("a rollback restarts it with the old configuration"):
    assert UNIT in switch("first")
    healthy(18789)
    silent(18999)

with subtest("documents restart the service, which sees them, and no more so after the rollback"):
    before = seen_by_service(f"{STATE}/workspace/AGENTS.md")
    assert UNIT in switch("document")
    healthy(18789)
    seen = seen_by_service(f"{STATE}/workspace/AGENTS.md")
    assert seen.startswith("# AGENTS\n"), seen
    assert UNIT in switch("first")
    healthy(18789)
    assert seen_by_service(f"{STATE}/workspace/AGENTS.md") == before
    assert seen_by_service(f"{STATE}/workspace/note") == "kept\n"

with subtest("another path of a secret restarts the service, which reads that"):
    assert UNIT in switch("secret")
    healthy(18789)
    assert uses_key("sk-ant-another") and not uses_key("sk-ant-one")
    switch("first")
    healthy(18789)

with subtest("a user that the configuration takes over keeps id and state"):
    before = invocation()
    assert switch("taken-over") == set()
    assert invocation() == before, "it was restarted"
    assert machine.succeed("id -u moltbot").strip() == user_id
    assert facts(STATE) == "directory moltbot moltbot 700"
    assert machine.succeed(f"cat {STATE}/gateway-token") == token

with subtest("instances take the place of the service, whose state stays"):
    switch("two")
    healthy(18801)
    healthy(18802)
    silent(18789)
    machine.fail(f"systemctl cat {UNIT}")
    machine.fail("test -e /etc/moltbot/default.json")
    # Its user is gone, too, and nobody owns its files; NixOS keeps the id for its return.
    assert facts(STATE) == "directory UNKNOWN UNKNOWN 700"

with subtest("a renamed instance leaves the others alone, and its state behind"):
    home = invocation("moltbot-gateway-home.service")
    switch("renamed")
    healthy(18802)
    machine.succeed("curl --fail --silent http://127.0.0.1:18801/health")
    assert invocation("moltbot-gateway-home.service") == home, "it was restarted"
    machine.fail("systemctl is-active moltbot-gateway-work.service")
    machine.succeed("test -e /var/lib/moltbot-work/gateway-token")

with subtest("a removed instance leaves the others alone"):
    switch("one")
    silent(18802)
    assert invocation("moltbot-gateway-home.service") == home, "it was restarted"
    machine.fail("id moltbot-office", "test -e /etc/moltbot/office.json")

with subtest("an added instance leaves the others alone, and has the state of one that had its name"):
    work = machine.succeed("cat /var/lib/moltbot-work/gateway-token")
    switch("two")
    healthy(18802)
    assert invocation("moltbot-gateway-home.service") == home, "it was restarted"
    assert machine.succeed("cat /var/lib/moltbot-work/gateway-token") == work
    assert facts("/var/lib/moltbot-work") == "directory moltbot-work moltbot-work 700"

with subtest("what comes back has its id, its state and its token again"):
    switch("first")
    healthy(18789)
    assert machine.succeed("id -u moltbot").strip() == user_id
    assert facts(STATE) == "directory moltbot moltbot 700"
    assert machine.succeed(f"cat {STATE}/gateway-token") == token

with subtest("a generation whose service fails can be rolled back from"):
    switch("broken")
    machine.wait_until_succeeds(f"systemctl is-failed {UNIT}", timeout=120)
    switch("first")
    healthy(18789)
    assert machine.succeed(f"cat {STATE}/gateway-token") == token

with subtest("after a boot the last generation is the one that runs"):
    switch("port")
    machine.reboot()
    put_keys()
    machine.succeed(f"systemctl restart {UNIT}")
    healthy(18999)
    assert machine.succeed("id -u moltbot").strip() == user_id
