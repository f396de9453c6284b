"""Tries the promises of a running service's confinement on the machine in use, and says which are kept.

Runs outside of the sandbox, as root or as the user whose service it is. It opens nothing that the service can write,
and believes nothing that comes from inside but known words:

- The probes (probe.py) run in a copy of the service's unit, as the service manager has it, drop-ins included. The
  service cannot look into the copy.
- Each attempt is also made in a bare unit: an ordinary user without confinement. Where it does not succeed there, it
  shows nothing, and is not counted.
- What the kernel and the service manager say of the running service has to be what they say of the copy.

Exit: 0 if everything that was tried is kept, 1 if something is not, 69 if the service does not run, 75 if the probes
cannot run.
"""

import argparse
import contextlib
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

UNAVAILABLE, TEMPORARY = 69, 75
LIMIT_SECONDS = 60

# Directives of the unit that are no confinement: its commands, times, streams, variables and secrets.
NOT_COPIED = re.compile(
    r"(Exec(Start|Stop|Condition|Reload)\w*|Restart\w*|Type|Timeout\w*|RuntimeMaxSec|SuccessExitStatus|KillMode|KillSignal"
    r"|RemainAfterExit|(Load|Set|Import)Credential\w*|Environment\w*|PassEnvironment|UnsetEnvironment|Standard\w+|TTY\w+"
    r"|Sockets|OpenFile|FileDescriptorStore\w*|Watchdog\w*|NotifyAccess|PIDFile|BusName|LimitFSIZE)\s*="
)
# A user whom nothing belongs to.
NOBODY = 65534
NAMESPACES = ("cgroup", "ipc", "mnt", "net", "pid", "user", "uts")

# What the kernel says of a process: names in /proc/PID/status. The mask of new files is the process's own to change.
STATUS = (
    *("Uid", "Gid", "Groups", "NoNewPrivs", "Seccomp", "Seccomp_filters"),
    *("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"),
)
# What only the service manager says: limits of the whole unit.
PROPERTIES = (
    *("IPAddressAllow", "IPAddressDeny", "SocketBindAllow", "SocketBindDeny", "RestrictNetworkInterfaces"),
    *("DevicePolicy", "DeviceAllow", "MemoryMax", "TasksMax"),
)

# A word of a probe. Everything else that comes from inside is left out.
WORD = re.compile(r"[A-Za-z0-9-]{1,40}")
# The word of a probe that this kind of machine cannot try at all.
NO_SUCH_MACHINE = "no-such-machine"

KEPT, NOT_KEPT, GIVEN_UP, NOT_TRIED = "kept", "not kept", "given up", "not tried"


def end(status: int, message: str) -> NoReturn:
    print(f"{ARGUMENTS.command}: {message}", file=sys.stderr)
    sys.exit(status)


# ---- the service manager ----


