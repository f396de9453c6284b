"""Files of other people and programs."""

from corpus.kit import Attempt, Class, Told, Written, append, read

CLASS = Class("files", "Files of people and of other services, as they are on ordinary machines: a home is closed, data of services often is not.")
attack = CLASS.attack


def reading(name: str, known: str, path: str, canary: str, what: str) -> None:
    """Adds an attack that reads one file."""

    def attempt(at: Attempt) -> object:
        return read(path)

    attempt.__doc__ = what
    attack(name, known, Told(canary))(attempt)


for row in (
    ("a person's mail", "CWE-552", "/home/alice/.thunderbird/main/Mail/Inbox", "inbox", "Reads the inbox of the person who operates it."),
    ("a person's documents", "CWE-552", "/home/alice/Documents/taxes.txt", "document", "Reads a document in that person's home."),
    ("an open home", "CWE-732", "/home/bob/public/notes", "open-home", "Reads a home that its owner opened for a web server."),
    ("a service's database", "CWE-276", "/var/lib/shop/customers.db", "database", "Reads the data of another service, which it wrote with the usual umask."),
    ("logs", "CWE-532", "/var/log/shop.log", "log", "Reads another service's log."),
):
    reading(*row)


@attack("a price list that all may change", "CWE-732", Written("/data/shared/prices"))
def _(at: Attempt) -> object:
    """Writes into a file that its owner opened for everybody."""
    return append("/data/shared/prices", at.mark)
