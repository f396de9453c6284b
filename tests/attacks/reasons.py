"""What succeeds against this repository's services, why, and what it costs. A success that is not here fails the tests."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    why: str
    cost: str


# With the keeper, and with the defaults.
REASONS: dict[str, Reason] = {
    "files: files in /usr": Reason(
        "Programs of other distributions are in /usr, and scripts begin with /usr/bin/env. NixOS has nothing else there.",
        "On NixOS nothing. Elsewhere, what somebody puts below /usr/local for all users is for the service, too.",
    ),
    "secrets: a secret in the Nix store": Reason(
        "The store is open to everybody on a machine, by its design, and the service's programs are in it.",
        "What is in the store is no secret. The module puts none there, and its options take files instead of texts.",
    ),
    "processes: the name of a person": Reason(
        "Programs ask /etc/passwd who they are. Its number for the service is known only on the machine, so the module"
        " cannot make a shorter list when it is evaluated.",
        "The service learns the names of accounts, and what is in their comment fields.",
    ),
    "processes: the machine's name": Reason(
        "The service has a copy of the host's name. systemd can give it another one since version 258.",
        "Whoever commands the model can tell machines apart by their names.",
    ),
    "network: another tenant of a named host": Reason(
        "Which site is meant is inside of TLS. What looks there would have to break TLS open.",
        "A host of a network that serves many sites opens all of them: name few such hosts.",
    ),
    "network: a named host as a letter box": Reason(
        "A host that is named is one that the service may talk to.",
        "What the model knows can go to each of these hosts. A host where anybody can publish something is a way out.",
    ),
    "network: the operator's account at the provider": Reason(
        "Asking the model is what the service is for. The key itself stays outside.",
        "The provider's bill, as long as the service runs: give the key a limit there.",
    ),
    "persistence: its own memory": Reason(
        "Sessions, memories and schedules are the service's state, which it has to write.",
        "A model that was talked into something can be so again after a restart. A backup from before goes back.",
    ),
    "outside: a build by root": Reason(
        "What root runs is root's. No sandbox is around root's shell.",
        "Run nothing out of the workspace. `moltbot` commands run in the sandbox.",
    ),
    "outside: files that are called like options": Reason(
        "A shell makes options of names of files. `moltbot --backup` opens nothing there as root.",
        "Make copies with `moltbot --backup`.",
    ),
    "outside: a repository of its own": Reason(
        "git refuses repositories of others, until root tells it not to.",
        "Leave git's refusal as it is.",
    ),
    "outside: a note": Reason(
        "`cat` passes on every byte, and the terminal obeys. Output of `moltbot` commands is filtered, and the journal is.",
        "Show the agent's files with `less`, which shows such bytes as text.",
    ),
    "outside: a link in place of what root writes": Reason(
        "A program of root's follows links like any other.",
        "Write into the workspace as the service's user, or let the configuration put documents there.",
    ),
    "resources: room on its disk": Reason(
        "systemd has quotas for the directories of services since version 258, on file systems that support them.",
        "Give the state a file system of its own, if other services need the room.",
    ),
    "resources: terminals": Reason(
        "The kernel counts terminals for the whole machine, and no directive of systemd limits them.",
        "Nobody can open a terminal as long as the service holds them all. Stopping the service is possible over SSH without one.",
    ),
    # With the defaults, beside what named hosts close.
    "secrets: the gateway's own key": Reason(
        "A gateway that asks a provider has the key, and so has what it starts.",
        "`confinement.keysOutside` closes it.",
    ),
    "secrets: the gateway's own key, of a credential": Reason(
        "The service manager gives the key to the gateway as a file that only its user can read.",
        "`confinement.keysOutside` closes it.",
    ),
}

# The classes of attacks that the defaults leave open, because the service then shares the machine's network.
OPEN_BY_DEFAULT = (
    "The gateway has to reach the internet, and names of it; abstract sockets, ports that a socket gets without asking for"
    " one, and services of this machine belong to the network that it shares."
)
SHARED_NETWORK = (
    "network: ",
    "dns: ",
    "processes: names of local sockets",
    "processes: ports of other services",
    "sockets: an abstract ",
    "resources: ports without numbers",
)
