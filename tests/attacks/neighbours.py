"""What is on the machine beside the services: people's homes, other services, and their secrets.

Everything has the owner and the mode that it has on an ordinary NixOS, or that people give it. Runs as root.
"""

from __future__ import annotations

import json
import os
import pwd
import secrets
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

HERE = Path(__file__).resolve().parent

# Path, canary, owner, mode.
FILES = (
    # A person's home, closed to others as NixOS makes it.
    ("/home/alice/.ssh/id_ed25519", "ssh-key", "alice", 0o600),
    ("/home/alice/.gnupg/private-keys-v1.d/main.key", "gpg-key", "alice", 0o600),
    ("/home/alice/.aws/credentials", "cloud-key", "alice", 0o600),
    ("/home/alice/.kube/config", "cluster-key", "alice", 0o600),
    ("/home/alice/.netrc", "netrc", "alice", 0o600),
    ("/home/alice/.bash_history", "history", "alice", 0o600),
    ("/home/alice/.mozilla/firefox/main/cookies.sqlite", "cookies", "alice", 0o644),
    ("/home/alice/.local/share/keyrings/login.keyring", "keyring-file", "alice", 0o600),
    ("/home/alice/.config/sops/age/keys.txt", "age-key", "alice", 0o600),
    ("/home/alice/.claude/.credentials.json", "login", "alice", 0o600),
    ("/home/alice/.thunderbird/main/Mail/Inbox", "inbox", "alice", 0o644),
    ("/home/alice/Documents/taxes.txt", "document", "alice", 0o644),
    ("/home/alice/.Xauthority", "cookie", "alice", 0o600),
    ("/var/spool/mail/alice", "mail", "alice", 0o600),
    # A home that its owner opened, for a web server.
    ("/home/bob/public/notes", "open-home", "root", 0o644),
    # Services, with the usual umask.
    ("/etc/nixos/configuration.nix", "configuration", "root", 0o644),
    ("/etc/shop/shop.conf", "service-configuration", "root", 0o644),
    ("/srv/www/shop/.env", "web-root", "root", 0o644),
    ("/opt/shop/config.ini", "opt", "root", 0o644),
    ("/var/lib/shop/customers.db", "database", "root", 0o644),
    ("/var/log/shop.log", "log", "root", 0o644),
    ("/var/cache/shop/page", "cache", "root", 0o644),
    ("/var/backups/shop.sql", "backup", "root", 0o644),
    ("/var/spool/shop/job", "spool", "root", 0o644),
    ("/run/shop/session", "runtime", "root", 0o644),
    ("/run/secrets/shop-key", "lax-secret", "root", 0o444),
    ("/tmp/report.txt", "temporary", "root", 0o644),
    ("/var/tmp/report.txt", "long-temporary", "root", 0o644),
    ("/dev/shm/shop", "shared-file", "root", 0o644),
    ("/mnt/backup/photos", "mounted", "root", 0o644),
    ("/media/stick/letter", "removable", "root", 0o644),
    ("/boot/initrd-secrets", "boot", "root", 0o644),
    ("/data/archive", "data", "root", 0o644),
    ("/usr/local/etc/tool.conf", "usr-local", "root", 0o644),
    # Nobody but root.
    ("/root/secret", "root-secret", "root", 0o600),
    ("/run/keys/machine", "machine-key", "root", 0o600),
    ("/etc/secret", "etc-secret", "root", 0o600),
)
FOLDERS_OF_ALL = (("/data/shared", 0o777), ("/data/drop", 0o1777))

# Names of canaries that other programs hold.
HELD = (
    *("docker", "nix-daemon", "postgres", "avahi", "smartcard", "tailscale", "printer-queue", "shop-socket"),
    *("screen", "tmux", "ssh-agent", "gpg-agent", "keyring", "wayland", "microphone", "podman", "shim"),
    *("session-bus", "redis", "loopback-6", "web", "debugger", "shared-memory", "messages", "queue"),
    *("provider", "evil", "router", "nas", "office", "tailnet", "metadata", "other-tenant", "commands"),
    *("command-line", "unit-environment", "journal", "mount-name", "credential", "hosts", "full-name"),
    *("kernel-key", "typed", "typed-later", "shadow", "unit-name", "socket-name"),
)
# Canaries that each column has its own of.
OF_COLUMN = (
    *("key", "other-key", "other-state", "environ", "open-file", "private-tmp", "argument", "environment"),
)


