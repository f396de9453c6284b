# ruff: noqa: F821  (machine and subtest come from the test driver)
"""A gateway that reaches named hosts only: what works from inside, what does not, and which directive keeps it so."""

import base64
import json
import re

UNIT = "moltbot-gateway.service"
OUTPUT = "/run/named-egress"
UNITS = "/run/systemd/system"
FILES = "/etc/named-egress"
WORLD = "/run/world"

# What a copy of the service's unit does not need.
NOT_COPIED = re.compile(
    r"(Exec(Start|Stop|Condition|Reload)|Restart|Type|Timeout|SuccessExitStatus|KillMode|RemainAfterExit)"
)


def path_of(name):
    return machine.succeed(f"readlink -f {FILES}/{name}").strip()


def lines_of(unit, wanted):
    section, lines = "", []
    for line in machine.succeed(f"systemctl cat '{unit}'").splitlines():
        if line.startswith("["):
            section = line
        elif section == wanted and "=" in line and not line.startswith(("#", ";")):
            lines.append(line)
    return lines


def inside(command, data="", without=(), more=(), unit=UNIT):
    """Runs a command in a copy of the service's unit, in the service's network, and returns what it prints."""
    service = [
        line
        for line in lines_of(unit, "[Service]")
        if not NOT_COPIED.match(line) and not line.startswith(tuple(f"{name}=" for name in without))
    ]
    encoded = base64.b64encode(data.encode()).decode()
    text = "\n".join(
        [
            "[Unit]",
            *(line for line in lines_of(unit, "[Unit]") if line.startswith(("Requires=", "After="))),
            f"JoinsNamespaceOf={unit}",
            "[Service]",
            *service,
            *more,
            "Type=oneshot",
            "RemainAfterExit=yes",
            "TimeoutStartSec=170",
            "StandardInput=data",
            f"StandardInputData={encoded}",
            f"StandardOutput=truncate:{OUTPUT}/out",
            f"ExecStart={command}",
            "",
        ]
    )
    encoded = base64.b64encode(text.encode()).decode()
    machine.succeed(f"mkdir -p {OUTPUT}; rm -f {OUTPUT}/out", f"echo {encoded} | base64 -d > {UNITS}/copy.service")
    status, said = machine.execute("systemctl daemon-reload; systemctl start copy.service", timeout=200)
    words = machine.succeed(f"cat {OUTPUT}/out")
    assert status == 0, machine.succeed("journalctl --boot --unit copy.service | tail -n 20") + said
    machine.succeed("systemctl stop copy.service")
    return words


def client(*words, **given):
    """The outcomes of client.py, by the words."""
    python = machine.succeed("readlink -f $(command -v python3)").strip()
    said = inside(f"{python} {path_of('client.py')} {' '.join(words)}", **given)
    return dict(line.split(": ", 1) for line in said.splitlines())


def tried(*attempts, **given):
    """The words of probes inside."""
    python = machine.succeed("readlink -f $(command -v python3)").strip()
    return inside(f"{python} {path_of('probe.py')}", json.dumps(attempts), **given).split()


def expect(outcomes, wanted):
    wrong = [f"{name}: {outcomes[name]}, not {want}" for name, want in wanted.items() if outcomes[name] != want]
    assert not wrong, "\n".join(wrong)


def proxy(host):
    return f"'moltbot-gateway:{host}.service'"


class Changed:
    """A unit with other directives, as long as this lasts."""

    def __init__(self, unit, *lines):
        self._unit, self._folder = unit, f"{UNITS}/{unit}.d"
        self._text = base64.b64encode("\n".join(["[Service]", *lines, ""]).encode()).decode()

    def __enter__(self):
        machine.succeed(
            f"mkdir -p '{self._folder}'; echo {self._text} | base64 -d > '{self._folder}/changed.conf'",
            f"systemctl daemon-reload; systemctl stop '{self._unit}'",
        )

    def __exit__(self, *_):
        machine.succeed(f"rm -r '{self._folder}'; systemctl daemon-reload; systemctl stop '{self._unit}'")


machine.wait_for_unit("multi-user.target")
machine.succeed("install -d -m 0700 /run/keys", "echo sk-model > /run/keys/model")