def systemctl(*words: str) -> str:
    """What it prints; nothing if it fails."""
    manager = ["--user"] if ARGUMENTS.user else []
    done = subprocess.run(
        [ARGUMENTS.systemctl, *manager, "--no-pager", "--quiet", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=LIMIT_SECONDS,
        encoding="utf-8",
        errors="replace",
    )
    return done.stdout if done.returncode == 0 else ""


def property_of(unit: str, name: str) -> str:
    return systemctl("show", unit, "--property", name, "--value").strip()


def service_lines(unit: str) -> list[str]:
    """The lines of [Service] in the unit's file and its drop-ins: systemd.syntax(7)."""
    section, lines, open_line = "", list[str](), ""
    for line in systemctl("cat", unit).splitlines():
        if line.startswith(("#", ";")):
            continue
        if line.endswith("\\"):
            open_line += f"{line[:-1]} "
            continue
        whole, open_line = (open_line + line).strip(), ""
        if whole.startswith("["):
            section = whole
        elif section == "[Service]" and "=" in whole:
            lines.append(whole)
    return lines


def own_names(line: str, unit: str) -> str:
    """The line without specifiers for the name of its unit."""
    names = {"%n": unit, "%N": unit.removesuffix(".service"), "%p": unit.removesuffix(".service")}
    return re.sub(r"%.", lambda match: names.get(match[0], match[0]), line)


# ---- what is tried ----


class Proof(NamedTuple):
    rule: str
    promise: str
    attempt: list[str]
    property: dict[str, str] | None
    # The words that keep it, and the one without a sandbox.
    must: list[str]
    bare: str
    # Why it is not tried, and which option gives it up, surely or perhaps.
    reason: str
    given_up: str
    perhaps: str


class Result(NamedTuple):
    rule: str
    promise: str
    verdict: str
    reason: str
    inside: str
    outside: str


def proofs_of(promises: Any, facts: Any, known: dict[str, str]) -> list[Proof]:
    surely, perhaps = lifts_of(promises, facts)
    proofs: list[Proof] = []
    for rule in promises["rules"]:
        accepted = any(name in facts["accepted"] for name in rule["directives"])
        for proof in rule["proofs"]:
            must, bare, promise = proof["must"], proof["bare"], proof["promise"]
            name = promise
            word, option = surely.get(promise, ("", ""))
            given_up = option if word == proof["unconfined"] else ""
            if word and not given_up:
                # What works with the defaults, or is a limit of them, is closed by the option. What is closed anyway may
                # end in either word.
                if bare in must:
                    name, must = f"closed by {option}: {promise.removeprefix('a limit: ')}", []
                must = [in_use(word, proof), *must]
            if bare in must:
                # It holds without a sandbox, too: it is a limit, or something that works.
                continue
            attempt, lacking = filled(proof.get("attempt", []), known)
            reason = users_reason(rule, proof) or proof.get("reason", lacking)
            lenient = promises["acceptMissing"] if accepted else perhaps.get(promise, "")
            proofs.append(
                Proof(rule["id"], name, attempt, proof.get("property"), must, bare, reason, given_up, lenient)
            )
    return proofs


def in_use(word: str, proof: Any) -> str:
    """A word of a VM test here: a packet tells at once what a connection finds out by waiting."""
    return "EPERM" if word == "timeout" and proof.get("attempt", [""])[0] == "send" else word


def users_reason(rule: Any, proof: Any) -> str:
    """Why a service of a user's own does not promise it; nothing if it does."""
    limit = rule.get("user")
    if not ARGUMENTS.user or limit is None or not (limit["all"] or proof.get("systemOnly")):
        return ""
    return f"a user's service manager: it cannot {limit['cannot']}"


def lifts_of(promises: Any, facts: Any) -> tuple[dict[str, tuple[str, str]], dict[str, str]]:
    """The promises that change with the user's options: those with a tested value, and those with another."""
    surely: dict[str, tuple[str, str]] = {}
    perhaps: dict[str, str] = {}
    for name, lifts in promises["differences"].items():
        if name in facts["differences"]:
            surely |= {promise: (word, "this release of the program") for promise, word in lifts.items()}
    for option, tests in promises["relaxations"].items():
        if option not in facts["options"]:
            continue
        exact = [test["lifts"] for test in tests if test["value"] == facts["options"][option]]
        for lifts in exact:
            surely |= {promise: (word, option) for promise, word in lifts.items()}
        if not exact:
            perhaps |= {promise: option for test in tests for promise in test["lifts"]}
    return surely, perhaps


def filled(attempt: list[str], known: dict[str, str]) -> tuple[list[str], str]:
    """The attempt with the facts of this machine, or why it cannot have them."""
    names = [name for word in attempt for name in re.findall(r"\{([a-z-]+)\}", word)]
    if any(name not in known for name in names):
        return [], "this service has nothing of the kind"
    words = [re.sub(r"\{([a-z-]+)\}", lambda match: known[str(match[1])], word) for word in attempt]
    if words[:1] == ["same"]:
        words.append(identity(words[1]))
    return words, ""


def identity(path: str) -> str:
    try:
        found = os.stat(path)
    except OSError:
        return "none"
    return f"{found.st_dev}:{found.st_ino}"


@contextlib.contextmanager
def neighbours() -> Iterator[dict[str, str]]:
    """What everybody on the machine can reach, for as long as the probes run; the facts about it."""
    name = f"doctor-{secrets.token_hex(8)}"
    with socket.socket(socket.AF_UNIX) as local, socket.create_server(("127.0.0.1", 0)) as server:
        local.bind(f"\0{name}")
        local.listen()
        yield {
            "doctor": sys.argv[0],
            "doctor-port": str(server.getsockname()[1]),
            "doctor-socket": name,
            **{f"host-{kind}": os.readlink(f"/proc/self/ns/{kind}") for kind in NAMESPACES},
        }


# ---- the two units ----


class Units:
    """The copy of the service's unit, and the bare one."""

    def __init__(self, service: str) -> None:
        self._directory = Path(tempfile.mkdtemp(prefix=f"doctor-{os.getpid()}-", dir=ARGUMENTS.runtime))
        self._folder = Path(ARGUMENTS.runtime, "systemd", "user" if ARGUMENTS.user else "system")
        stem = f"doctor-{os.getpid()}"
        self.copy, self.bare = f"{stem}-of-{service}", f"{stem}-bare-of-{service}"
        self._service = service

    def start(self, attempts: list[list[str]], pid: int) -> None:
        lines = [line for line in service_lines(self._service) if not NOT_COPIED.match(line)]
        joined = os.readlink(f"/proc/{pid}/ns/net") != os.readlink("/proc/self/ns/net")
        copied = [own_names(line, self._service) for line in lines]
        # Nobody removes the service's own directory below /run when the copy ends.
        copied.append("RuntimeDirectoryPreserve=yes")
        program = [ARGUMENTS.python, "-I", "-S", ARGUMENTS.probe, "--stay"]
        sealed = [*program, "--seal"]
        (self._directory / "attempts").write_text(json.dumps(attempts))
        self._write(self.copy, copied, program if ARGUMENTS.user else sealed, self._service if joined else "")
        account = [ARGUMENTS.setpriv, f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        self._write(self.bare, [], sealed if ARGUMENTS.user else [*account, *sealed])
        # It returns once both run: before, they are as inactive as they are afterwards.
        systemctl("start", self.copy, self.bare)

    def _write(self, unit: str, lines: list[str], program: list[str], beside: str = "") -> None:
        text = [
            *("[Unit]", f"Description=Probes for {self._service}", "CollectMode=inactive-or-failed"),
            *([f"JoinsNamespaceOf={beside}"] if beside else []),
            *("[Service]", *lines, "Type=exec", "KillSignal=SIGKILL", "SuccessExitStatus=SIGKILL"),
            *(f"RuntimeMaxSec={LIMIT_SECONDS + 30}", "LimitFSIZE=64K", "StandardError=null"),
            f"StandardInput=file:{self._directory}/attempts",
            f"StandardOutput=truncate:{self._directory}/{unit}",
            f"ExecStart={' '.join(program)}",
        ]
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / unit).write_text("\n".join([*text, ""]))

    def words(self, unit: str, count: int, deadline: float) -> list[str]:
        """The words of a unit's probes; it goes on running."""
        while True:
            said = self._said(unit)
            if said[count:] == ["end"]:
                return [word if WORD.fullmatch(word) else "?" for word in said[:count]]
            state = property_of(unit, "ActiveState")
            if state in ("failed", "inactive") or time.monotonic() > deadline:
                what = "a copy of the service's unit" if unit == self.copy else "a unit for comparison"
                end(TEMPORARY, f"the probes do not run to their end in {what}: journalctl --unit {unit} may say why")
            time.sleep(0.1)

    def _said(self, unit: str) -> list[str]:
        try:
            with open(self._directory / unit, encoding="ascii", errors="replace") as file:
                return file.read(1 << 16).split()
        except FileNotFoundError:
            return []

    def remove(self) -> None:
        systemctl("stop", self.copy, self.bare)
        for unit in (self.copy, self.bare):
            (self._folder / unit).unlink(missing_ok=True)
        systemctl("reset-failed", self.copy, self.bare)
        shutil.rmtree(self._directory)


def remove_leftovers() -> None:
    """Removes the files of doctors that somebody killed. Their units have a time limit."""
    runtime = Path(ARGUMENTS.runtime)
    manager = "user" if ARGUMENTS.user else "system"
    for place in [*runtime.glob("doctor-*"), *(runtime / "systemd" / manager).glob("doctor-*")]:
        number = re.match(r"doctor-(\d+)-", place.name)
        if number is None or Path("/proc", number[1]).exists():
            continue
        if place.is_dir():
            shutil.rmtree(place, ignore_errors=True)
        else:
            place.unlink(missing_ok=True)


# ---- the running service, and the copy ----


def looks_of(pid: int) -> dict[str, object]:
    """What the kernel says of a process: it says so to everybody, and the process cannot change it for the better."""
    place = Path("/proc", str(pid))
    status = dict(line.split(":", 1) for line in (place / "status").read_text().splitlines())
    limits = (place / "limits").read_text().splitlines()[1:]
    return {
        **{name: status.get(name, "").split() for name in STATUS},
        **{f"namespace {kind}": is_own(place, kind) for kind in NAMESPACES},
        **{name: (place / name).read_text().split() for name in ("uid_map", "gid_map", "personality", "oom_score_adj")},
        # The name of a limit, and its hard value.
        **{line[:25].strip(): line[47:67].strip() for line in limits if not line.startswith("Max file size")},
        "mounts": _mounts(place),
    }


def is_own(place: Path, kind: str) -> bool:
    return os.readlink(place / "ns" / kind) != os.readlink(f"/proc/self/ns/{kind}")


def _mounts(place: Path) -> list[tuple[str, ...]]:
    """Where something is mounted, with its options and its kind: proc_pid_mountinfo(5)."""
    lines = [line.split() for line in (place / "mountinfo").read_text().splitlines()]
    return sorted(
        # Identifiers and the sources of mounts differ. Only the service has credentials.
        (line[4], line[5], line[line.index("-") + 1], *_of_proc(line))
        for line in lines
        if not line[4].startswith(("/run/credentials", f"{ARGUMENTS.runtime}/credentials"))
    )


def _of_proc(line: list[str]) -> list[str]:
    """The options of /proc itself: what it hides."""
    hyphen = line.index("-")
    return [line[hyphen + 3]] if line[hyphen + 1] == "proc" else []


def unlike(service: str, pid: int, units: Units) -> list[str]:
    """What differs between the running service and the copy."""
    running, tried = looks_of(pid), looks_of(int(property_of(units.copy, "MainPID")))
    kernel = [name for name in running if running[name] != tried[name]]
    # Lists of addresses have no order.
    manager = [
        name
        for name in PROPERTIES
        if sorted(property_of(service, name).split()) != sorted(property_of(units.copy, name).split())
    ]
    return [*kernel, *manager]


# ---- the verdicts ----


# Why an attempt shows nothing, by its word without a sandbox.
WHY_NOT = {
    "ENETUNREACH": "this machine has no way there",
    "ENOENT": "there is nothing of the kind on this machine",
    "EPERM": "this machine refuses it to everybody",
    "none": "there is nothing of the kind on this machine",
    "yes": "it is so on this machine for everybody",
}


def judge(proof: Proof, inside: str, outside: str) -> Result:
    def result(verdict: str, reason: str = "") -> Result:
        return Result(proof.rule, proof.promise, verdict, reason, inside, outside)

    if proof.given_up:
        return result(GIVEN_UP, f"by {proof.given_up}")
    if proof.reason:
        return result(NOT_TRIED, proof.reason)
    if outside != proof.bare:
        return result(NOT_TRIED, f"{WHY_NOT.get(outside, 'it would show nothing here')}: {outside} without a sandbox")
    if inside in proof.must:
        return result(KEPT)
    if proof.perhaps:
        return result(GIVEN_UP, f"by {proof.perhaps}")
    return result(NOT_KEPT, f"it ends in {inside}, as without a sandbox" if inside == outside else f"it ends in {inside}")


def observed(proof: Proof, unit: str) -> str:
    look = proof.property or {}
    return "yes" if property_of(unit, look["property"]) == look["value"] else "no"


def examine(service: str, pid: int, promises: Any, facts: Any) -> list[Result]:
    remove_leftovers()
    with neighbours() as near:
        proofs = proofs_of(promises, facts, {**facts["known"], **near})
        tried = [proof for proof in proofs if not (proof.reason or proof.given_up)]
        attempts = [proof.attempt for proof in tried if proof.property is None]
        units = Units(service)
        try:
            units.start(attempts, pid)
            deadline = time.monotonic() + LIMIT_SECONDS
            inside = iter(units.words(units.copy, len(attempts), deadline))
            outside = iter(units.words(units.bare, len(attempts), deadline))
            results: list[Result] = []
            for proof in proofs:
                if proof.reason or proof.given_up:
                    results.append(judge(proof, "", ""))
                elif proof.property is None:
                    results.append(judge(proof, next(inside), next(outside)))
                else:
                    results.append(judge(proof, observed(proof, service), observed(proof, units.bare)))
            different = unlike(service, pid, units)
        finally:
            units.remove()
    if property_of(service, "MainPID") != str(pid):
        end(TEMPORARY, f"{service} has started again in the meantime: try once more")
    verdict, reason = (NOT_KEPT, f"they differ in {', '.join(different)}") if different else (KEPT, "")
    return [Result("running", RUNNING, verdict, reason, "", ""), *results]


RUNNING = "the running service is confined like the copy of its unit in which this was tried"


# ---- the table ----


def verdict_of(results: list[Result]) -> str:
    verdicts = {result.verdict for result in results}
    return next(verdict for verdict in (NOT_KEPT, KEPT, GIVEN_UP, NOT_TRIED) if verdict in verdicts)


def show(service: str, promises: Any, results: list[Result], certain: bool) -> None:
    found, needed = systemd_found(), promises["systemd"]
    print(f"{service}, on systemd {found}. The promises hold since systemd {needed}.\n")
    own_why = "userWhy" if ARGUMENTS.user else "why"
    whys = {rule["id"]: rule.get(own_why, rule["why"]) for rule in promises["rules"]}
    for rule, why in {"running": RUNNING, **whys}.items():
        own = [result for result in results if result.rule == rule]
        if not own:
            continue
        tried = sum(result.verdict in (KEPT, NOT_KEPT) for result in own)
        print(f"{verdict_of(own):10} {rule:26} {tried} of {len(own)} tried")
        put(first_sentence(why), "")
        reasons = {result.reason for result in own}
        if tried == 0 and len(reasons) == 1:
            put(f"{own[0].verdict}: {own[0].reason}")
            continue
        for result in own:
            if result.verdict in (NOT_KEPT, GIVEN_UP) or tried == 0:
                put(f"{result.verdict}: {result.promise} ({result.reason})")
    print(f"\n{summary(results)}")
    if not certain:
        print("The service sees other processes of its user, these probes too: it may have changed what they say.")


def put(text: str, hanging: str = "  ") -> None:
    indent = " " * 11
    print(textwrap.fill(text, 100, initial_indent=indent, subsequent_indent=indent + hanging))


def first_sentence(text: str) -> str:
    sentence = text.split(". ")[0].rstrip(".")
    return f"{sentence[:1].upper()}{sentence[1:]}."


def summary(results: list[Result]) -> str:
    counts = {word: sum(result.verdict == word for result in results) for word in (KEPT, NOT_KEPT, GIVEN_UP, NOT_TRIED)}
    return ", ".join(f"{count} {word}" for word, count in counts.items()) + "."


def systemd_found() -> str:
    found = re.match(r"systemd (\d{1,4})", systemctl("--version"))
    return found[1] if found else "of an unknown version"


def as_data(service: str, promises: Any, results: list[Result], certain: bool) -> Any:
    return {
        "service": service,
        "systemd": {"found": systemd_found(), "since": promises["systemd"]},
        "kept": all(result.verdict != NOT_KEPT for result in results),
        "certain": certain,
        "promises": [result._asdict() for result in results],
    }


def main() -> int:
    service = ARGUMENTS.unit
    pid = int(property_of(service, "MainPID") or 0)
    if pid == 0:
        end(UNAVAILABLE, f"{service} does not run, so there is nothing to look at")
    promises, facts = (json.loads(Path(file).read_text()) for file in (ARGUMENTS.promises, ARGUMENTS.facts))
    certain = is_own(Path("/proc", str(pid)), "pid")
    results = examine(service, pid, promises, facts)
    # All is removed again: a reader of the output may end at any time.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    if ARGUMENTS.json:
        print(json.dumps(as_data(service, promises, results, certain), indent=2))
    else:
        show(service, promises, results, certain)
    if all(result.verdict in (NOT_TRIED, GIVEN_UP) for result in results[1:]):
        end(TEMPORARY, "nothing could be tried on this machine")
    return 1 if any(result.verdict == NOT_KEPT for result in results) else 0


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    for name in ("command", "unit", "runtime", "promises", "facts", "systemctl", "setpriv", "python", "probe"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--user", action="store_true")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


ARGUMENTS = parse() if __name__ == "__main__" else argparse.Namespace()


if __name__ == "__main__":
    # An end by a signal removes the units, too.
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(TEMPORARY))
    try:
        sys.exit(main())
    except subprocess.TimeoutExpired:
        end(TEMPORARY, "the service manager does not answer")
