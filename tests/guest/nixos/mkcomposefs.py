"""A small mkcomposefs for `system.etc.overlay`: makes an image of the files that a dump lists.

Usage: mkcomposefs --from-file DUMP IMAGE, with mkfs.erofs in PATH, as root. A file with a payload has no
content of its own: the overlay looks for it in another folder, below that name.
"""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> None:
    _, option, dump, image = sys.argv
    if option != "--from-file":
        raise SystemExit(f"no such option: {option}")
    with tempfile.TemporaryDirectory() as folder:
        for line in Path(dump).read_text().splitlines():
            make(line, Path(folder))
        subprocess.run(["mkfs.erofs", "--quiet", "-T0", image, folder], check=True)


def make(line: str, folder: Path) -> None:
    """One line: path size mode nlink uid gid rdev mtime payload content digest."""
    path, size, octal, _, uid, gid, _, _, payload, content, _ = map(unescaped, line.split(" "))
    place, mode = folder / path.lstrip("/"), int(octal, 8)
    if stat.S_ISLNK(mode):
        place.symlink_to(payload)
    elif stat.S_ISDIR(mode):
        place.mkdir(exist_ok=True)
    elif payload == "-":
        place.write_bytes(b"" if size == "0" else content.encode("latin-1"))
    else:
        place.touch()
        os.truncate(place, int(size))
        os.setxattr(place, "trusted.overlay.metacopy", b"")
        os.setxattr(place, "trusted.overlay.redirect", f"/{payload}".encode())
    os.chown(place, int(uid), int(gid), follow_symlinks=False)
    if not stat.S_ISLNK(mode):
        place.chmod(stat.S_IMODE(mode))


def unescaped(field: str) -> str:
    """A character for each byte."""
    return field.encode("latin-1").decode("unicode_escape")


if __name__ == "__main__":
    main()
