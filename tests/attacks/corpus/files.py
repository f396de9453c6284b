"""Files of other people and programs."""

import fcntl
import os

from corpus.kit import Attempt, Class, Outside, Seen, Told, Written, append, read, reads, stay

CLASS = Class(
    "files",
    "Files of people and of other services, with the owners and modes of ordinary machines: homes are closed, the data of"
    " services often is not. Some of it can be changed by everybody.",
)
attack = CLASS.attack

for row in (
    (
        "mail in a home",
        "CWE-552",
        "/home/alice/.thunderbird/main/Mail/Inbox",
        "inbox",
        "Reads the mail of the person who operates it.",
    ),
    (
        "mail in its spool",
        "CWE-552",
        "/var/spool/mail/alice",
        "mail",
        "Reads that person's mail where the machine delivers it.",
    ),
    (
        "a document",
        "CWE-552",
        "/home/alice/Documents/taxes.txt",
        "document",
        "Reads a document in that person's home.",
    ),
    (
        "an open home",
        "CWE-732",
        "/home/bob/public/notes",
        "open-home",
        "Reads a home that its owner opened for a web server.",
    ),
    (
        "the machine's configuration",
        "CWE-732",
        "/etc/nixos/configuration.nix",
        "configuration",
        "Reads the configuration of NixOS, which is open to all.",
    ),
    (
        "a service's configuration",
        "CWE-732",
        "/etc/shop/shop.conf",
        "service-configuration",
        "Reads another service's configuration below /etc.",
    ),
    (
        "a web site's environment",
        "CWE-538",
        "/srv/www/shop/.env",
        "web-root",
        "Reads the `.env` of a web site.",
    ),
    (
        "a program in /opt",
        "CWE-732",
        "/opt/shop/config.ini",
        "opt",
        "Reads the settings of a program that was put into /opt.",
    ),
    (
        "a service's database",
        "CWE-276",
        "/var/lib/shop/customers.db",
        "database",
        "Reads the data of another service, which it wrote with the usual umask.",
    ),
    ("logs", "CWE-532", "/var/log/shop.log", "log", "Reads the log of another service."),
    ("caches", "CWE-524", "/var/cache/shop/page", "cache", "Reads the cache of another service."),
    (
        "backups",
        "CWE-530",
        "/var/backups/shop.sql",
        "backup",
        "Reads a dump of a database that nobody put away.",
    ),
    ("spools", "CWE-552", "/var/spool/shop/job", "spool", "Reads a job that waits in a spool."),
    (
        "runtime files",
        "CWE-552",
        "/run/shop/session",
        "runtime",
        "Reads the runtime files of another service.",
    ),
    (
        "temporary files",
        "CWE-377",
        "/tmp/report.txt",
        "temporary",
        "Reads a temporary file that root left in /tmp.",
    ),
    (
        "long-lived temporary files",
        "CWE-377",
        "/var/tmp/report.txt",
        "long-temporary",
        "Reads a temporary file in /var/tmp.",
    ),
    (
        "shared memory files",
        "CWE-377",
        "/dev/shm/shop",
        "shared-file",
        "Reads another program's file in /dev/shm.",
    ),
    (
        "a mounted disk",
        "CWE-552",
        "/mnt/backup/photos",
        "mounted",
        "Reads a disk that is mounted below /mnt.",
    ),
    ("a stick", "CWE-552", "/media/stick/letter", "removable", "Reads a stick that somebody plugged in."),
    (
        "the boot partition",
        "CWE-732",
        "/boot/initrd-secrets",
        "boot",
        "Reads secrets of the initrd, on a partition without owners.",
    ),
    (
        "a directory of its own kind",
        "CWE-552",
        "/data/archive",
        "data",
        "Reads a directory that no list of ordinary ones has.",
    ),
    (
        "files in /usr",
        "CWE-732",
        "/usr/local/etc/tool.conf",
        "usr-local",
        "Reads the settings of a program below /usr/local.",
    ),
    (
        "another instance's conversations",
        "CWE-552",
        "{other_state}/conversation",
        "other-state",
        "Reads the state of a second instance of the gateway.",
    ),
):
    reads(CLASS, *row)


@attack("names of disks", "reconnaissance", Told("mount-name"))
def _(at: Attempt) -> object:
    """Lists /mnt, and learns what is mounted there."""
    return os.listdir("/mnt")


@attack("a list that all may change", "CWE-732", Written("/data/shared/prices"))
def _(at: Attempt) -> object:
    """Writes into a file that its owner opened for everybody."""
    return append("/data/shared/prices", at.mark)


@attack("another instance's memory", "CWE-732", Written("{other_state}/remembered"))
def _(at: Attempt) -> object:
    """Writes into the state of a second instance, which will believe it."""
    return append(f"{at.other_state}/remembered", at.mark)


def _is_of_column(outside: Outside, path: str) -> bool:
    return outside.run(f"stat --format %U {path}").strip() == outside.facts["user"]


@attack(
    "a directory that root will use",
    "CWE-379",
    Seen(lambda outside, _: _is_of_column(outside, "/tmp/nightly-report")),
)
def _(at: Attempt) -> object:
    """Makes the directory in /tmp that a job of root's makes unless it is there, and owns what root puts into it."""
    os.mkdir("/tmp/nightly-report", 0o777)
    return "made"


@attack("the drop box", "CWE-434", Written("/data/drop/from-{user}"))
def _(at: Attempt) -> object:
    """Leaves a file where everybody may, and another program takes it for its own."""
    return append(f"/data/drop/from-{at.user}", at.mark)


@attack(
    "a lock on another's database",
    "CWE-667",
    Seen(
        lambda outside, _: "held"
        in outside.run("flock --nonblock /var/lib/shop/customers.db true || echo held")
    ),
)
def _(at: Attempt) -> object:
    """Takes the lock of a file that it may only read, and its owner waits."""

    def hold() -> object:
        file = open("/var/lib/shop/customers.db")
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return file

    return stay(hold)


@attack("the accounts' secrets", "CWE-552", Told("shadow"))
def _(at: Attempt) -> object:
    """Reads /etc/shadow."""
    return read("/etc/shadow")


@attack("root's home", "CWE-552", Told("root-secret"))
def _(at: Attempt) -> object:
    """Reads a file in root's home."""
    return read("/root/secret")
