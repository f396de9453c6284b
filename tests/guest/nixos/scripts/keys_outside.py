# ruff: noqa: F821  (machine and subtest come from the test driver)
"""Gateways whose keys are outside: requests have them, no program of the service finds them, and which directive and
which line of the proxy keeps it so."""

import base64
import json
import re
import shlex

UNIT = "moltbot-gateway-outside.service"
HOST = "anthropic.keys.internal"
PROXY = f"moltbot-gateway-outside:{HOST}:80.service"
SERVER = f"server-moltbot-gateway-outside:{HOST}:80.service"
UNITS = "/run/systemd/system"
FILES = "/etc/keys-outside"
WORLD = "/run/world"
BEGINNING = "sk-outside-"
KEYS = {"anthropic": BEGINNING + "a" * 31 + "1", "openai": BEGINNING + "b" * 31 + "2"}


def path_of(name):
    return machine.succeed(f"readlink -f {FILES}/{name}").strip()


def python():
    return machine.succeed("readlink -f $(command -v python3)").strip()


def as_service(*command, unit=UNIT, data=""):
    """Runs a command in all namespaces of a running service, as its user, as the programs do that it starts."""
    pid = machine.get_unit_property(unit, "MainPID")
    user = machine.succeed(f"stat -c %u:%g /proc/{pid}").strip().partition(":")
    words = shlex.join(command)
    encoded = base64.b64encode(data.encode()).decode()
    return machine.succeed(
        f"echo {encoded} | base64 -d | nsenter --target {pid} --mount --uts --ipc --net --pid --user"
        f" {SETPRIV} --reuid={user[0]} --regid={user[2]} --keep-groups --no-new-privs --bounding-set=-all {words}",
        timeout=300,
    )


def client(*words, host=HOST, **given):
    said = as_service(python(), path_of("client.py"), host, *words, **given)
    return dict(line.split(": ", 1) for line in said.splitlines())


def hunt(unit, *hosts):
    """What a hunt for keys finds, and how much it has looked at."""
    *found, looked = as_service(python(), path_of("hunt.py"), BEGINNING, *hosts, unit=unit).splitlines()
    return found, {name: int(count) for name, count in re.findall(r"'(\w+)': (\d+)", looked)}


def seen():
    """The requests that servers got since the last call: their addresses, first lines and headers."""
    lines = machine.succeed(f"cat {WORLD}/seen 2>/dev/null || true; : > {WORLD}/seen").splitlines()
    requests = [json.loads(line) for line in lines]
    for request in requests:
        request["headers"] = {name.lower(): value for name, value in request["headers"]}
    return requests


def expect(outcomes, wanted):
    wrong = [f"{name}: {outcomes[name]}, not {want}" for name, want in wanted.items() if outcomes[name] != want]
    assert not wrong, "\n".join([*wrong, machine.succeed("journalctl --boot --quiet --output cat --lines 15")])


def resolve(name, address):
    """Lets a name of the machine lead to an address."""
    machine.succeed(
        f"sed -i '/ {name}$/d' /etc/hosts; echo '{address} {name}' >> /etc/hosts",
        # Debian looks names up without it.
        "! systemctl cat nscd.service >/dev/null 2>&1 || systemctl try-restart nscd.service",
    )


def lines_of(unit, wanted):
    section, lines = "", []
    for line in machine.succeed(f"systemctl cat '{unit}'").splitlines():
        if line.startswith("["):
            section = line
        elif section == wanted and "=" in line and not line.startswith(("#", ";")):
            lines.append(line)
    return lines


def end(unit):
    """Ends a proxy, which starts anew with the next request. A stop of the unit would stop the service."""
    machine.succeed(f"systemctl daemon-reload; systemctl kill --signal=KILL '{unit}' || true")
    machine.wait_until_succeeds(f"! systemctl is-active --quiet '{unit}'", timeout=20)


