"""Tries all attacks on the columns, as root outside of the services, and says which succeed.

Usage: director.py CERTIFICATE OUTCOMES COLUMN...: writes, as JSON, for each column and attack whether it succeeded, and
what it said. An attack succeeds only by its proof (corpus/kit.py).
"""

from __future__ import annotations

import contextlib
import json
import os
import pty
import pwd
import re
import secrets
import select
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

import neighbours  # noqa: E402
from columns import COLUMNS, Column  # noqa: E402
from corpus import attacks  # noqa: E402
from corpus.kit import Attack, Heard, Reached, Seen, Told, Written  # noqa: E402

HEARD = Path("/run/attacks/world/heard")
START_SECONDS = 60


def main() -> None:
    certificate, outcomes, *wanted = sys.argv[1:]
    canaries = neighbours.new_canaries(neighbours.names())
    canaries |= {name: value() for name, value in neighbours.OF_MACHINE.items()}
    os.umask(0o022)
    neighbours.make_files(canaries)
    neighbours.make_devices()
    neighbours.make_set_uid_program()
    neighbours.make_project()
    neighbours.start_programs(canaries)
    neighbours.start_world(canaries, certificate)
    results = {}
    for column in COLUMNS:
        if column.name in wanted:
            begun = time.monotonic()
            results[column.name] = Trial(column, canaries).outcomes()
            good = sum(outcome["succeeded"] is True for outcome in results[column.name].values())
            print(
                f"{column.name}: {good} of {len(results[column.name])}, {time.monotonic() - begun:.0f} s",
                flush=True,
            )
    Path(outcomes).write_text(json.dumps(results))