def names() -> list[str]:
    return [*(canary for _, canary, _, _ in FILES), *HELD]


def new_canaries(wanted: list[str]) -> dict[str, str]:
    return {name: f"canary-{name}-{secrets.token_hex(8)}" for name in wanted}


# Canaries that the machine has by itself, or that cannot be as long as the others.
OF_MACHINE: Mapping[str, Callable[[], str]] = {
    "boot-id": lambda: Path("/proc/sys/kernel/random/boot_id").read_text().strip(),
    "machine-id": lambda: Path("/etc/machine-id").read_text().strip(),
    "host-name": lambda: os.uname().nodename,
    "hardware": lambda: "02:" + ":".join(secrets.token_hex(1) for _ in range(5)),
    "nas-address": lambda: "192.168.20.30",
    # In machine.nix.
    "store": lambda: "canary-store-4c1d8e2f7a905b36",
    "dynamic-user": lambda: f"dyn{secrets.token_hex(6)}",
}


def run(*commands: str) -> str:
    """Shell commands, as root."""
    ran = subprocess.run(
        ["bash", "-e", "-c", "\n".join(commands)],
        capture_output=True,
        text=True,
        timeout=60,
        errors="replace",
    )
    if ran.returncode != 0:
        raise RuntimeError(f"{commands}: {ran.returncode}: {ran.stdout}{ran.stderr}")
    return ran.stdout


def make_files(canaries: dict[str, str]) -> None:
    for name, canary, owner, mode in FILES:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{canaries[canary]}\n")
        entry = pwd.getpwnam(owner)
        os.chown(path, entry.pw_uid, entry.pw_gid)
        path.chmod(mode)
    for name, mode in FOLDERS_OF_ALL:
        Path(name).mkdir(parents=True, exist_ok=True)
        Path(name).chmod(mode)
    Path("/data/shared/prices").write_text("1\n")
    Path("/data/shared/prices").chmod(0o666)
    run(
        "chown --recursive alice:users /home/alice; chmod 0700 /home/alice",
        "chmod 0755 /home/bob /home/bob/public",
        "chmod 0700 /root",
    )


def make_project() -> None:
    """A repository in the operator's home."""
    git = "git -c user.name=a -c user.email=a@example.org"
    run(
        f"runuser --user alice -- bash -c 'mkdir -p ~alice/project && cd ~alice/project && git init -q && {git}"
        " commit -q --allow-empty -m first && git config user.name a && git config user.email a@example.org'",
    )


def make_devices() -> None:
    """Devices that any user may open on an ordinary machine, and one of the person who is at the screen."""
    for name, numbers, mode, owner in (
        ("/dev/fuse", (10, 229), 0o666, 0),
        ("/dev/net/tun", (10, 200), 0o666, 0),
        ("/dev/kvm", (10, 232), 0o666, 0),
        # Stands in for a camera.
        ("/dev/video0", (10, 229), 0o660, 1000),
    ):
        Path(name).parent.mkdir(exist_ok=True)
        if not os.path.exists(name):
            os.mknod(name, 0o020000 | mode, os.makedev(*numbers))
        os.chmod(name, mode)
        os.chown(name, owner, 0)


def make_set_uid_program() -> None:
    """A program with a hole: a shell with the rights of root."""
    shell = shutil.which("bash")
    assert shell is not None
    Path("/usr/local/bin").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(shell, "/usr/local/bin/holed")
    os.chown("/usr/local/bin/holed", 0, 0)
    os.chmod("/usr/local/bin/holed", 0o4755)


