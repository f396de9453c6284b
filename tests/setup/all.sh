#!/usr/bin/env bash
# Fetches the tools that tests need into the cache folder, as far as they can be fetched. Needs root on
# Debian, and the packages debootstrap, systemd-container and npm. Repeating it costs nothing.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
bash "$here/guest-root.sh"
bash "$here/guest-root.sh" sid
bash "$here/gateway.sh"
bash "$here/plugins.sh"
bash "$here/nodes.sh"