class Changed:
    """A proxy with other directives, as long as this lasts."""

    def __init__(self, unit, *lines):
        self._unit, self._folder = unit, f"{UNITS}/{unit}.d"
        self._text = base64.b64encode("\n".join(["[Service]", *lines, ""]).encode()).decode()

    def __enter__(self):
        machine.succeed(
            f"mkdir -p '{self._folder}'; echo {self._text} | base64 -d > '{self._folder}/changed.conf'",
        )
        end(self._unit)

    def __exit__(self, *_):
        machine.succeed(f"rm -r '{self._folder}'")
        end(self._unit)


def without(*words):
    """The proxy without a condition, and without the lines of its configuration that have one of these words."""
    command = next(line for line in lines_of(PROXY, "[Service]") if line.startswith("ExecStart="))
    file = command.rpartition(" ")[2]
    text = [line for line in machine.succeed(f"cat {file}").splitlines() if not any(word in line for word in words)]
    encoded = base64.b64encode(re.sub(r"if .*[{]", 'if ($args = "never") {', "\n".join(text)).encode()).decode()
    machine.succeed(f"echo {encoded} | base64 -d > /run/changed.conf; chmod 0644 /run/changed.conf")
    return Changed(PROXY, "ExecStart=", command.replace(file, "/run/changed.conf"))


def tried(unit, *attempts, without=()):
    """The words of probes in a copy of a proxy's unit: what somebody could do there who has taken it over."""
    directives = [
        line
        for line in lines_of(unit, "[Service]")
        if not line.startswith(("Exec", "Type=", *(f"{name}=" for name in without)))
    ]
    encoded = base64.b64encode(json.dumps(attempts).encode()).decode()
    text = "\n".join(
        [
            "[Service]",
            *directives,
            "Type=oneshot",
            "StandardInput=data",
            f"StandardInputData={encoded}",
            "StandardOutput=truncate:/run/probed",
            f"ExecStart={python()} {path_of('probe.py')}",
            "",
        ]
    )
    encoded = base64.b64encode(text.encode()).decode()
    machine.succeed(f"echo {encoded} | base64 -d > {UNITS}/copy.service", "systemctl daemon-reload; rm -f /run/probed")
    machine.succeed("systemctl start copy.service", timeout=120)
    return machine.succeed("cat /run/probed").split()


def turn(instance, said="keys outside work"):
    answer = machine.succeed(
        f"moltbot --instance {instance} agent --agent main --message 'what is new?' --timeout 100", timeout=200
    )
    assert said in answer, answer + machine.succeed(f"tail -n 3 {WORLD}/seen")


def start(unit):
    status, _ = machine.execute(f"systemctl start {unit}", timeout=300)
    # What it needs may have failed: the journal of all units says why.
    assert status == 0, machine.succeed("journalctl --boot --quiet --output cat --lines 60")


machine.wait_for_unit("multi-user.target")
SETPRIV = machine.succeed("readlink -f $(command -v setpriv)").strip()
machine.succeed(
    "install -d -m 0700 /run/keys", *(f"umask 077; echo {key} > /run/keys/{name}" for name, key in KEYS.items())
)

with subtest("the world around the machine is there"):
    machine.succeed(
        "ip netns add world",
        "ip link add out type veth peer name in netns world",
        "ip address add 203.0.113.1/24 dev out; ip link set out up",
        "ip -n world link set in up; ip -n world link set lo up",
        *(f"ip -n world address add 203.0.113.{number}/24 dev in" for number in (5, 6, 7)),
        "ip -n world address add 192.168.20.30/32 dev in; ip route add 192.168.20.30/32 dev out",
        f"mkdir -p {WORLD}",
        f"systemd-run --unit=world --property=NetworkNamespacePath=/run/netns/world --setenv=PATH=$PATH"
        f" $(command -v python3) {FILES}/world.py {WORLD} {FILES}/server.pem {FILES}/impostor.pem",
        # The machine's names, in a file that can be changed. NixOS has a link there.
        "cp -L /etc/hosts /etc/hosts.own && mv /etc/hosts.own /etc/hosts",
        *(f"echo '203.0.113.5 {name}.keys.test' >> /etc/hosts" for name in ("echo", "own")),
    )
    resolve("api.anthropic.com", "203.0.113.5")
    machine.wait_until_succeeds(f"test -e {WORLD}/ready", timeout=30)