with subtest("the world around the machine is there"):
    machine.succeed(
        "ip netns add world",
        "ip link add out type veth peer name in netns world",
        "ip address add 203.0.113.1/24 dev out; ip link set out up",
        "ip -n world address add 203.0.113.5/24 dev in; ip -n world link set in up; ip -n world link set lo up",
        *(
            f"ip -n world address add {address}/32 dev in; ip route add {address}/32 dev out"
            for address in ("192.168.20.30", "192.168.20.31", "169.254.169.254")
        ),
        f"mkdir -p {WORLD}/files",
        f"cd {WORLD} && git init -q work && cd work && echo cloned > file && git add file"
        " && git -c user.name=a -c user.email=a@example.org commit -qm first"
        f" && git clone -q --bare . {WORLD}/files/repository.git && git -C {WORLD}/files/repository.git update-server-info",
        f"systemd-run --unit=world --property=NetworkNamespacePath=/run/netns/world --setenv=PATH=$PATH"
        f" $(command -v python3) {FILES}/world.py {WORLD} {FILES}/server.pem",
        # A service of this machine, on all of its addresses.
        f"mkdir -p {WORLD}/own; echo hello from this machine > {WORLD}/own/hello",
        f"systemd-run --unit=own --working-directory={WORLD}/own $(command -v python3) -m http.server 9000",
        f"systemd-run --unit=own-too --working-directory={WORLD}/own $(command -v python3) -m http.server 8080",
        "systemd-run --unit=abstract $(command -v python3) -c 'import socket, time; s = socket.socket(socket.AF_UNIX);"
        ' s.bind("\\0neighbour"); s.listen(); time.sleep(9999)\'',
        # The machine's names. NixOS has a link there.
        "cp --remove-destination $(readlink -f /etc/hosts) /etc/hosts",
        "echo '203.0.113.5 api.named.test plain.named.test model.named.test telegram.named.test tunnel.named.test'"
        " >> /etc/hosts",
        "echo '169.254.169.254 rebound.named.test' >> /etc/hosts",
        "echo '127.0.0.1 rebound-here.named.test' >> /etc/hosts",
        "echo '203.0.113.1 rebound-own.named.test' >> /etc/hosts",
        "echo '192.168.20.30 rebound-private.named.test' >> /etc/hosts",
        "systemctl try-restart nscd.service",
    )
    machine.wait_until_succeeds(f"test -e {WORLD}/ready", timeout=30)
    # Without any of it, all of these hosts are within reach.
    machine.succeed(
        "curl --fail --silent http://169.254.169.254:8080/hello",
        "curl --fail --silent http://192.168.20.30:8080/hello",
        "curl --fail --silent http://203.0.113.1:8080/hello",
    )

with subtest("the gateway is ready"):
    machine.succeed(f"systemctl start {UNIT}", "curl --fail --silent http://127.0.0.1:18789/readyz")

with subtest("programs that know of no proxy work"):
    outcomes = client("python", "curl", "node", "websocket", "git", "long_poll")
    hello = "hello from 203.0.113.5"
    expect(
        outcomes,
        {"python": hello, "curl": hello, "node": hello, "websocket": "FRAME", "git": "cloned", "long_poll": "[]"},
    )

with subtest("a hundred connections at a time, and large transfers, lose nothing"):
    outcomes = client("parallel", "download", "upload")
    expect(outcomes, {"parallel": "100 of 100", "download": "100 MB", "upload": "50 MB"})

with subtest("an agent's turn is answered, and a messenger polls"):
    answer = machine.succeed("moltbot agent --agent main --message 'what is new?' --timeout 100", timeout=200)
    assert "named egress works" in answer, answer
    seen = machine.succeed(f"cat {WORLD}/seen")
    assert "model.named.test /v1/chat/completions Bearer sk-model" in seen, seen
    machine.wait_until_succeeds(f"grep -q 'telegram.named.test.*/getUpdates' {WORLD}/seen", timeout=60)

