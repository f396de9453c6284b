#!/usr/bin/env bash
# Runs the generated NixOS module on a real systemd with the real gateway.
# Usage: run.sh [--record] [TEST.nix]; the default test is scripts/first_run.nix. $NIXMODGEN_MODULE
# names another module than the generated one.
#
# The last line is "guest summary: passed=N failed=N skipped=N".
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
module="${NIXMODGEN_MODULE:-$root/generated/nixos/moltbot.nix}"

options=()
test="$here/scripts/first_run.nix"
for argument in "$@"; do
  case "$argument" in
    --record) options+=(--record) ;;
    *) test="$argument" ;;
  esac
done

bash "$root/tests/setup/all.sh"
if [ "${#options[@]}" -gt 0 ]; then
  # The record is a file of this repository, formatted as all of them.
  trap 'npx prettier --log-level warn --write "$here/evaluated"' EXIT
fi
python3 "$here/run.py" "$test" --module "$module" "${options[@]}"