with subtest("a gateway that has its key answers, and the hunt finds the key"):
    start("moltbot-gateway-inside.service")
    turn("inside")
    assert KEYS["anthropic"] in [request["headers"].get("x-api-key") for request in seen()]
    found, looked = hunt("moltbot-gateway-inside.service", "echo.keys.test")
    print("\n".join(found), looked)
    assert {line.partition(":")[0] for line in found} >= {"environ", "memory"}, found
    machine.succeed("systemctl stop moltbot-gateway-inside.service", timeout=120)

with subtest("a gateway whose key is outside answers, and its requests have the key"):
    start(UNIT)
    turn("outside")
    requests = [request for request in seen() if request["line"].startswith("POST /v1/messages")]
    assert requests, "no request came"
    for request in requests:
        assert request["headers"]["x-api-key"] == KEYS["anthropic"], request
        assert request["headers"]["host"] == "api.anthropic.com", request

with subtest("the hunt finds no key"):
    found, looked = hunt(UNIT, HOST, "echo.keys.test")
    print(looked)
    assert found == [], found
    assert looked["processes"] >= 2 and looked["memory"] > 100 and looked["files"] > 100, looked
    assert looked["answers"] >= 20, looked
    # Wherever these requests wanted to go, the key was with its own server alone, once, and nobody else's.
    for request in seen():
        assert request["headers"]["host"] == "api.anthropic.com", request
        assert request["headers"]["x-api-key"] == KEYS["anthropic"], request
        assert "authorization" not in request["headers"], request

with subtest("a limit: a server that says what it was asked with gives the key away"):
    assert KEYS["anthropic"] in client("echo")["echo"]

with subtest("streams, uploads and many requests at a time go through"):
    expect(
        client("stream", "upload", "parallel", "elsewhere"),
        {"stream": "as sent", "upload": "50 MB", "parallel": "100 of 100", "elsewhere": "status 302"},
    )

with subtest("requests go with this key, and no other"):
    seen()
    arguments = ("key=a", "KEY=a", "a=b&key=c", "k%65y=a", "%6Bey=a", "access_token=a", "api_key=a", "a=1&k%45y")
    outcomes = client(*(f"argument|{argument}" for argument in arguments))
    expect(outcomes, {f"argument|{argument}": "status 403" for argument in arguments})
    assert seen() == []
    usual = ("alt=sse", "include%5B%5D=a", "monkey=a", "pageToken=a", "q=key%3Da")
    outcomes = client(*(f"argument|{argument}" for argument in usual))
    assert all(outcome.startswith("{") for outcome in outcomes.values()), outcomes

with subtest("the server is looked up for every connection, is nobody else, and is not in the local network"):
    expect(client("hello"), {"hello": "hello from 203.0.113.5"})
    resolve("api.anthropic.com", "203.0.113.6")
    expect(client("hello"), {"hello": "hello from 203.0.113.6"})
    resolve("api.anthropic.com", "203.0.113.7")
    expect(client("hello"), {"hello": "status 502"})
    seen()
    with without("proxy_ssl_verify on"):
        expect(client("hello"), {"hello": "hello from 203.0.113.7"})
    assert [request["headers"]["x-api-key"] for request in seen()] == [KEYS["anthropic"]]
    resolve("api.anthropic.com", "192.168.20.30")
    assert client("hasty")["hasty"].startswith("TimeoutError")
    assert seen() == []
    with Changed(SERVER, "IPAddressDeny="):
        expect(client("hello"), {"hello": "hello from 192.168.20.30"})
    resolve("api.anthropic.com", "203.0.113.5")
    # The name in the certificate counts: own.keys.test has one, too, which is not for this name.
    with without("proxy_ssl_name"):
        expect(client("hello"), {"hello": "status 502"})
    expect(client("hello"), {"hello": "hello from 203.0.113.5"})

