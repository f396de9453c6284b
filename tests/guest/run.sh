#!/usr/bin/env bash
# Runs the generated modules on a real systemd with the real gateway.
# Usage: run.sh [--record] [--mutate] [TEST.nix...]; the default are the generated test and all of
# scripts/. $NIXMODGEN_MODULE names another NixOS module than the generated one; the one for
# home-manager is beside it.
#
# --record runs nothing: it keeps the evaluated tests in evaluated/, for machines without Nix.
#
# --mutate takes each directive away instead, demands that a probe notices, and writes what was
# measured to docs/proofs.md, docs/mutations.md and docs/relaxations.md.
#
# The last line is "guest summary: passed=N failed=N skipped=N".
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
module="${NIXMODGEN_MODULE:-$root/generated/nixos/moltbot.nix}"

mutate=0
options=()
tests=()
for argument in "$@"; do
  case "$argument" in
    --record) options+=(--record) ;;
    --mutate) mutate=1 ;;
    *) tests+=("$argument") ;;
  esac
done
if [ "${#tests[@]}" -eq 0 ]; then
  tests=("$root"/generated/tests/nixos-*.nix "$here"/scripts/*.nix)
fi
if [ "$mutate" = 1 ]; then
  tests=("$here/mutations/mutations.nix")
  NIXMODGEN_MEASURED="$(mktemp)"
  export NIXMODGEN_MEASURED
fi

if [ "${#options[@]}" -eq 0 ]; then
  bash "$root/tests/setup/all.sh"
fi
status=0
python3 "$here/run.py" "${tests[@]}" --module "$module" "${options[@]}" || status=$?
if [ "$mutate" = 1 ]; then
  if [ -s "$NIXMODGEN_MEASURED" ]; then
    python3 "$here/mutations/proof_docs.py" "$NIXMODGEN_MEASURED" "$root/docs"
    (cd "$root" && npx prettier --log-level warn --write docs/{proofs,mutations,relaxations}.md)
  fi
  rm -f "$NIXMODGEN_MEASURED"
fi
exit "$status"
