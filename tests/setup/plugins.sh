#!/usr/bin/env bash
# Fetches plugins of the gateway from npm into the cache, as tarballs, a folder for each release of the gateway:
# the newest that are not newer than it.
# Usage: plugins.sh [VERSION...]; without arguments every release that the schema has settings of.
#
# A release has the plugins that npm offers for it, which may be none of these.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=tests/setup/common.sh
source "$here/common.sh"

# Channels, a search provider that needs no modules, and one that does not bring those it needs.
ids=(brave diagnostics-otel discord matrix signal slack whatsapp)

mapfile -t known < <(basename --suffix=.json "$here"/../../schema/gateway-plugins/*.json | sort --version-sort)
versions=("$@")
if [ "${#versions[@]}" -eq 0 ]; then versions=("${known[@]}"); fi

# The npm package of a plugin; nothing where the release has it itself.
package_of() {
  local id="$1" version="$2" stored="${known[0]}" each
  for each in "${known[@]}"; do
    if [ "$(printf '%s\n' "$each" "$version" | sort --version-sort | head -n 1)" = "$each" ]; then stored="$each"; fi
  done
  jq --raw-output --arg id "$id" '.[] | select(.id == $id).npm' "$here/../../schema/gateway-plugins/$stored.json"
}

# The newest release of an npm package that is not newer than a version; nothing where there is none.
release_for() {
  local answer
  if ! answer="$(npm view "$1" versions --json 2>/dev/null)"; then
    [ "$(jq --raw-output .error.code <<<"$answer")" = E404 ] || die "npm does not answer for $1"
    return
  fi
  # One release is a text, several are a list.
  jq --raw-output '[.] | flatten | .[]' <<<"$answer" | { grep -E '^[0-9.]+$' || true; } |
    sed "\$a$2 wanted" | sort --version-sort | sed '/ wanted$/,$d' | tail -n 1
}

fetch_plugins() {
  local version="$1" place="$cache/plugins/$1" built="$staging/$1" id package release
  if [ -d "$place" ]; then
    say "plugins: $place is complete"
    return
  fi
  require_program npm npm
  require_program jq jq
  mkdir "$built"
  for id in "${ids[@]}"; do
    package="$(package_of "$id" "$version")"
    if [ -z "$package" ]; then continue; fi
    release="$(release_for "$package" "$version")"
    if [ -z "$release" ]; then
      say "plugins: npm has no $package for $version"
      continue
    fi
    say "plugins: $package $release for $version"
    mkdir "$staging/packed"
    npm pack --silent --pack-destination "$staging/packed" "$package@$release" >/dev/null
    mv "$staging"/packed/*.tgz "$built/$id.tgz"
    rmdir "$staging/packed"
  done
  put_in_place "$built" "$place"
}

make_staging_folder
for version in "${versions[@]}"; do
  fetch_plugins "$version"
done
