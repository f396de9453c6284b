# ruff: noqa: F821  (machine and subtest come from the test driver, INSTANCES, PROGRAM and VALIDATION from matrix.nix)
"""Starts each instance by itself and writes what became of it to the file $NIXMODGEN_OUTCOMES."""

import os
import shlex
import time
from pathlib import Path

# Of several that start at once, each takes longer.
AT_ONCE = 2
# The unit itself gives up after twice as long.
START_SECONDS = 150
# The unit is started once the gateway is ready. A moment later nothing has changed.
STEADY_SECONDS = 2
# After this moment no further instance is started.
UNTIL = float(os.environ["NIXMODGEN_UNTIL"])

LAN = "192.168.77.5"
TAILNET = "100.101.102.103"


def unit_of(name):
    return f"moltbot-gateway-{name}.service"


def is_healthy(name):
    port = INSTANCES[name]["port"]
    urls = " ".join(f"http://{address}:{port}/health" for address in ("127.0.0.1", LAN, TAILNET))
    return machine.execute(f"for url in {urls}; do curl --fail --silent --max-time 5 $url && exit; done; exit 1")[0] == 0


def state_of(name):
    said = machine.succeed(f"systemctl show {unit_of(name)} --property ActiveState,NRestarts,MainPID,Result")
    return dict(line.split("=", 1) for line in said.splitlines())


def last_words(name):
    """What the gateway said of its end: of its lines, the ones that speak of an error, or the last."""
    lines = machine.succeed(f"journalctl --boot --output cat --identifier moltbot-gateway-{name}").splitlines()
    own = [line.strip() for line in lines if line.strip()]
    wrong = [line for line in own if "error" in line.lower() or "refus" in line.lower() or "invalid" in line.lower()]
    return (wrong or own or ["it said nothing"])[-1][:300]


def refused_when_built(name):
    """What the script says that asks the gateway when a configuration is built, if it refuses."""
    settings = {
        "program": PROGRAM,
        "name": name,
        "rendered": INSTANCES[name]["config"],
        "configVariable": "OPENCLAW_CONFIG_PATH",
        "stateVariable": "OPENCLAW_STATE_DIR",
        "OPENCLAW_NIX_MODE": "1",
        "NO_COLOR": "1",
    }
    variables = " ".join(f"{key}={shlex.quote(value)}" for key, value in settings.items())
    _, said = machine.execute(
        f'home=$(mktemp -d) && cd "$home" && env --ignore-environment PATH="$PATH" HOME="$home" {variables} '
        f"bash -eu -o pipefail -c {shlex.quote(VALIDATION)} 2>&1"
    )
    _, refused, issues = said.partition(f"error: the configuration {name} is refused by ")
    if not refused:
        return None
    return "; ".join(line.strip() for line in issues.splitlines()[1:] if line.startswith("  "))[:300]


def follow(name, started):
    """The outcome, or nothing while it is not known."""
    state = state_of(name)
    if state["ActiveState"] == "failed" or int(state["NRestarts"]) > 1:
        refusal = refused_when_built(name)
        if refusal is not None:
            return {"status": "refused when built", "message": refusal}
        return {"status": "ends", "message": last_words(name)}
    if time.monotonic() - started > START_SECONDS:
        return {"status": "ends", "message": f"not healthy after {START_SECONDS} s: {last_words(name)}"}
    if state["ActiveState"] != "active" or not is_healthy(name):
        return None
    time.sleep(STEADY_SECONDS)
    if state_of(name) == state and is_healthy(name):
        return {"status": "healthy"}
    return None


machine.wait_for_unit("multi-user.target")
machine.succeed("install -d -m 0700 /run/keys", "echo a-key-of-the-test > /run/keys/key && chmod 0400 /run/keys/key")
for name, address in (("tailscale0", TAILNET), ("eth0", LAN)):
    machine.succeed(
        f"ip link add {name} type veth peer name peer-of-{name[:4]}",
        f"ip address add {address}/24 dev {name}",
        f"ip link set {name} up && ip link set peer-of-{name[:4]} up",
    )
# Nobody is there. Without any route, a connection fails while it is being made, and 2026.6.5 does not handle that.
machine.succeed("ip route add default via 192.168.77.1 dev eth0")

outcomes = {}
waiting = list(INSTANCES)
running = {}
while waiting or running:
    if time.time() > UNTIL:
        waiting.clear()
    while waiting and len(running) < AT_ONCE:
        name = waiting.pop(0)
        machine.execute(f"systemctl start --no-block {unit_of(name)}")
        running[name] = time.monotonic()
    for name, started in list(running.items()):
        outcome = follow(name, started)
        if outcome is None:
            continue
        outcomes[name] = outcome
        del running[name]
        machine.execute(f"systemctl stop {unit_of(name)}; systemctl reset-failed {unit_of(name)}")
        # Hundreds of state directories would fill what the machine has of memory.
        machine.execute(f"rm -rf /var/lib/moltbot-{name}/*")
        Path(os.environ["NIXMODGEN_OUTCOMES"]).write_text(json.dumps(outcomes))
    time.sleep(1)

with subtest("every instance was started for which there was time"):
    assert outcomes.keys() == INSTANCES.keys() or time.time() > UNTIL