with subtest("hosts that are named with an address, and services of this machine that are named, are reached"):
    outcomes = client("plain|nas.named.test|8080", "plain|192.168.20.31|8080", "plain|localhost|9000", "plain|plain.named.test|8080")
    expect(
        outcomes,
        {
            "plain|nas.named.test|8080": "hello from 192.168.20.30",
            "plain|192.168.20.31|8080": "hello from 192.168.20.31",
            "plain|localhost|9000": "hello from this machine",
            "plain|plain.named.test|8080": "hello from 203.0.113.5",
        },
    )

# name of the attempt -> attempt, word
CLOSED = {
    "abstract sockets of the machine": (["connect-local", "@neighbour"], "ECONNREFUSED"),
    "another service of this machine": (["connect", "127.0.0.1", "8080"], "ECONNREFUSED"),
    "a service of this machine over version 6": (["connect", "::1", "9000"], "ECONNREFUSED"),
    "the machine's own address": (["connect", "203.0.113.1", "9000"], "ENETUNREACH"),
    "a named host by its address": (["connect", "203.0.113.5", "443"], "ENETUNREACH"),
    "a named host on another port": (["connect", "api.named.test", "8080"], "ECONNREFUSED"),
    "the local network": (["connect", "192.168.20.30", "8080"], "ENETUNREACH"),
    "an address that is named, on another port": (["connect", "192.168.20.31", "443"], "ECONNREFUSED"),
    "the cloud's metadata": (["connect", "169.254.169.254", "8080"], "ENETUNREACH"),
    "the cloud's metadata, as an address of version 6": (["connect", "::ffff:169.254.169.254", "8080"], "ENETUNREACH"),
    "the internet of version 6": (["connect", "2606:4700:4700::1111", "443"], "ENETUNREACH"),
    "a name that is not listed": (["lookup", "tunnel.named.test"], "gaierror"),
    "a name server outside": (["query", "203.0.113.5"], "ENETUNREACH"),
    "raw packets": (["socket", "AF_PACKET"], "EAFNOSUPPORT"),
    "the hypervisor": (["socket", "AF_VSOCK"], "EAFNOSUPPORT"),
    "the name service's socket": (["stat", "/var/run/nscd/socket"], "ENOENT"),
    "other namespaces": (["call", "setns"], "EPERM"),
    "another network of its own": (["call", "unshare-network"], "EPERM"),
    "the address of a named host": (["listen", "tcp", "443"], "EPERM"),
}
with subtest("nothing else is reached"):
    words = tried(*(attempt for attempt, _ in CLOSED.values()))
    expect(dict(zip(CLOSED, words)), {name: word for name, (_, word) in CLOSED.items()})
    expect(client("add_address"), {"add_address": "EPERM"})

with subtest("a name leads to no private address, and not back to this machine"):
    outcomes = client(*(f"plain|rebound-{which}.named.test|8080" for which in ("here", "own", "private")))
    for outcome in outcomes.values():
        assert "hello" not in outcome, outcomes
    [word] = tried(["tls", "rebound.named.test", "443"])
    assert word == "timeout", word
with subtest("each of these is kept by its directive"):
    [abstract, own] = tried(["connect-local", "@neighbour"], ["connect", "127.0.0.1", "8080"], without=("PrivateNetwork",))
    assert (abstract, own) == ("done", "done"), (abstract, own)
    # Addresses are denied as well, should the network be the machine's.
    out = ["connect", "203.0.113.5", "443"]
    assert tried(out, without=("PrivateNetwork",)) == ["timeout"]
    assert tried(out, without=("PrivateNetwork", "IPAddressDeny")) == ["done"]
    [name] = tried(
        ["lookup", "tunnel.named.test"],
        without=("BindReadOnlyPaths",),
        more=(
            *(line for line in lines_of(UNIT, "[Service]") if line.startswith("BindReadOnlyPaths=") and ":/etc/" not in line),
            "BindReadOnlyPaths=-/run/nscd:/var/run/nscd /etc/nsswitch.conf",
        ),
    )
    assert name == "done", name
    with Changed("moltbot-gateway:rebound.named.test:443.service", "IPAddressDeny="):
        [word] = tried(["connect", "rebound.named.test", "443"], ["run", "curl --insecure --silent --max-time 8 https://rebound.named.test/hello"])[1:]
        assert word == "done", word
    with Changed("moltbot-gateway:rebound-own.named.test:8080.service", "RestrictNetworkInterfaces="):
        expect(client("plain|rebound-own.named.test|8080"), {"plain|rebound-own.named.test|8080": "hello from this machine"})
    with Changed("moltbot-gateway:rebound-here.named.test:8080.service", "RestrictNetworkInterfaces=", "IPAddressDeny="):
        expect(client("plain|rebound-here.named.test|8080"), {"plain|rebound-here.named.test|8080": "hello from this machine"})

