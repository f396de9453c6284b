#!/usr/bin/env bash
# Runs the generated modules on a real systemd with the real gateway.
# Usage: run.sh [--gateway RELEASE] [--suite SUITE] [--nixos] [--record] [--mutate] [TEST.nix...]; the
# default are the generated tests and all of scripts/. $NIXMODGEN_MODULE names another NixOS module than
# the generated one; the one for home-manager is beside it.
#
# --nixos builds the machines as whole NixOS systems (nixos/) instead of a Debian that looks like them,
# and runs nixos/scripts/ besides, without the tests of homes in scripts/. It needs the trees of nixpkgs and
# home-manager.
#
# --gateway says which release of the gateway runs, and is what the module takes its package for; by
# default the newest that the schema has settings of. --suite says whose systemd it runs on: trixie
# (257, the default) or sid (the newest).
#
# --record runs nothing: it keeps the evaluated tests in evaluated/, for machines without Nix, for that
# release or for all.
#
# --mutate takes each directive away instead, demands that a probe notices, and writes what was
# measured to docs/proofs.md, docs/mutations.md and docs/relaxations.md.
#
# The last line is "guest summary: passed=N failed=N skipped=N gateway=RELEASE systemd=VERSION".
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
module="${NIXMODGEN_MODULE:-$root/generated/nixos/moltbot.nix}"

mapfile -t releases < <(basename --suffix=.json "$root"/schema/gateway/*.json | sort --version-sort)

mutate=0
record=0
gateway=""
suite=trixie
on=debian
tests=()
while [ "$#" -gt 0 ]; do
  case "$1" in
    --gateway | --suite)
      [ "$#" -gt 1 ] || { echo "$1 needs a value" >&2 && exit 64; }
      declare "${1#--}=$2"
      shift
      ;;
    --nixos) on=nixos ;;
    --record) record=1 ;;
    --mutate) mutate=1 ;;
    -*) echo "no such option: $1" >&2 && exit 64 ;;
    *) tests+=("$1") ;;
  esac
  shift
done
# Those with a user's home activate it themselves, as Debian's guest has it prepared.
mapfile -t homes < <(grep --files-with-matches homeModule "$here"/scripts/*.nix)
if [ "${#tests[@]}" -eq 0 ]; then
  for test in "$root"/generated/tests/nixos-*.nix "$here"/scripts/*.nix; do
    if [ "$on" = debian ] || [[ " ${homes[*]} " != *" $test "* ]]; then tests+=("$test"); fi
  done
  if [ "$on" = nixos ]; then tests+=("$here"/nixos/scripts/*.nix); fi
fi
if [ "$mutate" = 1 ]; then
  tests=("$here/mutations/mutations.nix")
  NIXMODGEN_MEASURED="$(mktemp)"
  export NIXMODGEN_MEASURED
fi

if [ "$record" = 1 ]; then
  if [ -n "$gateway" ]; then releases=("$gateway"); fi
  for release in "${releases[@]}"; do
    python3 "$here/run.py" "${tests[@]}" --module "$module" --gateway "$release" --record
  done
  exit
fi

gateway="${gateway:-${releases[-1]}}"
bash "$root/tests/setup/gateway.sh" "$gateway"
# Nix is in the default one.
bash "$root/tests/setup/guest-root.sh"
bash "$root/tests/setup/guest-root.sh" "$suite"
if [ "$on" = nixos ]; then bash "$root/tests/setup/nixos-root.sh" "$suite"; fi
status=0
python3 "$here/run.py" "${tests[@]}" --module "$module" --gateway "$gateway" --suite "$suite" --on "$on" ||
  status=$?
if [ "$mutate" = 1 ]; then
  if [ -s "$NIXMODGEN_MEASURED" ]; then
    python3 "$here/mutations/proof_docs.py" "$NIXMODGEN_MEASURED" "$root/docs"
    (cd "$root" && npx prettier --log-level warn --write docs/{proofs,mutations,relaxations}.md)
  fi
  rm -f "$NIXMODGEN_MEASURED"
fi
exit "$status"