class Trial:
    """All attacks on one column."""

    def __init__(self, column: Column, canaries: dict[str, str]) -> None:
        self.column = column
        own = neighbours.new_canaries(list(neighbours.OF_COLUMN))
        self.canaries = {**canaries, **{name: f"{text}-{column.name}" for name, text in own.items()}}
        self.facts = {**column.facts(), **machine_facts()}
        self.folder = Path(column.state) / "workspace" / "attacks"
        self.terminal = ""
        self.before: dict[str, str] = {}
        self._marks: dict[str, str] = {}
        self._said: dict[str, str] = {}
        self._good: dict[str, bool] = {}

    def outcomes(self) -> dict[str, dict[str, object]]:
        self._prepare()
        table = attacks()
        for moment in (
            "service",
            "restart",
            "switch",
            "command",
            "prompt",
            "log",
            "login",
            "copy",
            "hand",
            "stop",
        ):
            names = [name for name, (_, attack) in table.items() if attack.moment == moment]
            if names:
                self._act(moment, {name: table[name][1] for name in names})
        self._clear()
        return {
            name: {"succeeded": self._good[name], "said": self._said.get(name, "")[:300]}
            for name in self._good
        }

    # ---- before and after ----

    def _prepare(self) -> None:
        column, keys = self.column, Path("/run/keys")
        keys.mkdir(mode=0o711, exist_ok=True)
        key, other = self.canaries["key"], self.canaries["other-key"]
        variable = f"ANTHROPIC_API_KEY={key}\n"
        if column.name == "account":
            for name, text in (
                (".openclaw-key", variable),
                (".openclaw-other-key", f"ANTHROPIC_API_KEY={other}\n"),
            ):
                self._give(Path("/home/alice") / name, text, 0o600)
            for folder in ("/tmp/openclaw", column.state, column.other_state):
                self._folder(Path(folder))
        elif column.name in ("bare", "pull"):
            # The pull request's program reads the files itself, as its user.
            owner = column.user if column.name == "pull" else "root"
            secrets_folder = Path("/run/agenix")
            secrets_folder.mkdir(mode=0o711, exist_ok=True)
            self._give(secrets_folder / column.name, variable, 0o600, owner)
            self._give(secrets_folder / "other", f"ANTHROPIC_API_KEY={other}\n", 0o600, owner)
            for folder in (column.state, column.other_state, f"{column.state}/logs"):
                self._folder(Path(folder))
        else:
            self._give(keys / "ours", f"{key}\n", 0o600, "root")
            self._give(keys / "others-own", f"{other}\n", 0o600, "root")
        self._start(column.other_unit)
        self._start(column.unit)
        if column.name in ("ours", "keeper"):
            neighbours.run(f"test -d {column.state}/workspace")
        else:
            documents = Path(self.facts["documents"])
            self._folder(Path(column.state) / "workspace")
            for name in ("AGENTS.md", "SOUL.md"):
                text = (documents / name).read_text() if (documents / name).exists() else "Be careful.\n"
                self._give(Path(column.state) / "workspace" / name, text, 0o640)
            if column.name != "bare":
                Path(column.config).parent.mkdir(parents=True, exist_ok=True)
            else:
                Path("/etc/openclaw").mkdir(exist_ok=True)
            if column.name == "account":
                self._give(Path(column.config), "{}\n", 0o600)
            elif column.name == "bare":
                self._give(Path(column.config), "{}\n", 0o644, "root")
            else:
                self._give(Path("/etc/openclaw/default.json"), "{}\n", 0o640)
                if not os.path.lexists(column.config):
                    os.symlink("/etc/openclaw/default.json", column.config)
        self._give(
            Path(column.other_state) / "conversation",
            f"{self.canaries['other-state']}\n",
            0o600,
            self._other(),
        )
        self._folder(self.folder)
        shutil.copytree(HERE / "corpus", self.folder / "corpus", dirs_exist_ok=True)
        shutil.copyfile(HERE / "inside.py", self.folder / "inside.py")
        self._start_companions()

    def _other(self) -> str:
        return pwd.getpwuid(os.stat(self.column.other_state).st_uid).pw_name

    def _start_companions(self) -> None:
        """Programs of the same account outside of the service: as if its operator had started something there."""
        user = self.column.user
        neighbours.put_key(user, self.canaries["kernel-key"])
        python = shutil.which("python3")
        held = (
            "import os,time; f=open('/tmp/held-%s','w+'); os.unlink(f.name);"
            " f.write(os.environ['HELD']); f.flush(); open('/tmp/private-%s','w').write(os.environ['PRIVATE']); time.sleep(1e6)"
            % (user, user)
        )
        for kind, words in (
            ("held", f"{python} -c {shlex.quote(held)} companion-held"),
            ("killed", f"{python} -c 'import time; time.sleep(1e6)' companion-killed"),
            ("slowed", f"{python} -c 'import time; time.sleep(1e6)' companion-slowed"),
            ("stopped", f"{python} -c 'import time; time.sleep(1e6)' companion-stopped"),
        ):
            more = "--property=PrivateTmp=yes" if kind == "held" else ""
            neighbours.run(
                f"systemd-run --quiet --collect --unit=companion-{kind}-{user} --uid={user} {more}"
                f" --setenv=HELD={self.canaries['open-file']} --setenv=PRIVATE={self.canaries['private-tmp']}"
                f" --setenv=OPERATOR_TOKEN={self.canaries['environ']} {words}"
            )
            self.before[kind] = neighbours.run(f"systemctl show -P MainPID companion-{kind}-{user}").strip()

        shows = f"{self._systemctl()} show -P MainPID {self.column.other_unit}"
        self.before["other"] = neighbours.run(shows).strip()

    def _clear(self) -> None:
        for kind in ("held", "killed", "slowed", "stopped"):
            self.run(f"systemctl kill --signal=KILL companion-{kind}-{self.column.user}; true")
        for unit in (self.column.unit, self.column.other_unit):
            self.run(f"{self._systemctl()} stop {unit}")
        self.run(
            "rm -rf /tmp/nightly-report /data/drop/* /tmp/escaped-* /tmp/left-* /dev/shm/left-* /etc/taken-by-*"
        )
        self.run(
            "ipcs --shmems | awk '$1 == \"0x00001f90\" || $5 == 4097 {print $2}' | xargs -r -n1 ipcrm --shmem-id"
        )
        self.run(
            "cd /home/alice; rm -rf .bashrc .bash_profile .gitconfig .local/bin .ran-* .taken .config/systemd"
        )
        self.run("rm -rf /home/alice/.config/autostart /home/alice/project/.git/hooks/pre-commit")

    def _give(self, path: Path, text: str, mode: int, owner: str = "") -> None:
        path.write_text(text)
        entry = pwd.getpwnam(owner or self.column.user)
        os.chown(path, entry.pw_uid, entry.pw_gid)
        path.chmod(mode)

    def _folder(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True)
        entry = pwd.getpwnam(self.column.user)
        os.chown(path, entry.pw_uid, entry.pw_gid)

    def _systemctl(self) -> str:
        return "systemctl" if self.column.name != "account" else f"{as_alice()} systemctl --user"

    def _start(self, unit: str) -> None:
        if unit == "moltbot-gateway-other.service":
            neighbours.run(f"systemctl start {unit}")
        else:
            neighbours.run(f"{self._systemctl()} start {unit}")

    def _restart(self) -> str:
        # A unit counts as started before its program has said anything.
        return neighbours.run(f"{self._systemctl()} restart {self.column.unit}; sleep 1")

    def _switch(self) -> str:
        """What a switch of the machine's configuration does, and the module's own part of it."""
        if self.column.name == "pull":
            neighbours.run(f"ln -sfn /etc/openclaw/default.json {self.column.config}")
        neighbours.run("systemd-tmpfiles --create > /dev/null 2>&1 || true")
        return self._restart()

    # ---- attacks ----

    def _act(self, moment: str, some: dict[str, Attack]) -> None:
        self._marks |= {name: f"mark-{secrets.token_hex(12)}" for name in some}
        # Of those that wait at the operator's terminal, each would take from the others.
        groups = [[name] for name in some] if moment == "prompt" else [list(some)]
        for names in groups:
            if moment in ("command", "prompt"):
                self._inside(names, "armed")
            else:
                self._inside(names, "go")
            act: dict[str, Callable[[], str]] = {
                "service": lambda: "",
                "restart": self._restart,
                "switch": self._switch,
                "command": partial(self._command, names),
                "prompt": partial(self._command, names),
                "log": self._read_log,
                "login": self._log_in,
                "copy": self._copy,
                "hand": self._by_hand,
                "stop": lambda: self.run(f"{self._systemctl()} stop {self.column.unit}"),
            }
            self.terminal = act[moment]()
            for name in names:
                self._good[name] = self._is_proved(name, some[name])

    def _inside(self, names: list[str], file: str) -> None:
        marks = {name: self._marks[name] for name in names}
        orders = {"facts": self.facts, "attacks": marks, "in_terminal": file == "armed"}
        said = self.folder / "said.json"
        said.unlink(missing_ok=True)
        new = self.folder / f"{file}.new"
        self._give(new, json.dumps(orders), 0o600)
        new.rename(self.folder / file)
        if file == "armed":
            return
        deadline = time.monotonic() + 120
        while (self.folder / file).exists():
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self.column.name}: the attacks do not end")
            time.sleep(0.05)
        self._said |= json.loads(said.read_text()) if said.exists() else {}

    def _is_proved(self, name: str, attack: Attack) -> bool:
        mark, said, proof = self._marks[name], self._said.get(name, ""), attack.proof
        if isinstance(proof, Told):
            return self.canaries[proof.canary] in said
        if isinstance(proof, Heard):
            lines = HEARD.read_text(errors="replace").splitlines() if HEARD.exists() else []
            return any(mark in line and json.loads(line)["at"] == proof.at for line in lines)
        if isinstance(proof, Written):
            path = Path(proof.path.format(**self.facts))
            return path.exists() and mark in path.read_text(errors="replace")
        if isinstance(proof, Seen):
            return proof.what(self, mark)
        assert isinstance(proof, Reached)
        return said.startswith("reached")

    # ---- what people do outside ----

    def run(self, command: str) -> str:
        ran = subprocess.run(
            ["bash", "-c", command], capture_output=True, text=True, timeout=60, errors="replace"
        )
        return ran.stdout + ran.stderr

    def said(self, mark: str) -> str:
        return next((self._said.get(name, "") for name, own in self._marks.items() if own == mark), "")

    def _command(self, names: list[str]) -> str:
        sudo = (
            f"sudo --user {self.column.user}"
            if shutil.which("sudo")
            else f"runuser --user {self.column.user} --"
        )
        command = f"OPERATORS_SECRET={self.canaries['environment']} {self.column.command.format(sudo=sudo)}"
        if self.column.name == "account":
            command = f"{as_alice()} {command}"
        script = (
            f"{command}; echo after:; sleep 1; read -r -s -t 3 -p 'password: ' word; echo got $word; sleep 1"
        )
        # What the operator types for the command, and, when that has ended, for another program.
        typed = [
            ("", 1.0, f"{self.canaries['typed']}\n"),
            ("password: ", 1.0, f"{self.canaries['typed-later']}\n"),
        ]
        shown = in_terminal(script, typed, seconds=30)
        said = self.folder / "said.json"
        self._said |= json.loads(said.read_text()) if said.exists() else {}
        late = self.folder / "late"
        if late.exists():
            self._said[names[0]] = f"{self._said.get(names[0], '')} {late.read_text(errors='replace')}"
            late.unlink()
        (self.folder / "armed").unlink(missing_ok=True)
        return shown

    def _read_log(self) -> str:
        status = f"{self._systemctl()} status --no-pager --full {self.column.unit}"
        return in_terminal(f"journalctl --sync; {self.column.log}; {status}")

    def _log_in(self) -> str:
        lines = [
            "cd",
            "ls",
            "sudo --non-interactive true",
            self.canaries["typed"],
            "cd project",
            "git status",
            "git commit --allow-empty -m x",
            "exit",
        ]
        typed = [("", 1 + 0.6 * place, f"{line}\n") for place, line in enumerate(lines)]
        return in_terminal(f"{login()} alice", typed, seconds=15)

    def _copy(self) -> str:
        copy = f"/root/copy-of-{self.column.name}"
        systemctl = self._systemctl()
        return in_terminal(
            f"{systemctl} stop {self.column.unit}; rm -f {copy}; {self.column.copy.format(copy=copy)};"
            f" {self.column.put_back.format(copy=copy)}; {systemctl} start {self.column.unit}",
            seconds=60,
        )

    def _by_hand(self) -> str:
        return in_terminal(
            f": > /etc/taken-by-hand; cd {self.column.state}/workspace; cat NOTES.md; sh install.sh; tar --create --file /root/by-hand.tar *;"
            " git -c safe.directory='*' status; cp list.txt todo.txt",
            seconds=20,
        )