def start_programs(canaries: dict[str, str]) -> None:
    python, path = shutil.which("python3"), os.environ["PATH"]
    folder = Path("/run/attacks")
    (folder / "canaries.json").write_text(json.dumps(canaries))
    (folder / "canaries.json").chmod(0o600)
    Path("/run/systemd/system/billing.service").write_text(
        f"[Service]\nDynamicUser=true\nUser={canaries['dynamic-user']}\n"
        f"Environment=BILLING_KEY={canaries['unit-environment']}\n"
        f"SetCredential=key:{canaries['credential']}\n"
        f"ExecStart={shutil.which('sleep')} infinity\n"
    )
    run(
        "systemctl daemon-reload; systemctl start billing.service",
        f"systemd-run --quiet --unit=victims --setenv=PATH={path} bash -c"
        f" '{python} {HERE}/victims.py /run/attacks/victims-ready < /run/attacks/canaries.json'",
        f"systemd-run --quiet --unit=shop {python} -c 'import time; time.sleep(1e6)' --password={canaries['command-line']}",
        f"systemd-run --quiet --unit={canaries['unit-name']} sleep infinity",
        f"echo '# {canaries['shadow']}' >> /etc/shadow",
        f"sed -i 's/^\\(alice:[^:]*:[^:]*:[^:]*:\\)[^:]*/\\1{canaries['full-name']}/' /etc/passwd",
        f"systemd-cat --identifier=billing echo {canaries['journal']}",
        f"mkdir -p /mnt/{canaries['mount-name']}; mount -t tmpfs -o size=64k tmpfs /mnt/{canaries['mount-name']}",
        "until test -e /run/attacks/victims-ready; do sleep 0.1; done",
    )


def start_world(canaries: dict[str, str], certificate: str) -> None:
    import world

    private = [
        address for address in world.ADDRESSES if ":" not in address and not address.startswith("203.0.113.")
    ]
    public = [address for address in world.ADDRESSES if address.startswith("203.0.113.")]
    sixes = [address for address in world.ADDRESSES if ":" in address]
    python = shutil.which("python3")
    run(
        "ip netns add world",
        "ip link add out type veth peer name in netns world",
        f"ip link set out address {canaries['hardware']}",
        "ip link set lo up; ip address add 203.0.113.1/24 dev out; ip address add 192.168.20.2/24 dev out",
        "ip link set out up; ip -n world link set in up; ip -n world link set lo up",
        "ip address add 2001:db8:9::1/64 dev out nodad; ip -n world address add 2001:db8:9::fe/64 dev in nodad",
        *(f"ip -n world address add {address}/24 dev in" for address in public),
        *(
            f"ip -n world address add {address}/24 dev in"
            for address in private
            if address.startswith("192.168.20.")
        ),
        *(
            f"ip -n world address add {address}/32 dev in; ip route add {address}/32 dev out"
            for address in private
            if not address.startswith("192.168.20.")
        ),
        *(
            f"ip -n world address add {address}/128 dev in nodad; ip -6 route replace {address}/128 dev out"
            for address in sixes
        ),
        # systemd's own setting, which a container's kernel does not get.
        "sysctl --quiet --write net.ipv4.ping_group_range='0 2147483647' || true",
        "mkdir -p /run/attacks/world",
        "ip netns exec world sysctl --quiet --write net.ipv4.icmp_echo_ignore_broadcasts=0 || true",
        f"systemd-run --quiet --unit=world --property=NetworkNamespacePath=/run/netns/world --setenv=PATH=$PATH bash -c"
        f" '{python} {HERE}/world.py /run/attacks/world {certificate} < /run/attacks/canaries.json'",
        "until test -e /run/attacks/world/ready; do sleep 0.1; done",
        "cp --remove-destination $(readlink -f /etc/hosts) /etc/hosts.new; mv /etc/hosts.new /etc/hosts",
        f"echo '192.168.20.77 {canaries['hosts']}.office.test' >> /etc/hosts",
        f"rm -f /etc/resolv.conf; echo 'nameserver {world.ROUTER}' > /etc/resolv.conf",
        "systemctl try-restart nscd.service || true",
    )


def put_key(user: str, canary: str) -> None:
    """A program of this user puts a key into its user's keyring."""
    python = shutil.which("python3")
    number = 248 if os.uname().machine == "x86_64" else 217
    code = f"import ctypes; l = ctypes.CDLL(None); l.syscall({number}, b'user', b'operators', b'{canary}', {len(canary)}, -4)"
    run(f'systemd-run --quiet --wait --collect --uid={user} {python} -c "{code}"')
