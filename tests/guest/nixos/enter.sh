#!/usr/bin/env bash
# Runs a command in the Debian root that has Nix, the compiler and the stand-ins' packages.
# Usage: enter.sh ROOT STORE [SOURCE:PLACE...] -- COMMAND...
#
# STORE is the folder that is mounted as /nix in there; each SOURCE is mounted read-only at PLACE.
# All processes and mounts of the command end with this script.
set -euo pipefail

if [ "${ENTERED:-}" != 1 ]; then
  exec env ENTERED=1 unshare --mount --propagation private --pid --fork --kill-child "$0" "$@"
fi

root="$1"
store="$2"
shift 2
mkdir -p "$root/nix" "$store/store" "$store/var/nix"
mount --bind "$store" "$root/nix"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
while [ "$1" != -- ]; do
  place="$root${1##*:}"
  mkdir -p "$place"
  mount --bind --read-only "${1%:*}" "$place"
  shift
done
shift

exec chroot "$root" env -i \
  HOME=/root LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  NIX_CONFIG="$(printf '%s\n' \
    'sandbox = false' 'build-users-group =' 'substituters =' 'max-jobs = 2' 'cores = 1')" \
  "$@"
