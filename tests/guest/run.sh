#!/usr/bin/env bash
# Runs the generated modules on a real systemd with the real gateway.
# Usage: run.sh [--record] [TEST.nix...]; the default are all of scripts/. $NIXMODGEN_MODULE names
# another NixOS module than the generated one; the one for home-manager is beside it.
#
# The last line is "guest summary: passed=N failed=N skipped=N".
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
module="${NIXMODGEN_MODULE:-$root/generated/nixos/moltbot.nix}"

options=()
tests=()
for argument in "$@"; do
  case "$argument" in
    --record) options+=(--record) ;;
    *) tests+=("$argument") ;;
  esac
done
if [ "${#tests[@]}" -eq 0 ]; then
  tests=("$here"/scripts/*.nix)
fi

bash "$root/tests/setup/all.sh"
if [ "${#options[@]}" -gt 0 ]; then
  # The record is a file of this repository, formatted as all of them.
  trap 'npx prettier --log-level warn --write "$here/evaluated"' EXIT
fi
python3 "$here/run.py" "${tests[@]}" --module "$module" "${options[@]}"
