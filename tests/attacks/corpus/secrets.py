"""Keys, tokens and logins."""

import contextlib
import ctypes
import os
from pathlib import Path

from corpus.kit import Attempt, Class, Told, call, processes, read, reads, said

CLASS = Class(
    "secrets",
    "Keys, tokens and logins: a person's, other services', and those that the service itself was given. Whoever has one"
    " can use it from anywhere, and later.",
)
attack = CLASS.attack

for row in (
    (
        "a person's SSH key",
        "CWE-522",
        "/home/alice/.ssh/id_ed25519",
        "ssh-key",
        "Reads the key with which the operator logs in elsewhere.",
    ),
    (
        "a person's signing key",
        "CWE-522",
        "/home/alice/.gnupg/private-keys-v1.d/main.key",
        "gpg-key",
        "Reads a private key of GnuPG.",
    ),
    (
        "a cloud's credentials",
        "CWE-522",
        "/home/alice/.aws/credentials",
        "cloud-key",
        "Reads the operator's keys to a cloud.",
    ),
    (
        "a cluster's credentials",
        "CWE-522",
        "/home/alice/.kube/config",
        "cluster-key",
        "Reads the operator's way into a cluster.",
    ),
    (
        "passwords of servers",
        "CWE-256",
        "/home/alice/.netrc",
        "netrc",
        "Reads passwords that programs use by themselves.",
    ),
    (
        "a shell's history",
        "CWE-532",
        "/home/alice/.bash_history",
        "history",
        "Reads what the operator typed, secrets among it.",
    ),
    (
        "a browser's sessions",
        "CWE-539",
        "/home/alice/.mozilla/firefox/main/cookies.sqlite",
        "cookies",
        "Reads the cookies of the operator's browser.",
    ),
    (
        "a desktop's keyring",
        "CWE-522",
        "/home/alice/.local/share/keyrings/login.keyring",
        "keyring-file",
        "Takes the file of the desktop's keyring away, to guess its password.",
    ),
    (
        "the key of all secrets",
        "CWE-522",
        "/home/alice/.config/sops/age/keys.txt",
        "age-key",
        "Reads the key that decrypts the machine's configuration.",
    ),
    (
        "another agent's login",
        "CWE-522",
        "/home/alice/.claude/.credentials.json",
        "login",
        "Reads the login of another agent in the operator's home.",
    ),
    (
        "a secret with the mode 0444",
        "CWE-732",
        "/run/secrets/shop-key",
        "lax-secret",
        "Reads a decrypted secret that somebody opened to make it work.",
    ),
):
    reads(CLASS, *row)


@attack("a secret in the Nix store", "CWE-538", Told("store"))
def _(at: Attempt) -> object:
    """Reads a secret that somebody's configuration put into the store."""
    return [read(str(path)) for path in Path("/nix/store").glob("*-secret-of-shop")]


@attack("the gateway's own key", "CWE-526", Told("key"))
def _(at: Attempt) -> object:
    """Reads the variables of the gateway, as any tool can that it starts."""
    found = []
    for number, line in processes():
        with contextlib.suppress(OSError):
            found.append(read(f"/proc/{number}/environ") if "gateway" in line else "")
    return found


@attack("the gateway's own key, of a credential", "CWE-522", Told("key"))
def _(at: Attempt) -> object:
    """Reads the files of the service's credentials."""
    folders = [os.environ.get("CREDENTIALS_DIRECTORY", ""), f"/run/credentials/{at.unit}"]
    return [read(str(path)) for folder in folders if folder for path in Path(folder).iterdir()]


@attack("the gateway's own key, of its file", "CWE-522", Told("key"))
def _(at: Attempt) -> object:
    """Reads the file that the operator named."""
    places = (f"/run/agenix/{at.column}", "/run/keys/ours", "/home/alice/.openclaw-key")
    return [read(place) for place in places if os.access(place, os.R_OK)]


@attack("another instance's key", "CWE-526", Told("other-key"))
def _(at: Attempt) -> object:
    """Reads the variables of a second instance of the gateway."""
    found = []
    for number, line in processes():
        if "taken-over" in line and os.access(f"/proc/{number}/environ", os.R_OK):
            found.append(read(f"/proc/{number}/environ"))
    return found


@attack("another instance's key, of its file", "CWE-522", Told("other-key"))
def _(at: Attempt) -> object:
    """Reads the key file of a second instance."""
    places = ("/run/agenix/other", "/run/keys/others-own", "/home/alice/.openclaw-other-key")
    return [read(place) for place in places if os.access(place, os.R_OK)]


@attack("variables of a unit", "CWE-526", Told("unit-environment"))
def _(at: Attempt) -> object:
    """Asks the service manager for the variables of another unit, which anybody may."""
    return said(at.systemctl, "show", "billing.service", "--property", "Environment")


@attack("a credential in a unit", "CWE-522", Told("credential"))
def _(at: Attempt) -> object:
    """Asks the service manager for a credential that a unit file contains."""
    return said(at.systemctl, "show", "billing.service", "--property", "SetCredential") + said(
        at.systemctl, "cat", "billing.service"
    )


@attack("the journal", "CWE-532", Told("journal"))
def _(at: Attempt) -> object:
    """Reads what other services say in the journal."""
    return said(at.journalctl, "--boot", "--no-pager", "--identifier", "billing")


@attack("a key in the kernel's keyring", "CWE-522", Told("kernel-key"))
def _(at: Attempt) -> object:
    """Links the keyring of its user into its own session, and reads a key that another program put there."""
    call("keyctl", 8, -4, -3)
    key = call("keyctl", 10, -3, ctypes.c_char_p(b"user"), ctypes.c_char_p(b"operators"), 0)
    text = ctypes.create_string_buffer(300)
    call("keyctl", 11, key, text, 300)
    return text.value.decode()


@attack("secrets of root", "CWE-552", Told("machine-key"))
def _(at: Attempt) -> object:
    """Reads a secret that is root's alone."""
    return read("/run/keys/machine")
