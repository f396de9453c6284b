"""Builds a stand-in from the files of installed Debian packages.

Contract: the environment is that of a Nix build. $debianPackages names the packages. The first
output gets their programs, libraries and data at nixpkgs' paths; the other outputs are views
of it. Afterwards programs find their loader and libraries in $libraries, and links and texts
no longer point to Debian's paths of files in the stand-in.

With $onlyLibraries instead it makes $libraries itself: every shared library of the root.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

DPKG = Path("/var/lib/dpkg/info")
LEFT_OUT = re.compile(r"/share/(doc|man|lintian|locale|bug|info)/|/lib/python3/dist-packages/")
TRIPLET = re.compile(r"/lib/[a-z0-9_]+-linux-gnu(?=/)")
# Paths in texts. A path that is not in the stand-in stays.
NAMED = re.compile(r"(?<![\w./-])(?:/usr)?/(?:s?bin|lib|libexec|share)/[\w.@+/-]*[\w+]")
# Paths at which Debian's programs look for others, and their replacements, which an activation script makes as
# links (machine.nix). Both have the same length, because they are replaced inside of programs.
COMPILED_IN = (
    (b"/usr/lib/systemd/", b"/run/deb/systemd/"),
    (b"/usr/lib/systemd\0", b"/run/deb/systemd\0"),
    (b"/usr/lib/locale", b"/run/deb/locale"),
    (b"/usr/libexec/", b"/run/deb/////"),
    (b"/usr/share/dbus-1", b"/run/deb///dbus-1"),
    (b"/usr/sbin/", b"/run/deb//"),
    (b"/usr/bin/", b"/run/deb/"),
    (b":/usr/bin\0", b":/run/deb\0"),
)
# Outputs that nothing reads here.
EMPTY_OUTPUTS = ("dev", "devdoc", "doc", "info", "man", "static", "debug")
# NixOS's own name service looks up names; of Debian's modules only the C library's stay.
FOREIGN_NAMES = re.compile(r"libnss_(?!files|dns|compat)")


def place_of(path: str) -> str | None:
    """The place of a Debian file below the prefix; None if it is left out."""
    path = TRIPLET.sub("/lib", path.removeprefix("/usr"))
    if LEFT_OUT.search(path):
        return None
    if path.startswith(("/sbin/", "/bin/")):
        return "bin/" + path.split("/", 2)[2]
    if path.startswith(("/lib/", "/libexec/", "/share/", "/etc/")):
        return path[1:]
    return None


def files_of(package: str) -> Iterator[str]:
    lists = [*DPKG.glob(f"{package}.list"), *DPKG.glob(f"{package}:*.list")]
    if not lists:
        raise SystemExit(f"the Debian package {package} is not installed: is the root an older one?")
    for path in (path for file in lists for path in file.read_text().splitlines()):
        if os.path.islink(path) or os.path.isfile(path):
            yield path


def take(packages: list[str], prefix: Path) -> None:
    paths = [path for package in packages for path in files_of(package)]
    for path in paths:
        place = place_of(path)
        if place is not None:
            take_file(Path(path), prefix / place, prefix, set(paths))


def take_file(source: Path, target: Path, prefix: Path, taken: set[str]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if os.path.lexists(target):
        return
    if source.is_symlink():
        pointed = os.path.normpath(source.parent / os.readlink(source))
        place = place_of(pointed)
        if place is not None and (pointed in taken or os.path.isdir(pointed)):
            target.symlink_to(os.path.relpath(prefix / place, target.parent))
            return
        source = Path(os.path.realpath(source))
        if not source.is_file():
            return
    shutil.copyfile(source, target)
    # No file in a store is set-uid; NixOS has wrappers for that.
    target.chmod(0o755 if source.stat().st_mode & stat.S_IXUSR else 0o644)


# ---- programs and libraries ----


def patch_elf(file: Path, prefix: Path, libraries: Path) -> None:
    asked = subprocess.run(["patchelf", "--print-rpath", file], capture_output=True, text=True)
    own = (place_of(folder + "/") for folder in asked.stdout.strip().split(":"))
    search = [*(prefix / place.rstrip("/") for place in own if place), prefix / "lib", libraries / "lib"]
    path = ":".join(str(folder) for folder in search if folder.is_dir())
    # A program's DT_RPATH also applies to its libraries, unless these have a path of their own.
    if has_interpreter(file):
        patchelf("--force-rpath", "--set-rpath", path, file)
        # In two runs: one run with both options breaks Node.
        patchelf("--set-interpreter", str(loader(libraries)), file)
    elif ".so" in file.name:
        patchelf("--set-rpath", path, file)


def patchelf(*arguments: str | Path) -> None:
    subprocess.run(["patchelf", *arguments], check=True)


def has_interpreter(file: Path) -> bool:
    asked = subprocess.run(["patchelf", "--print-interpreter", file], capture_output=True)
    return asked.returncode == 0


def loader(libraries: Path) -> Path:
    return next((libraries / "lib").glob("ld-linux-*.so.*"))


def replace_compiled_in(file: Path) -> None:
    content = file.read_bytes()
    for ours, theirs in COMPILED_IN:
        content = content.replace(ours, theirs)
    file.write_bytes(content)


# ---- texts ----


def rewrite_text(file: Path, prefix: Path, interpreters: Mapping[str, str]) -> None:
    try:
        text = file.read_text()
    except UnicodeDecodeError:
        return
    if "\0" in text:
        return

    def rewritten(match: re.Match[str]) -> str:
        place = place_of(match[0])
        return str(prefix / place) if place and (prefix / place).exists() else match[0]

    def shebang(match: re.Match[str]) -> str:
        return f"#!{interpreters.get(match['name'], match['path'])}"

    text = re.sub(r"\A#! ?(?P<path>/(?:usr/)?bin/(?:env )?(?P<name>\w+))", shebang, text)
    file.write_text(NAMED.sub(rewritten, text))


def wrap(program: Path, variables: Mapping[str, str], prefix: Path, shell: str) -> None:
    """Puts a script in the program's place, which tells the program where its files are."""
    hidden = program.with_name(f".{program.name}-wrapped")
    program.rename(hidden)
    lines = [f"#!{shell}"]
    for name, places in variables.items():
        folders = ":".join(str(path) for place in places.split() for path in sorted(prefix.glob(place)))
        lines.append(f'export {name}="{folders}${{{name}:+:${name}}}"')
    program.write_text("\n".join([*lines, f'exec {hidden} "$@"', ""]))
    program.chmod(0o755)


