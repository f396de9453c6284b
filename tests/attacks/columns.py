"""The kinds of a service that the attacks are tried on: the columns of docs/attacks.md."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    name: str
    title: str
    about: str
    unit: str
    state: str
    port: int
    # The key of units.json, or of the configuration.
    user: str
    # A second service of the same project, beside it.
    other_unit: str
    other_state: str
    other_port: int
    config: str
    # How an operator asks the gateway something, copies its state, and reads its log.
    command: str
    copy: str
    put_back: str
    log: str

    def facts(self) -> dict[str, str]:
        return {
            "column": self.name,
            "unit": self.unit,
            "state": self.state,
            "workspace": f"{self.state}/workspace",
            "port": str(self.port),
            "user": self.user,
            "other_state": self.other_state,
            "other_port": str(self.other_port),
            "config": self.config,
        }


def _foreign(name: str, title: str, about: str, port: int, config: str, log: str) -> Column:
    state = f"/var/lib/{name}"
    ask = f"{{sudo}} env OPENCLAW_STATE_DIR={state} openclaw status"
    return Column(
        name=name,
        title=title,
        about=about,
        unit=f"{name}-gateway.service",
        state=state,
        port=port,
        user=name,
        other_unit=f"{name}-other.service",
        other_state=f"{state}-other",
        other_port=port + 50,
        config=config,
        command=ask,
        copy=f"tar --create --gzip --file {{copy}} --directory /var/lib {name}",
        put_back="tar --extract --gzip --file {copy} --directory /var/lib",
        log=log,
    )


def _own(name: str, title: str, about: str, port: int) -> Column:
    return Column(
        name=name,
        title=title,
        about=about,
        unit=f"moltbot-gateway-{name}.service",
        state=f"/var/lib/moltbot-{name}",
        port=port,
        user=f"moltbot-{name}",
        other_unit="moltbot-gateway-other.service",
        other_state="/var/lib/moltbot-other",
        other_port=18861,
        config=f"/etc/moltbot/{name}.json",
        command=f"moltbot --instance {name} status",
        copy=f"moltbot --instance {name} --backup {{copy}}",
        put_back=f"moltbot --instance {name} --restore {{copy}}",
        log=f"journalctl --no-pager --quiet --lines 100 --unit moltbot-gateway-{name}",
    )


COLUMNS = (
    _foreign(
        "bare",
        "bare",
        "a system user of its own, and nothing else; also what nix-openclaw's module for NixOS sets",
        18801,
        "/etc/openclaw/openclaw.json",
        "tail --lines 100 /var/lib/bare/logs/gateway.log",
    ),
    _foreign(
        "pull",
        "pull request",
        "a system user of its own, and the directives of a pull request to nix-openclaw (#24, closed)",
        18802,
        "/var/lib/pull/openclaw.json",
        "journalctl --no-pager --quiet --lines 100 --unit pull-gateway",
    ),
    Column(
        name="account",
        title="nix-openclaw",
        about="nix-openclaw's module for home-manager: the account of the person who operates it, and nothing else",
        unit="openclaw-gateway.service",
        state="/home/alice/.openclaw",
        port=18803,
        user="alice",
        other_unit="openclaw-other.service",
        other_state="/home/alice/.openclaw-other",
        other_port=18853,
        config="/home/alice/.openclaw/openclaw.json",
        command="env OPENCLAW_STATE_DIR=/home/alice/.openclaw openclaw status",
        copy="tar --create --gzip --file {copy} --directory /home/alice .openclaw",
        put_back="tar --extract --gzip --file {copy} --directory /home/alice",
        log="tail --lines 100 /tmp/openclaw/openclaw-gateway.log",
    ),
    _own("ours", "ours", "this repository's module, with its defaults", 18811),
    _own("keeper", "with the keeper", "the same with named hosts, and the key outside", 18812),
)
