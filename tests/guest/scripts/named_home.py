# ruff: noqa: F821  (machine and subtest come from the test driver)
"""A user's own gateway that reaches named hosts only: what works from inside, and what does not."""

import base64
import re
import shlex

UNIT = "moltbot-gateway.service"
HOME = "/home/alice"
STATE = f"{HOME}/.moltbot"
FILES = "/etc/named-egress"
WORLD = "/run/world"
RUNTIME = "/run/user/1000"
DROP_IN = f"{RUNTIME}/systemd/user.control/{UNIT}.d/probe.conf"
COMMAND = f"{HOME}/.nix-profile/bin/moltbot"
READY = "curl --fail --silent http://127.0.0.1:18789/readyz"


def as_user(command):
    return f"su -l alice -s /bin/bash -c {shlex.quote(f'export XDG_RUNTIME_DIR={RUNTIME}; {command}')}"


def write(path, text):
    encoded = base64.b64encode(text.encode()).decode()
    machine.succeed(as_user(f"mkdir -p -m 0700 $(dirname {path}) && echo {encoded} | base64 -d > {path}"))


def inside(script, *directives):
    """Runs a script in the place of the gateway, behind its launcher, and returns its lines, and the unit's exit code."""
    launcher = machine.succeed(as_user(f"systemctl --user cat {UNIT} | sed -n 's/^ExecStart=//p' | head -n 1")).strip()
    write(f"{STATE}/probe.sh", script)
    machine.succeed(as_user(f"rm -f {STATE}/said; sed 's|^supervise .*|supervise bash {STATE}/probe.sh|' {launcher} > {STATE}/launch"))
    lines = ["Type=oneshot", "Restart=no", "ExecStart=", f"ExecStart=/bin/bash {STATE}/launch", "TimeoutStartSec=100", *directives]
    write(DROP_IN, "\n".join(["[Service]", *lines, ""]))
    machine.execute(as_user(f"systemctl --user daemon-reload; systemctl --user restart {UNIT}"), timeout=120)
    code = machine.get_unit_property(UNIT, "ExecMainStatus", "alice")
    said = machine.succeed(f"cat {STATE}/said 2> /dev/null || :").splitlines()
    machine.succeed(as_user(f"rm -f {DROP_IN} {STATE}/launch {STATE}/probe.sh {STATE}/said; systemctl --user daemon-reload"))
    return said, code


def outcomes(attempts, *directives):
    """What each command says, by its name: its first line, or its exit code."""
    calls = "\n".join(f"try {shlex.quote(name)} {shlex.quote(command)}" for name, command in attempts.items())
    said, _ = inside(
        f"""
try() {{
  local words code=0
  words=$(timeout 20 bash -c "$2" 2> /dev/null) || code=$?
  words=${{words%%$'\\n'*}}
  printf '%s: %s\\n' "$1" "${{words:-exit $code}}" >> {STATE}/said
}}
{calls}
""",
        *directives,
    )
    return dict(line.split(": ", 1) for line in said)


def expect(found, wanted):
    wrong = [f"{name}: {found.get(name)}, not {want}" for name, want in wanted.items() if found.get(name) != want]
    assert not wrong, "\n".join(wrong)


machine.wait_for_unit("user@1000.service")
machine.wait_until_succeeds(as_user("systemctl --user is-active basic.target"))
write(f"{HOME}/.secrets/model", "sk-model")

with subtest("the world around the machine is there"):
    names = "api.named.test plain.named.test model.named.test other.named.test"
    machine.succeed(
        "ip netns add world",
        "ip link add out type veth peer name in netns world",
        "ip address add 203.0.113.1/24 dev out; ip link set out up",
        "ip -n world address add 203.0.113.5/24 dev in; ip -n world link set in up; ip -n world link set lo up",
        *(
            f"ip -n world address add {address}/32 dev in; ip route add {address}/32 dev out"
            for address in ("192.168.20.30", "192.168.20.31", "169.254.169.254")
        ),
        f"mkdir -p {WORLD}/files {WORLD}/own; echo hello from this machine > {WORLD}/own/hello",
        f"systemd-run --unit=world --property=NetworkNamespacePath=/run/netns/world --setenv=PATH=$PATH"
        f" $(command -v python3) {FILES}/world.py {WORLD} {FILES}/server.pem",
        *(
            f"systemd-run --unit=own-{port} --working-directory={WORLD}/own $(command -v python3) -m http.server {port}"
            for port in (9000, 9001)
        ),
        f"echo '203.0.113.5 {names}' >> /etc/hosts",
        "echo '169.254.169.254 rebound.named.test' >> /etc/hosts",
        "echo '127.0.0.1 rebound-here.named.test' >> /etc/hosts",
        "echo '203.0.113.1 rebound-own.named.test' >> /etc/hosts",
        as_user(
            "(setsid python3 -c 'import socket, time; s = socket.socket(socket.AF_UNIX);"
            ' s.bind("\\0neighbour"); s.listen(); time.sleep(9999)\' > /dev/null 2>&1 &)'
        ),
    )
    machine.wait_until_succeeds(f"test -e {WORLD}/ready", timeout=30)

