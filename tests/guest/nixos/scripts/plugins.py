# ruff: noqa: F821  (machine and subtest come from the test driver, PLUGINS, SECRET and GIVEN from plugins.nix)
"""Declared plugins: the gateway loads all of them, without a network, and takes none from elsewhere."""

import json
import re

UNIT = "moltbot-gateway.service"
STATE = "/var/lib/moltbot"
# Releases before 2026.7 do not start it until it has been linked to a telephone.
LINKED_LATER = {"whatsapp"}
HEALTH = "curl --fail --silent http://127.0.0.1:18789/health"


def started_plugins():
    journal = machine.succeed(f"journalctl --boot --output cat --unit {UNIT}")
    return re.findall(r"http server listening \(\d+ plugins: ([^;)]*)", journal)[-1].split(", ")


def listed_plugins():
    listed = json.loads(machine.succeed("moltbot plugins list --json"))["plugins"]
    return {plugin["id"]: plugin for plugin in listed if plugin["id"] in PLUGINS}


assert PLUGINS, "npm had none"

with subtest("the gateway becomes healthy, and has started all of them"):
    machine.succeed(f"install -d -m 0700 $(dirname {SECRET})", f"echo a-key-of-the-test > {SECRET}")
    machine.succeed(f"systemctl restart {UNIT}")
    machine.wait_until_succeeds(HEALTH, timeout=180)
    missing = set(PLUGINS) - LINKED_LATER - set(started_plugins())
    assert not missing, missing

with subtest("it still is some seconds later"):
    machine.succeed("sleep 8", HEALTH)
    assert machine.get_unit_property(UNIT, "NRestarts") == "0"

with subtest("the operator's command runs the same package, and finds them in it"):
    plugins = listed_plugins()
    assert plugins.keys() == set(PLUGINS), plugins
    # The gateway changes its own command line.
    launcher = machine.succeed(f"cat $(systemctl cat {UNIT} | sed -n s/^ExecStart=//p)")
    for id, plugin in plugins.items():
        assert (plugin["status"], plugin["origin"]) == ("loaded", "bundled"), (id, plugin)
        package = plugin["source"].split("/lib/")[0]
        assert package != GIVEN and package in launcher, (id, plugin["source"], launcher)

with subtest("what npm installed in the state directory does not win over them"):
    id = PLUGINS[0]
    place = plugins[id]["source"].split("/dist/extensions/")[0] + f"/dist/extensions/{id}"
    name = json.loads(machine.succeed(f"cat {place}/package.json"))["name"]
    project = f"{STATE}/npm/projects/left"
    machine.succeed(
        f"systemctl stop {UNIT}",
        f"rm -rf {STATE}/npm && mkdir -p {project}/node_modules/{name}",
        f"cp -r {place}/. {project}/node_modules/{name}",
        f"echo '{{\"private\":true,\"dependencies\":{{\"{name}\":\"1.0.0\"}}}}' > {project}/package.json",
        f"chown -R moltbot: {STATE}/npm && chmod -R u+w {STATE}/npm",
        f"systemctl start {UNIT}",
    )
    machine.wait_until_succeeds(HEALTH, timeout=180)
    assert listed_plugins()[id]["source"] == plugins[id]["source"], listed_plugins()[id]
    machine.succeed(f"test -e {STATE}/npm.unmanaged/projects/left/package.json")
