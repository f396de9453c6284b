"""What happens on the machines of the VM test (scenarios.ts)."""

KEY_FILE = "/run/keys/anthropic"
KEY_OPTION = "services.moltbot.providers.anthropic.apiKeyFile"
PATHS_OPTION = "services.moltbot.instances.read-only-paths.confinement.readOnlyPaths"
CONFIGURATION_ERROR = "78"


def put_secret(node: BaseMachine, file: str, content: str) -> None:
    node.succeed(
        "install -d -m 0700 /run/keys",
        f"install -m 0400 /dev/null {file}",
        f"printf %s '{content}' > {file}",
    )


def wait_until_healthy(node: BaseMachine, instance: str = "default") -> None:
    facts = FACTS[node.name][instance]
    url = f"http://127.0.0.1:{facts['port']}/health"
    # Started at boot, it has failed if its credential was not there yet.
    node.wait_until_succeeds(
        f"systemctl start {facts['unit']} && curl --fail --silent {url}", timeout=180
    )
    health = json.loads(node.succeed(f"curl --fail --silent {url}"))
    assert health == {"ok": True, "status": "live"}, health
    node.require_unit_state(facts["unit"])


def prepare(node: BaseMachine, instance: str = "default") -> Any:
    facts = FACTS[node.name][instance]
    put_secret(node, KEY_FILE, "sk-ant-test")
    return facts


def expect_complaint(node: BaseMachine, unit: str, option: str, file: str) -> str:
    """The unit has failed, with one line that says which option and which file: its invocation."""
    node.wait_until_succeeds(f"systemctl is-failed {unit}", timeout=30)
    assert node.get_unit_property(unit, "ExecMainStatus") == CONFIGURATION_ERROR
    invocation = node.get_unit_property(unit, "InvocationID")
    journal = node.succeed(f"journalctl --output cat _SYSTEMD_INVOCATION_ID={invocation}")
    complaints = [line for line in journal.splitlines() if option in line]
    assert len(complaints) == 1 and file in complaints[0], journal
    return invocation


# ---- one instance ----

with subtest("the gateway becomes healthy"):
    default = prepare(machine)
    wait_until_healthy(machine)

make_neighbours(machine, default["user"])
check_promises(Sandbox(machine, "default"))

with subtest("a killed gateway is started again"):
    machine.succeed(f"systemctl kill --signal=KILL --kill-whom=main {default['unit']}")
    machine.wait_until_succeeds(
        f"test $(systemctl show {default['unit']} --property NRestarts --value) = 1", timeout=30
    )
    wait_until_healthy(machine)

check_own_promises(machine, "default")

with subtest("a credential that no variable can hold is a clear, final error"):
    unit = default["unit"]
    machine.succeed(f"head -c 200000 /dev/zero | tr '\\0' x > {KEY_FILE}")
    machine.execute(f"systemctl restart {unit}")
    invocation = expect_complaint(machine, unit, KEY_OPTION, KEY_FILE)
    # Longer than the delay before a restart, if there were one.
    machine.sleep(8)
    assert machine.get_unit_property(unit, "InvocationID") == invocation, "it was started again"
machine.shutdown()

# ---- several instances ----

with subtest("instances run side by side"):
    prepare(several, "work")
    prepare(several, "family")
    wait_until_healthy(several, "work")
    wait_until_healthy(several, "family")

with subtest("an instance cannot reach another's state, processes and port"):
    own = Sandbox(several, "work")
    other = FACTS["several"]["family"]
    tried = [
        {"attempt": ["stat", other["state"]], "must": "ENOENT"},
        {"attempt": ["read", other["config"]], "must": "EACCES"},
        {"attempt": ["stat", f"/run/credentials/{other['unit']}"], "must": "ENOENT"},
        {"attempt": ["process", "openclaw-gateway"], "must": "absent"},
        {"attempt": ["listen", "tcp", other["port"]], "must": "EPERM"},
    ]
    words = own.outcomes(own.directives, tried)
    assert words == [attempt["must"] for attempt in tried], list(zip(tried, words))

# ---- a password instead of a token ----

with subtest("a gateway with a password makes no token"):
    put_secret(password, "/run/keys/password", "a-long-password")
    facts = prepare(password)
    wait_until_healthy(password)
    password.succeed(f"test ! -e {facts['state']}/gateway-token")

with subtest("a workspace outside of /var/lib is its own"):
    probes = [{"attempt": ["write", "{workspace}/probe"]}, {"attempt": ["write", "/srv/probe"]}]
    sandbox = Sandbox(password, "default")
    words = sandbox.outcomes(sandbox.directives, probes)
    assert words == ["done", "EROFS"], words
    owner = password.succeed(f"stat --format '%a %U' {facts['workspace']}").strip()
    assert owner == f"700 {facts['user']}", owner

# ---- relaxations ----

with subtest("a path that is missing is a clear, final error"):
    unit = prepare(relaxed, "read-only-paths")["unit"]
    path = "/home/alice/neighbour"
    relaxed.succeed(f"mkdir -p /srv; test ! -e {path}; systemctl restart {unit}")
    expect_complaint(relaxed, unit, PATHS_OPTION, path)

make_neighbours(relaxed, *(facts["user"] for facts in FACTS["relaxed"].values()))
check_relaxations(relaxed)
