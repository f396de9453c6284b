#!/usr/bin/env bash
# Fetches further versions of Node from npm into the cache, to test that the package runs on them.
# Usage: nodes.sh [VERSION...]; without arguments the even releases after the one that `engines` names.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=tests/setup/common.sh
source "$here/common.sh"

require_program npm npm

package="$(node --print '`node-${process.platform}-${process.arch}`')"
[ $# -gt 0 ] || set -- 22 24

for version in "$@"; do
  place="$cache/nodes/$version"
  if [ -x "$place/bin/node" ]; then
    continue
  fi
  say "node $version"
  make_staging_folder
  npm install --prefix "$staging/all" --no-audit --no-fund --loglevel=error "$package@$version"
  mkdir -p "$staging/node/bin"
  mv "$staging/all/node_modules/$package/bin/node" "$staging/node/bin/node"
  put_in_place "$staging/node" "$place"
done
