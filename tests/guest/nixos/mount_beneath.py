"""The same as `mount --move --beneath MOUNTED PLACE`, which Debian's mount does not support yet.

Usage: mount_beneath.py MOUNTED PLACE
"""

from __future__ import annotations

import ctypes
import os
import sys

OPEN_TREE, MOVE_MOUNT = 428, 429
AT_FDCWD = -100
MOVE_MOUNT_F_EMPTY_PATH, MOVE_MOUNT_BENEATH = 0x04, 0x200


def call(number: int, *arguments: object) -> int:
    result: int = ctypes.CDLL(None, use_errno=True).syscall(number, *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def main() -> None:
    mounted, place = (os.fsencode(argument) for argument in sys.argv[1:])
    tree = call(OPEN_TREE, AT_FDCWD, mounted, 0)
    call(MOVE_MOUNT, tree, b"", AT_FDCWD, place, MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_BENEATH)


if __name__ == "__main__":
    main()