# ---- outputs ----


def views(prefix: Path, outputs: list[str]) -> None:
    """Every further output is a view of the whole package, but only one output has its units."""
    for output in outputs[1:]:
        view = Path(os.environ[output])
        view.mkdir()
        if output in EMPTY_OUTPUTS:
            continue
        for found in [*prefix.glob("*"), *prefix.glob("lib/*")]:
            place = view / found.relative_to(prefix)
            if found == prefix / "lib":
                place.mkdir()
            elif found != prefix / "lib/systemd":
                place.symlink_to(found)


def make_stand_in() -> None:
    outputs = os.environ["outputs"].split()
    prefix = Path(os.environ[outputs[0]])
    prefix.mkdir()
    row = json.loads(os.environ["row"])
    interpreters = json.loads(os.environ["interpreters"])
    libraries = Path(os.environ["libraries"])
    take(row["debian"], prefix)
    for file in [path for path in prefix.rglob("*") if path.is_file() and not path.is_symlink()]:
        with file.open("rb") as stream:
            is_elf = stream.read(4) == b"\x7fELF"
        if not is_elf:
            rewrite_text(file, prefix, interpreters)
            continue
        patch_elf(file, prefix, libraries)
        if row["compiledIn"]:
            replace_compiled_in(file)
    for program, variables in row["wrapped"].items():
        wrap(prefix / "bin" / program, variables, prefix, interpreters["bash"])
    if (prefix / "bin").is_dir():
        (prefix / "sbin").symlink_to("bin")
    subprocess.run(["bash", "-euc", row["afterwards"]], check=True, cwd=prefix)
    views(prefix, outputs)


def make_libraries() -> None:
    target = Path(os.environ["out"]) / "lib"
    target.mkdir(parents=True)
    [folder] = Path("/usr/lib").glob("*-linux-gnu")
    for file in sorted(folder.glob("*.so*")):
        if file.is_file() and not FOREIGN_NAMES.match(file.name):
            shutil.copyfile(file.resolve(), target / file.name)
            (target / file.name).chmod(0o755)
            replace_compiled_in(target / file.name)
            if subprocess.run(["patchelf", "--print-rpath", file], capture_output=True).stdout.strip():
                patchelf("--remove-rpath", target / file.name)


if __name__ == "__main__":
    make_libraries() if "onlyLibraries" in os.environ else make_stand_in()
