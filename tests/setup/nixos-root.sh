#!/usr/bin/env bash
# Makes the root for builds of NixOS systems (tests/guest/nixos/) in the cache: a guest's root
# with the Debian packages that stand in for packages of nixpkgs, and a compiler.
# Usage: nixos-root.sh [SUITE]
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=tests/setup/common.sh
source "$here/common.sh"

suite="${1:-trixie}"
place="$cache/nixos/$suite"
table="$here/../guest/nixos/table.nix"
# Tools for builds, besides Nix itself.
tools=(bzip2 file gcc libc6-dev make patchelf python3 xz-utils)

case "$suite" in
  trixie) template="$cache/guest-root" ;;
  *) template="$cache/guest-root-$suite" ;;
esac

# Without patterns: these stand for packages that are dependencies of others.
stand_ins() {
  local expression="let rows = builtins.attrValues (($(cat "$table")) { nixpkgs = \"\"; });
    in builtins.concatMap (row: row.debian or row) rows"
  # Nix needs a /proc, which is unmounted with the namespace.
  unshare --mount --propagation private bash -euc '
    mount -t proc proc "$1/proc"
    exec chroot "$1" nix-instantiate --store dummy:// --eval --strict --json --expr "$2"
  ' - "$template" "$expression" | tr -d '[]"' | tr , '\n' | grep -v '[*]' | sort --unique
}

is_complete() {
  local package
  for package in "$@"; do
    grep -qsx "Package: $package" "$place/root/var/lib/dpkg/status" || return 1
  done
}

mapfile -t packages < <(stand_ins)
[ "${#packages[@]}" -gt 0 ] || die "$table names no packages"
packages+=("${tools[@]}")

if is_complete "${packages[@]}"; then
  say "NixOS root: $place is complete"
  exit 0
fi

make_staging_folder
say "NixOS root: Debian $suite with ${#packages[@]} packages more, about two minutes"
cp -a "$template" "$staging/root"
mount -t proc proc "$staging/root/proc"
trap 'umount "$staging/root/proc"; rm -rf --one-file-system "$staging"' EXIT
# Installing the packages must start no service.
printf '#!/bin/sh\nexit 101\n' >"$staging/root/usr/sbin/policy-rc.d"
chmod +x "$staging/root/usr/sbin/policy-rc.d"
# The mirror may be a snapshot of some weeks ago, as for debootstrap, which made the template.
if ! { chroot "$staging/root" apt-get update -qq -o Acquire::Check-Valid-Until=false &&
  chroot "$staging/root" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -qq --yes --no-install-recommends "${packages[@]}"; } >"$staging/log" 2>&1; then
  tail -n 30 "$staging/log" >&2
  die "apt-get failed"
fi
umount "$staging/root/proc"
trap 'rm -rf --one-file-system "$staging"' EXIT
rm -rf "$staging/root/var/cache/apt/archives"
# Remove everything that was built from an earlier root.
rm -rf --one-file-system "$place/nix"
put_in_place "$staging/root" "$place/root"
say "NixOS root: made $place"