with subtest("lines of the proxy that a probe notices"):
    with without():
        assert client("argument|key=a")["argument|key=a"].startswith("{")
    for line, word, bad in (
        ("proxy_buffering off", "stream", lambda outcome: outcome != "as sent"),
        ("client_max_body_size", "upload", lambda outcome: outcome != "50 MB"),
    ):
        with without(line):
            [outcome] = client(word).values()
            assert bad(outcome), (line, outcome)
    seen()
    with without("proxy_set_header Authorization", 'proxy_set_header authorization'):
        as_service(
            python(),
            "-c",
            "import http.client as h; c = h.HTTPConnection('%s'); c.request('GET', '/', headers={'Authorization': 'Bearer other'});"
            " c.getresponse()" % HOST,
        )
    assert [request["headers"].get("authorization") for request in seen()] == ["Bearer other"]
    with without("proxy_set_header Host"):
        client("hello")
    assert [request["headers"]["host"] for request in seen()] != ["api.anthropic.com"]

with subtest("the key is with the proxy alone, which is another user without a network"):
    client("hello")
    pid = machine.get_unit_property(PROXY, "MainPID")
    users = machine.succeed(
        f"stat -c %U /proc/{pid} /proc/$(systemctl show '{SERVER}' -P MainPID) /proc/$(systemctl show {UNIT} -P MainPID)"
    ).split()
    assert len(set(users)) == 3 and "root" not in users, users
    key = KEYS["anthropic"]
    machine.fail(
        f"tr '\\0' '\\n' < /proc/{pid}/environ | grep {key}",
        f"tr '\\0' '\\n' < /proc/{pid}/cmdline | grep {key}",
        f"systemctl show '{PROXY}' | grep {key}",
        f"journalctl --boot --quiet | grep {key}",
        f"grep -rlF {key} /nix/store --include='*outside*' --include='*moltbot*' --include='*.conf' --include='*.json'",
        f"grep -rlF {key} /etc",
    )
    files = machine.succeed(f"grep -rlF {key} /run --devices=skip --exclude-dir=world 2>/dev/null || true").split()
    modes = machine.succeed(f"stat -c '%a %U %n' {' '.join(files)}").splitlines()
    print("\n".join(modes))
    for mode in modes:
        assert re.match(rf"600 root /run/keys/anthropic|440 root /run/credentials/|400 {users[0]} /run/outside-", mode), mode
    folder = machine.succeed("stat -c '%a %U' /run/outside-moltbot-gateway-outside /run/outside-*.anthropic").splitlines()
    assert folder == ["700 root", f"700 {users[0]}"], folder

ATTEMPTS = {
    "the server, without the proxy": ["connect", "203.0.113.5", "443"],
    "this machine": ["connect", "127.0.0.1", "22"],
    "abstract sockets": ["connect-local", "@neighbour"],
    "the service's state": ["stat", "/var/lib/moltbot-outside"],
    "the system bus": ["stat", "/run/dbus/system_bus_socket"],
    "other keys": ["stat", "/run/keys/anthropic"],
}
with subtest("somebody who takes a proxy over can neither send the key elsewhere nor look around"):
    out = ATTEMPTS["the server, without the proxy"]
    machine.succeed(
        "systemd-run --unit=abstract $(command -v python3) -c 'import socket, time; s = socket.socket(socket.AF_UNIX);"
        ' s.bind("\\0neighbour"); s.listen(); time.sleep(9999)\''
    )
    words = dict(zip(ATTEMPTS, tried(PROXY, *ATTEMPTS.values()), strict=True))
    print(words)
    assert "done" not in words.values(), words
    assert tried(PROXY, out) == ["EAFNOSUPPORT"]
    assert tried(PROXY, out, without=("RestrictAddressFamilies",)) == ["ENETUNREACH"]
    assert tried(PROXY, out, without=("RestrictAddressFamilies", "PrivateNetwork")) == ["timeout"]
    assert tried(PROXY, out, without=("RestrictAddressFamilies", "PrivateNetwork", "IPAddressDeny")) == ["done"]
    assert tried(PROXY, ATTEMPTS["abstract sockets"], without=("PrivateNetwork",)) == ["done"]
    assert tried(PROXY, ATTEMPTS["the system bus"], without=("InaccessiblePaths",)) == ["done"]