with subtest("the gateway is ready, and its clients come in from the machine"):
    machine.succeed(as_user("/etc/home-manager/alice/activate"), timeout=120)
    machine.succeed(as_user(f"systemctl --user start {UNIT}"), timeout=120)
    machine.wait_until_succeeds(READY, timeout=60)

with subtest("an agent's turn is answered, and the gateway's own check of the proxy passes"):
    answer = machine.succeed(as_user(f"{COMMAND} agent --agent main --message 'what is new?' --timeout 100"), timeout=200)
    assert "named egress works" in answer, answer
    seen = machine.succeed(f"cat {WORLD}/seen")
    assert "model.named.test /v1/chat/completions Bearer sk-model" in seen, seen
    machine.succeed(as_user(f"{COMMAND} proxy validate --allowed-url https://api.named.test/hello"))

TOOL = "curl --silent --max-time 8 --cacert /etc/ssl/certs/ca-certificates.crt"
PYTHON = "python3 -c 'import socket; s = socket.socket(socket.{family}); s.settimeout(4); s.connect({place}); print(\"reached\")'"
ATTEMPTS = {
    "curl": (f"{TOOL} https://api.named.test/hello", "hello from 203.0.113.5"),
    "node": ("node -e 'fetch(\"https://api.named.test/hello\").then((a) => a.text()).then(console.log)'", "hello from 203.0.113.5"),
    "python": ("python3 -c 'import urllib.request as u; print(u.urlopen(\"http://plain.named.test:8080/hello\").read().decode())'", "hello from 203.0.113.5"),
    "large": (f"{TOOL} --max-time 60 https://api.named.test/bytes/100 | wc -c", "104857600"),
    "listed address": (f"{TOOL} http://nas.named.test:8080/hello", "hello from 192.168.20.30"),
    "listed port of this machine": (f"{TOOL} http://localhost:9000/hello", "hello from this machine"),
    "another host": (f"{TOOL} -o /dev/null -w '%{{http_connect}}' https://other.named.test/hello || :", "403"),
    "another port": (f"{TOOL} -o /dev/null -w '%{{http_code}}' http://api.named.test:8080/hello", "403"),
    "an address": (f"{TOOL} -o /dev/null -w '%{{http_code}}' http://192.168.20.31:8080/hello", "403"),
    "rebinding to the metadata": (f"{TOOL} -o /dev/null -w '%{{http_connect}}' https://rebound.named.test/ || :", "403"),
    "rebinding to this machine": (f"{TOOL} -o /dev/null -w '%{{http_code}}' http://rebound-here.named.test:9001/hello", "403"),
    "rebinding to its own address": (f"{TOOL} -o /dev/null -w '%{{http_code}}' http://rebound-own.named.test:9001/hello", "403"),
    "without the proxy": (PYTHON.format(family="AF_INET", place='("203.0.113.5", 443)'), "exit 1"),
    "another port of this machine": (PYTHON.format(family="AF_INET", place='("127.0.0.1", 9001)'), "exit 1"),
    "an abstract socket": (PYTHON.format(family="AF_UNIX", place='"\\0neighbour"'), "exit 1"),
    "the session bus": (PYTHON.format(family="AF_UNIX", place=f'"{RUNTIME}/bus"'), "exit 1"),
    "the resolver's socket": (PYTHON.format(family="AF_UNIX", place='"/run/systemd/resolve/io.systemd.Resolve"'), "exit 1"),
    "the way out cannot be changed": (f"rm {RUNTIME}/moltbot-gateway-outside/proxy", "exit 1"),
}

