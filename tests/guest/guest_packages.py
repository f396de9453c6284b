"""Which Debian packages of the guest stand in for a nixpkgs package.

An evaluated unit names store paths that nobody built, such as /nix/store/<hash>-coreutils-9.11.
The guest has the same programs from Debian. A stand-in has exactly the programs of the packages
listed here: if a script uses a program that its package does not have, it fails here as it
would on NixOS.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

# nixpkgs name -> Debian packages, by shell patterns. A package with an empty list is an empty folder: a unit
# names it (NixOS adds LOCALE_ARCHIVE to every service), but nothing needs it here.
DEBIAN_PACKAGES: Mapping[str, tuple[str, ...]] = {
    "bash": ("bash",),
    "bash-interactive": ("bash",),
    "coreutils": ("coreutils",),
    "coreutils-full": ("coreutils",),
    "curl": ("curl",),
    "diffutils": ("diffutils",),
    "findutils": ("findutils",),
    "gawk": ("mawk",),
    "git": ("git",),
    "git-minimal": ("git",),
    "glibc-locales": (),
    "gnugrep": ("grep",),
    "gnused": ("sed",),
    "gnutar": ("tar",),
    "gzip": ("gzip",),
    "hostname": ("hostname",),
    "iproute2": ("iproute2",),
    "jq": ("jq",),
    "libcap": ("libcap2-bin",),
    "nginx": ("nginx",),
    "openssl": ("openssl",),
    "procps": ("procps",),
    # The name of the package with the program contains the version.
    "python3": ("python3", "python3.*-minimal", "python3-minimal"),
    "python3-minimal": ("python3", "python3.*-minimal", "python3-minimal"),
    "shadow": ("passwd", "login"),
    "strace": ("strace",),
    "systemd": ("systemd", "systemd-sysv"),
    "systemd-minimal": ("systemd", "systemd-sysv"),
    "util-linux": ("util-linux", "mount", "bsdutils"),
    "util-linux-minimal": ("util-linux", "mount", "bsdutils"),
    "xz": ("xz-utils",),
}

# Programs that the guest does not have from Debian: nixpkgs name -> program -> path
# below the gateway's npm modules.
GATEWAYS_OWN: Mapping[str, Mapping[str, str]] = {"nodejs": {"node": ".bin/node"}}

# Files that are not programs: nixpkgs name -> path in the package -> path in the guest.
DATA_FILES: Mapping[str, Mapping[str, str]] = {
    "tzdata": {"share/zoneinfo": "/usr/share/zoneinfo"},
}

# Programs of packages that are in none of their program folders, in the same form.
INNER_PROGRAMS: Mapping[str, Mapping[str, str]] = {
    "systemd": {"lib/systemd/systemd-socket-proxyd": "/usr/lib/systemd/systemd-socket-proxyd"},
}

# The certificate authorities that everybody trusts: nixpkgs' package, and the paths of the bundle in it and in
# Debian.
AUTHORITIES = "nss-cacert"
BUNDLE = "etc/ssl/certs/ca-bundle.crt"
DEBIAN_BUNDLE = "etc/ssl/certs/ca-certificates.crt"

GATEWAY_PROGRAMS = ("openclaw", "moltbot", "clawdbot")

_STORE_NAME = re.compile(r"^/nix/store/[0-9a-z]{32}-(?P<name>.+)$")
_VERSION = re.compile(r"-[0-9].*$")
_PROGRAM = re.compile(r"^(?:/usr)?/s?bin/(?P<program>[^/]+)$")


def package_name(store_path: str) -> str:
    """The name without hash, version and output: util-linux of <hash>-util-linux-2.41-bin."""
    match = _STORE_NAME.match(store_path)
    if match is None:
        raise ValueError(f"not a store path: {store_path}")
    return _VERSION.sub("", match["name"])


def is_gateway(store_path: str) -> bool:
    return package_name(store_path) in (
        *GATEWAY_PROGRAMS,
        *(f"{program}-gateway" for program in GATEWAY_PROGRAMS),
    )


def programs_in(debian_files: list[str]) -> dict[str, str]:
    """Program name -> path in the guest, from the file list of a Debian package."""
    matches = ((path, _PROGRAM.match(path)) for path in debian_files)
    return {match["program"]: path for path, match in matches if match is not None}