with subtest("what is no key is refused, with the option's name, and means nothing to the proxy"):
    OPTION = "services.moltbot.instances.outside.providers.anthropic.apiKeyFile"
    hostile = (
        "",
        " ",
        'sk";\nreturn 200 "taken',
        "sk\nproxy_pass http://203.0.113.6",
        "sk\r",
        "sk$host",
        "sk${host}",
        "sk'",
        "sk\\",
        "sk;",
        "sk{",
        "sk#",
        "sk key",
        "sk\tkey",
        "schlüssel",
    )
    machine.succeed(f"systemctl stop {UNIT}", timeout=200)

    def refusal(prepare):
        """What the proxy says of the file, with which the service does not start."""
        cursor = machine.succeed("journalctl --lines 0 --show-cursor").rpartition(": ")[2].strip()
        machine.succeed(prepare)
        machine.fail(f"systemctl start {UNIT}")
        machine.fail("test -e /run/outside-moltbot-gateway-outside.anthropic/key.conf")
        return machine.succeed(f"journalctl --unit '{PROXY}' --after-cursor '{cursor}' --output cat")

    for key in hostile:
        encoded = base64.b64encode(key.encode()).decode()
        said = refusal(f"echo {encoded} | base64 -d > /run/keys/anthropic")
        assert f"{OPTION}: /run/keys/anthropic holds something else" in said, (key, said)
        assert key.strip() == "" or key not in said, (key, said)
    said = refusal("rm /run/keys/anthropic")
    assert f"{OPTION}: /run/keys/anthropic does not exist" in said, said
    machine.succeed(f"umask 077; echo {KEYS['anthropic']} > /run/keys/anthropic")
    start(UNIT)
    expect(client("hello"), {"hello": "hello from 203.0.113.5"})

with subtest("the operator sees when the key was used last"):
    shown = machine.succeed("moltbot --instance outside egress")
    print(shown)
    assert re.search(r"^api\.anthropic\.com:443, with a key +\w+ 20", shown, re.M), shown

with subtest("how long a request takes"):
    print("with a key outside:", client("measure")["measure"])
    print("by a named host:   ", client("measure|secure", host="echo.keys.test")["measure|secure"])

with subtest("a proxy that dies comes back with the next request"):
    end(PROXY)
    expect(client("hello"), {"hello": "hello from 203.0.113.5"})

with subtest("all of it goes with the service, and comes with it"):
    machine.succeed(f"systemctl restart {UNIT}", timeout=300)
    expect(client("hello"), {"hello": "hello from 203.0.113.5"})
    machine.succeed(f"timeout 60 systemctl stop {UNIT}")
    machine.wait_until_fails(
        "systemctl list-units --no-legend --state=active,activating,deactivating '*moltbot-gateway-outside*' | grep .",
        timeout=30,
    )
    machine.fail("ls -d /run/outside-moltbot-gateway-outside.anthropic")

with subtest("a server of the user's own gets the key, too, at its own path"):
    start("moltbot-gateway-own.service")
    seen()
    turn("own")
    requests = [request for request in seen() if request["line"].startswith("POST /openai/v1/chat/completions")]
    assert requests, "no request came"
    for request in requests:
        assert request["headers"]["authorization"] == f"Bearer {KEYS['openai']}", request
        assert request["headers"]["host"] == "own.keys.test:8443", request
    found, looked = hunt("moltbot-gateway-own.service", "openai.keys.internal", "echo.keys.test")
    assert found == [], found
