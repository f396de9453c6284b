"""The VM test's subtests: every promise is kept, and each relaxation opens only what it declares."""

KEY_OPTION = "services.moltbot.providers.anthropic.apiKeyFile"
PATHS_OPTION = "services.moltbot.instances.read-only-paths.confinement.readOnlyPaths"

# ---- one instance ----

with subtest("the gateway becomes healthy"):
    default = prepare(machine)
    wait_until_healthy(machine)

make_neighbours(machine, default["user"])
check_promises(Sandbox(machine, "default"))
check_own_promises(machine, "default")

with subtest("a credential that no variable can hold is a clear, final error"):
    unit = default["unit"]
    machine.succeed(f"head -c 200000 /dev/zero | tr '\\0' x > {KEY_FILE}")
    machine.execute(f"systemctl restart {unit}")
    invocation = expect_complaint(machine, unit, KEY_OPTION, KEY_FILE)
    # Longer than the delay before an automatic restart.
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
        {"attempt": ["read", other["config"]], "must": "ENOENT"},
        {"attempt": ["stat", f"/run/credentials/{other['unit']}"], "must": "ENOENT"},
        {"attempt": ["process", "openclaw-gateway"], "must": "absent"},
        *([] if is_void("listening") else [{"attempt": ["listen", "tcp", other["port"]], "must": "EPERM"}]),
    ]
    words = own.outcomes(own.directives, tried)
    assert words == [attempt["must"] for attempt in tried], list(zip(tried, words))

several.shutdown()

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

password.shutdown()

# ---- relaxations ----

# All instances start with the machine, and would all run as soon as there is a secret. No test needs them all.
relaxed.succeed(f"systemctl stop {' '.join(facts['unit'] for facts in FACTS['relaxed'].values())}")

with subtest("a path that is missing is a clear, final error"):
    unit = prepare(relaxed, "read-only-paths")["unit"]
    path = "/home/alice/neighbour"
    relaxed.succeed(f"mkdir -p /srv; test ! -e {path}")
    # On a busy machine the service ends before systemd counts it as started, so the restart may fail.
    relaxed.execute(f"systemctl restart {unit}")
    expect_complaint(relaxed, unit, PATHS_OPTION, path)

make_neighbours(relaxed, *(facts["user"] for facts in FACTS["relaxed"].values()))
check_relaxations(relaxed)