with subtest("named hosts can be reached, and nothing else"):
    expect(outcomes({name: command for name, (command, _) in ATTEMPTS.items()}), {name: want for name, (_, want) in ATTEMPTS.items()})

with subtest("the operator's command shows what was used and refused"):
    shown = machine.succeed(as_user(f"{COMMAND} egress"))
    print(shown)
    assert re.search(r"^api\.named\.test:443 +used$", shown, re.M), shown
    assert re.search(r"^rebound\.named\.test:443 +not used$", shown, re.M), shown
    assert '"other.named.test"' in shown, shown

# A socket of the user's that nobody meant for the gateway's clients.
SECRET = (
    "import socket; s = socket.socket(socket.AF_UNIX); s.bind('" + RUNTIME + "/secret'); s.listen()\n"
    "while True: c = s.accept()[0]; c.sendall(b'HTTP/1.0 200 OK\\r\\n\\r\\nsecret'); c.close()"
)
LINK = f"cd {RUNTIME}/moltbot-gateway-inside && rm -f clients && ln -s {RUNTIME}/secret clients; sleep 5"


def behind_a_link(*directives):
    """What a client of the gateway gets whose way in has become a link to another socket."""
    folder = f"{RUNTIME}/systemd/user.control/moltbot-gateway-clients.service.d"
    write(f"{folder}/probe.conf", "\n".join(["[Service]", *directives, ""]))
    machine.succeed("rm -f /tmp/got; (sleep 3; curl --silent --max-time 2 http://127.0.0.1:18789/ > /tmp/got 2>&1) > /dev/null 2>&1 &")
    inside(LINK)
    machine.succeed(as_user(f"rm -r {folder}; systemctl --user daemon-reload"))
    return machine.succeed("cat /tmp/got").strip()


with subtest("a link in the service's directory leads its clients nowhere"):
    write(f"{STATE}/secret.py", SECRET)
    machine.succeed(as_user(f"(setsid python3 {STATE}/secret.py > /dev/null 2>&1 &)"))
    got = behind_a_link("TemporaryFileSystem=", f"BindReadOnlyPaths=", "ProtectHome=no")
    assert got == "secret", got
    got = behind_a_link()
    assert got == "", got

with subtest("a service manager that makes no network ends the start"):
    _, code = inside(f"echo started >> {STATE}/said", "PrivateNetwork=no")
    assert code == "78", code
    journal = machine.succeed(as_user(f"journalctl --user --boot --unit {UNIT} --output cat --lines 20"))
    assert "services.moltbot.confinement.hosts: this machine lets no user make a network" in journal, journal

with subtest("and a command of the operator's"):
    folder = f"{RUNTIME}/systemd/user.control/command-moltbot-gateway-.service.d"
    write(f"{folder}/probe.conf", "[Service]\nPrivateNetwork=no\n")
    machine.succeed(as_user("systemctl --user daemon-reload"))
    code, said = machine.execute(as_user(f"{COMMAND} --version 2>&1"))
    assert code == 78 and "services.moltbot.confinement.hosts: this machine lets no user make a network" in said, (code, said)
    machine.succeed(as_user(f"rm -r {folder}; systemctl --user daemon-reload"))

with subtest("what the service leaves in its directory does not hinder the next start"):
    inside(f"cd {RUNTIME}/moltbot-gateway-inside; rm -f clients; mkdir -p clients/a/b; chmod 000 clients/a clients .")
    machine.succeed(f"test -d {RUNTIME}/moltbot-gateway-inside/clients/a")
    machine.succeed(as_user(f"systemctl --user restart {UNIT}"))
    machine.wait_until_succeeds(READY, timeout=60)

with subtest("the network goes with the service, and comes with it"):
    machine.succeed(as_user(f"systemctl --user restart {UNIT}"))
    machine.wait_until_succeeds(READY, timeout=60)
    machine.succeed(as_user(f"systemctl --user kill --signal=KILL {UNIT}"))
    machine.wait_until_succeeds(READY, timeout=60)
    machine.succeed(as_user(f"systemctl --user stop {UNIT}"))
    machine.wait_until_fails(as_user("systemctl --user list-units --no-legend 'moltbot-gateway-*' | grep ."), timeout=20)
    machine.succeed(as_user(f"{COMMAND} --version"))
