#!/usr/bin/env bash
# Makes a guest's root file system in the cache: a Debian with systemd and the programs of test scripts.
# Usage: guest-root.sh [SUITE]; trixie (Debian 13, systemd 257) is the default, bookworm has an old one, and sid the
# newest systemd. The default root also has Nix, which runs on any host through that root's loader.
#
# The mirror is apt's, or $NIXMODGEN_DEBIAN_MIRROR.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=tests/setup/common.sh
source "$here/common.sh"

suite="${1:-trixie}"
case "$suite" in
  trixie) root="$cache/guest-root" ;;
  bookworm | sid) root="$cache/guest-root-$suite" ;;
  *) die "no suite $suite: choose bookworm, trixie or sid" ;;
esac
mapfile -t packages <"$here/guest-packages.txt"

has_package() {
  local info="$root/var/lib/dpkg/info"
  # The file name of a package for several architectures contains its architecture.
  [ -e "$info/$1.list" ] || compgen -G "$info/$1:*.list" >/dev/null
}

# Whether the root belongs to the suite and has every package.
is_complete() {
  # Sid calls itself by the name of the next release.
  grep -qs " $suite main" "$root/etc/apt/sources.list" || return 1
  local package
  for package in "${packages[@]}"; do
    has_package "$package" || return 1
  done
}

# The first archive of Debian itself that apt knows.
apt_mirror() {
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | head -n 1
}

# Makes the host's store, unless there is one. Otherwise two evaluations could both try to make it, and one
# would fail.
open_store() {
  local nix="$root/usr/bin/nix-store" loader="$root/lib64/ld-linux-x86-64.so.2"
  if [ "$suite" != trixie ] || [ -e /nix/var/nix/db/db.sqlite ] || [ "$(id -u)" != 0 ]; then return; fi
  "$loader" --library-path "$root/usr/lib/x86_64-linux-gnu" --argv0 nix-store "$nix" --init
}

if is_complete; then
  open_store
  say "guest root: $root is complete"
  exit 0
fi

[ "$(id -u)" = 0 ] || die "making the guest root needs root"
require_program debootstrap debootstrap
mirror="${NIXMODGEN_DEBIAN_MIRROR:-$(apt_mirror)}"
[ -n "$mirror" ] || die "apt knows no Debian archive: run apt-get update, or set NIXMODGEN_DEBIAN_MIRROR"

make_staging_folder
say "guest root: Debian $suite with ${#packages[@]} packages, about a minute"
# nix-bin depends on a virtual package, which debootstrap does not resolve: libdbi-perl provides it.
list="$(IFS=, && echo "${packages[*]}"),libdbi-perl"
if ! debootstrap --variant=minbase --include="$list" "$suite" "$staging/root" "$mirror" \
  >"$staging/log"; then
  tail -n 30 "$staging/log" "$staging/root/debootstrap/debootstrap.log" >&2
  die "debootstrap failed"
fi
rm -rf "$staging/root/var/cache/apt/archives"
# The guest starts no server that its configuration does not have.
rm -f "$staging/root/etc/systemd/system/multi-user.target.wants/nginx.service"
put_in_place "$staging/root" "$root"
open_store
say "guest root: made $root"
