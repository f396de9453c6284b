#!/usr/bin/env bash
# Runs the generated modules on a real systemd with the real gateway.
# Usage: run.sh [--gateway RELEASE] [--suite SUITE] [--nixos | --debian] [--record] [--mutate]
#   [--attacks] [--tests-only] [TEST.nix...];
# the default are the generated tests and all of scripts/ and nixos/scripts/. $NIXMODGEN_MODULE names
# another NixOS module than the generated one; the one for home-manager is beside it.
#
# The machines are whole NixOS systems (nixos/), built from the trees of nixpkgs and home-manager. --debian
# asks for a Debian that looks like them; without these trees it is the default, and the
# tests of nixos/scripts/ are skipped. The tests of homes in scripts/ run on that Debian either way.
# --nixos fails without trees.
#
# --gateway chooses the release of the gateway, also for the version of the module's package; the default is
# the newest whose settings the schema has. --suite chooses the Debian of its systemd: trixie
# (257, the default), bookworm (252) or sid (the newest).
#
# --record runs nothing: it keeps the evaluated tests in evaluated/, for machines without Nix, for that
# release or for all.
#
# --mutate takes each directive away instead, on Debian unless --nixos is given, demands that a probe
# notices, and writes its measurements to docs/proofs.md, docs/mutations.md and docs/relaxations.md.
#
# --attacks tries all attacks of tests/attacks/ on five kinds of a service instead, on a whole NixOS, and writes
# docs/attacks.md.
#
# --tests-only leaves out the tests of the driver itself, which also notice records that are out of date.
#
# The last line is "guest summary: passed=N failed=N skipped=N gateway=RELEASE systemd=VERSION"; after Ctrl-C
# it ends with "interrupted" instead.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
# shellcheck source=tests/setup/common.sh
source "$root/tests/setup/common.sh"
module="${NIXMODGEN_MODULE:-$root/generated/nixos/moltbot.nix}"

mapfile -t releases < <(basename --suffix=.json "$root"/schema/gateway/*.json | sort --version-sort)

mutate=0
attacks=0
record=0
gateway=""
suite=trixie
on=""
tests=()
only=()
while [ "$#" -gt 0 ]; do
  case "$1" in
    --gateway | --suite)
      [ "$#" -gt 1 ] || { echo "$1 needs a value" >&2 && exit 64; }
      declare "${1#--}=$2"
      shift
      ;;
    --nixos | --debian) on="${1#--}" ;;
    --record) record=1 ;;
    --tests-only) only=(--tests-only) ;;
    --mutate) mutate=1 ;;
    --attacks) attacks=1 ;;
    -*) echo "no such option: $1" >&2 && exit 64 ;;
    *) tests+=("$1") ;;
  esac
  shift
done
if [ "${#tests[@]}" -eq 0 ]; then
  tests=("$root"/generated/tests/nixos-*.nix "$here"/scripts/*.nix)
  # Whole NixOS systems have no records.
  if [ "$record" = 0 ]; then tests+=("$here"/nixos/scripts/*.nix); fi
fi
if [ "$mutate" = 1 ]; then
  tests=("$here/mutations/mutations.nix")
  NIXMODGEN_MEASURED="$(mktemp)"
  export NIXMODGEN_MEASURED
fi

if [ "$attacks" = 1 ]; then
  tests=("$root/tests/attacks/attacks.nix")
  on=nixos
  export NIXMODGEN_ATTACKS="$root/tests/attacks/outcomes.json"
fi

if [ "$record" = 1 ]; then
  if [ -n "$gateway" ]; then releases=("$gateway"); fi
  for release in "${releases[@]}"; do
    python3 "$here/run.py" "${tests[@]}" --module "$module" --gateway "$release" --record
  done
  exit
fi

has_trees() {
  find_tree nixpkgs NIXPKGS_TREE && find_tree home-manager HOME_MANAGER
}
if [ -z "$on" ]; then
  if [ "$mutate" = 0 ] && has_trees >/dev/null; then on=nixos; else on=debian; fi
fi
gateway="${gateway:-${releases[-1]}}"
echo "guest tests: ${#tests[@]} on ${on}, gateway $gateway, systemd of $suite; Ctrl-C ends them"
bash "$root/tests/setup/gateway.sh" "$gateway"
# The default root has Nix, so every suite needs it.
bash "$root/tests/setup/guest-root.sh"
bash "$root/tests/setup/guest-root.sh" "$suite"
if [ "$on" = nixos ]; then
  bash "$root/tests/setup/nixos-root.sh" "$suite"
  # The test that needs them is skipped without.
  bash "$root/tests/setup/plugins.sh" "$gateway" || true
fi
status=0
python3 "$here/run.py" "${tests[@]}" --module "$module" --gateway "$gateway" --suite "$suite" --on "$on" "${only[@]}" ||
  status=$?
if [ "$mutate" = 1 ]; then
  if [ -s "$NIXMODGEN_MEASURED" ]; then
    python3 "$here/mutations/proof_docs.py" "$NIXMODGEN_MEASURED" "$root/docs"
    (cd "$root" && npx prettier --log-level warn --write docs/{proofs,mutations,relaxations}.md)
  fi
  rm -f "$NIXMODGEN_MEASURED"
fi
if [ "$attacks" = 1 ] && [ "$status" = 0 ]; then
  python3 "$root/tests/attacks/page.py" >"$root/docs/attacks.md"
  (cd "$root" && npx prettier --log-level warn --write docs/attacks.md tests/attacks/outcomes.json)
fi
exit "$status"