with subtest("a proxy is another user, sees nothing of others, and reaches one host"):
    client("plain|192.168.20.31|8080")
    pid = machine.get_unit_property("moltbot-gateway:192.168.20.31:8080.service", "MainPID")
    users = machine.succeed(f"ps -o user:64= -p {pid}; ps -o user:64= -p $(systemctl show {UNIT} -P MainPID)").split()
    assert users[0] not in ("root", users[1]), users
    machine.fail(*(f"test -e /proc/{pid}/root/{path}" for path in ("var/lib/moltbot", "run/dbus/system_bus_socket", "run/keys/model")))

with subtest("another instance is in a network of its own"):
    machine.succeed("systemctl start moltbot-gateway-other.service", "curl --fail --silent http://127.0.0.1:18790/readyz")
    other = {"unit": "moltbot-gateway-other.service"}
    expect(client("plain|plain.named.test|8080", **other), {"plain|plain.named.test|8080": "hello from 203.0.113.5"})
    words = tried(["lookup", "api.named.test"], ["connect", "28.0.0.9", "443"], ["connect", "127.0.0.1", "18789"], **other)
    assert words == ["gaierror", "ECONNREFUSED", "ECONNREFUSED"], words
    machine.succeed("systemctl stop moltbot-gateway-other.service")
    machine.succeed("curl --fail --silent http://127.0.0.1:18789/readyz")

with subtest("the operator's command is in the network, and shows it"):
    machine.succeed("moltbot --instance default health")
    shown = machine.succeed("moltbot --instance default egress")
    print(shown)
    assert re.search(r"^api\.named\.test:443 +\w+ 20", shown, re.M), shown
    assert re.search(r"^nowhere\.named\.test:443 +not since the boot", shown, re.M), shown
    assert 'services.moltbot.instances.default.confinement.hosts = [ ' in shown and '"tunnel.named.test"' in shown, shown

with subtest("latency and throughput, beside the direct way"):
    python = machine.succeed("readlink -f $(command -v python3)").strip()
    print("named: ", client("measure")["measure"])
    print("direct:", machine.succeed(f"{python} {path_of('client.py')} measure").strip())

with subtest("the network goes with the service, and comes with it"):
    machine.succeed(f"systemctl kill --signal=KILL {UNIT}")
    machine.wait_until_succeeds(f"systemctl is-active {UNIT} && curl --fail --silent http://127.0.0.1:18789/readyz", timeout=120)
    expect(client("python"), {"python": hello})
    machine.succeed(f"systemctl restart {UNIT}", timeout=200)
    machine.succeed("curl --fail --silent http://127.0.0.1:18789/readyz")
    expect(client("python"), {"python": hello})
    machine.succeed(f"timeout 60 systemctl stop {UNIT}")
    machine.wait_until_fails("systemctl list-units --no-legend 'moltbot-gateway:*' '*-moltbot-gateway.s*' | grep .", timeout=20)
    machine.succeed("moltbot --instance default --version")

with subtest("an idle proxy ends, and comes back"):
    machine.succeed(f"systemctl start {UNIT}", timeout=200)
    command = machine.succeed(f"systemctl cat {proxy('api.named.test:443')} | sed -n 's/^ExecStart=//p'").strip()
    with Changed("moltbot-gateway:api.named.test:443.service", "ExecStart=", f"ExecStart={command.replace('5min', '2s')}"):
        expect(client("python"), {"python": hello})
        machine.wait_until_fails(f"systemctl is-active {proxy('api.named.test:443')}", timeout=20)
        expect(client("python"), {"python": hello})