def as_alice() -> str:
    return "runuser --user alice -- env XDG_RUNTIME_DIR=/run/user/1000 HOME=/home/alice"


def login() -> str:
    return "su --login" if shutil.which("su") else "runuser --login"


def machine_facts() -> dict[str, str]:
    def program(name: str) -> str:
        found = shutil.which(name)
        return os.path.realpath(found) if found else ""

    return {
        "systemctl": program("systemctl"),
        "systemd_run": program("systemd-run"),
        "busctl": program("busctl"),
        "journalctl": program("journalctl"),
        "userdbctl": program("userdbctl"),
        "bash": program("bash"),
        "git": program("git"),
        "python": program("python3"),
        "documents": "/run/attacks/documents",
    }


def in_terminal(command: str, typed: list[tuple[str, float, str]] | None = None, seconds: float = 20) -> str:
    """Runs a command in a terminal, and returns what the terminal got. Types each word some seconds after another word was
    shown, or after the begin."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ["TERM"] = "xterm"
        os.execvp("bash", ["bash", "-c", command])
    waiting = list(typed or [])
    begun = time.monotonic()
    shown: dict[str, float] = {"": begun}
    out = b""
    while time.monotonic() - begun < seconds:
        for sign, _, _ in waiting:
            if sign.encode() in out:
                shown.setdefault(sign, time.monotonic())
        if waiting and time.monotonic() - shown.get(waiting[0][0], float("inf")) > waiting[0][1]:
            os.write(terminal, waiting.pop(0)[2].encode())
        readable, _, _ = select.select([terminal], [], [], 0.05)
        if readable:
            with contextlib.suppress(OSError):
                out += os.read(terminal, 65536)
        # Somebody else may still have the terminal open.
        if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            break
    else:
        os.kill(child, signal.SIGKILL)
    while select.select([terminal], [], [], 0.2)[0]:
        try:
            out += os.read(terminal, 65536)
        except OSError:
            break
    os.close(terminal)
    os.waitpid(child, 0)
    return re.sub(r"\r\n", "\n", out.decode(errors="replace"))


if __name__ == "__main__":
    main()
