# ruff: noqa: F821  (machine and SYSTEMS come from the test driver and default.nix)
"""Switches a machine from one generation to another, and answers questions about its state.

nixpkgs' switch is a Rust program, which cannot be built here. switch() restarts services as it does,
by the rules that NixOS writes into the units, around nixpkgs' own activation.
"""

import re
import shlex

PROFILE = "/nix/var/nix/profiles/system"
UNIT = "moltbot-gateway.service"
STATE = "/var/lib/moltbot"
KEYS = {"/run/keys/anthropic": "sk-ant-one", "/run/keys/another": "sk-ant-another"}
# Units that a switch never restarts.
LEFT_ALONE = re.compile(r"^(user@|user-runtime-dir@|systemd-|dbus|-\.mount|.*\.(slice|path|scope|device|swap)$)")


# ---- the switch ----


def units_of(system):
    """Unit -> its text and its drop-ins' text, as a system installs them."""
    listing = machine.succeed(
        f"shopt -s nullglob; cd {system}/etc/systemd/system && for unit in *.service *.target *.timer *.socket; do"
        ' [ -e "$unit" ] || continue; echo "=== $unit"; cat "$unit" "$unit".d/*.conf; done'
    )
    parts = re.split(r"^=== (.*)$", listing, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def says(text, name, default):
    values = re.findall(rf"^{name}=(.*)$", text, re.MULTILINE)
    return values[-1] in ("true", "yes", "1") if values else default


def switch(name):
    """Switches to the generation: (started, restarted) services among those of this test."""
    new = SYSTEMS[name]
    before, after = units_of("/run/current-system"), units_of(new)
    listed = machine.succeed(
        "systemctl list-units --plain --no-legend --full --state=active,activating"
    )
    active = [line.split()[0] for line in listed.splitlines()]
    stop, start, restart, reload = [], [], [], []
    for unit in active:
        if unit not in before or LEFT_ALONE.match(unit):
            continue
        text = after.get(unit)
        if text is None:
            stop.append(unit)
        elif unit.endswith(".target") or text == before[unit]:
            pass
        elif says(text, "X-ReloadIfChanged", False):
            reload.append(unit)
        elif not says(text, "X-RestartIfChanged", True) or says(text, "RefuseManualStop", False):
            pass
        elif not says(text, "X-StopIfChanged", True):
            restart.append(unit)
        else:
            stop.append(unit)
            start.append(unit)
    run("stop", stop)
    machine.succeed(f"ln -sfn {new} {PROFILE}", f"{new}/activate")
    machine.execute("systemctl reset-failed")
    machine.succeed("systemctl daemon-reload")
    # This makes directories before services start again.
    run("restart", ["sysinit-reactivation.target"])
    run("reload", reload)
    run("restart", restart)
    # The units that the targets want now, and the units that were running.
    run("start", ["multi-user.target", "timers.target", "sockets.target", *start])
    return {unit for unit in (*stop, *start, *restart) if "moltbot" in unit}


def run(verb, units):
    # A service that fails to start does not end the switch.
    if units:
        machine.execute(f"systemctl {verb} {' '.join(map(shlex.quote, units))}")


# ---- what is asked ----


def healthy(port):
    machine.wait_until_succeeds(f"curl --fail --silent http://127.0.0.1:{port}/health", timeout=400)


def silent(port):
    machine.wait_until_fails(f"curl --fail --silent http://127.0.0.1:{port}/health", timeout=60)


def invocation(unit=UNIT):
    return machine.get_unit_property(unit, "InvocationID")


def facts(path):
    return machine.succeed(f"stat --format '%F %U %G %a' {path}").strip()


def seen_by_service(path):
    """The text of the file that the gateway sees at the path; None without a file."""
    process = machine.get_unit_property(UNIT, "MainPID")
    status, text = machine.execute(f"cat /proc/{process}/root{path}")
    return text if status == 0 else None


def put_keys():
    machine.succeed(
        "install -d -m 0700 /run/keys",
        *(f"echo {key} > {file}" for file, key in KEYS.items()),
    )


def uses_key(key):
    """Whether the service has this key as a credential."""
    return machine.execute(f"grep --recursive --quiet --fixed-strings {key} /run/credentials/{UNIT}")[0] == 0
