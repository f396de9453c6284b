# ruff: noqa: F821  (machine and subtest come from the test driver, GATEWAYS from bindings.nix)
"""The gateway listens only on the addresses of its options, and answers nobody without the secret."""

TAILNET = "100.101.102.103"
LAN = "192.168.77.5"
# All addresses of the machine.
REACHABLE = ("127.0.0.1", TAILNET, LAN)
SECRET = "a-long-secret-of-the-test"
# A question that the gateway answers only with authentication.
ASK = (
    "curl --silent --output /dev/null --write-out '%{{http_code}}' --max-time 20 "
    "--header 'Content-Type: application/json' --header 'Authorization: Bearer {secret}' "
    "--data '{{\"tool\": \"sessions_list\", \"args\": {{}}}}' http://{address}:{port}/tools/invoke"
)


def put_secrets():
    machine.succeed("install -d -m 0700 /run/keys")
    for file, content in (("anthropic", "sk-ant-test"), ("secret", SECRET)):
        machine.succeed(f"install -m 0400 /dev/null /run/keys/{file}", f"printf {content} > /run/keys/{file}")


def listened_on(port):
    """The addresses with a listener on a port."""
    lines = machine.succeed(f"ss --no-header --listening --tcp --numeric 'sport = :{port}'").splitlines()
    return {line.split()[3].rpartition(":")[0] for line in lines}


def is_reached(address, port):
    return machine.execute(f"curl --fail --silent --max-time 10 http://{address}:{port}/health")[0] == 0


def unit_of(name):
    return f"moltbot-gateway-{name}.service"


def check(name, address, reached):
    """Starts a gateway, which must answer at its address and only on the addresses that it should be reached at."""
    unit, port = unit_of(name), GATEWAYS[name]["port"]
    machine.succeed(f"systemctl start {unit}")
    try:
        machine.wait_until_succeeds(f"curl --fail --silent http://{address}:{port}/health", timeout=180)
        found = {each for each in REACHABLE if is_reached(each, port)}
        assert found - {"127.0.0.1"} == reached - {"127.0.0.1"}, (found, listened_on(port))
        # Some releases also listen on loopback.
        assert found >= reached, (found, listened_on(port))
        on_all = listened_on(port) & {"0.0.0.0", "*", "[::]"}
        assert bool(on_all) == (GATEWAYS[name]["bind"] == "lan"), listened_on(port)
        for secret, is_let_in in ((SECRET, True), ("another", False)):
            code = machine.succeed(ASK.format(secret=secret, address=address, port=port))
            assert (code in ("401", "403")) != is_let_in, (secret, code)
        # One restart is possible: on a busy machine the gateway gives up by itself.
        assert int(machine.get_unit_property(unit, "NRestarts")) <= 1
    finally:
        machine.succeed(f"systemctl stop {unit}")


put_secrets()
# All of them start with the machine, some before there are secrets and addresses.
units = " ".join(unit_of(name) for name in GATEWAYS)
machine.succeed(f"systemctl stop {units}; systemctl reset-failed {units}")

with subtest("on a tailnet that is not up yet, a gateway listens on loopback alone"):
    check("tailnet-token", "127.0.0.1", {"127.0.0.1"})

with subtest("an address that the machine has not got yet is waited for, and nothing is listened on"):
    unit, port = unit_of("custom-token"), GATEWAYS["custom-token"]["port"]
    machine.execute(f"systemctl start {unit}")
    machine.wait_until_succeeds(
        f"test $(systemctl show {unit} --property NRestarts --value) -gt 0", timeout=120
    )
    assert listened_on(port) == set(), listened_on(port)
    said = machine.succeed(f"journalctl --output cat --unit {unit}")
    assert LAN in said and "refusing fallback" in said, said
    machine.succeed(f"systemctl stop {unit}", f"systemctl reset-failed {unit}")

# The gateway skips loopback interfaces, and those without a peer that is up.
for name, address in (("tailscale0", TAILNET), ("eth0", LAN)):
    machine.succeed(
        f"ip link add {name} type veth peer name peer-of-{name[:4]}",
        f"ip address add {address}/24 dev {name}",
        f"ip link set {name} up && ip link set peer-of-{name[:4]} up",
    )

WANTED = {
    "loopback": ("127.0.0.1", {"127.0.0.1"}),
    "lan": (LAN, set(REACHABLE)),
    "tailnet": (TAILNET, {TAILNET}),
    "custom": (LAN, {LAN}),
}

for name, gateway in GATEWAYS.items():
    with subtest(f"{gateway['bind']}, {gateway['auth']['mode']}: reached where it is to be, with the secret"):
        check(name, *WANTED[gateway["bind"]])
