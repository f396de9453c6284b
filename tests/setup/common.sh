# Shared by the setup scripts; to be sourced.
#
# The scripts put everything into one folder, the cache, which can be deleted at any time. They build
# under a temporary name and rename the complete result, so an interrupted setup leaves nothing
# that looks finished.

cache="${NIXMODGEN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/nixmodgen}"

say() {
  printf 'setup: %s\n' "$*"
}

die() {
  printf 'setup: %s\n' "$*" >&2
  exit 1
}

require_program() {
  command -v "$1" >/dev/null || die "needs the program $1 (Debian package $2)"
}

# Sets $staging to a new folder beside its destination, removed on exit.
make_staging_folder() {
  mkdir -p "$cache"
  staging="$(mktemp -d "$cache/staging.XXXXXX")"
  trap 'rm -rf --one-file-system "$staging"' EXIT
}

# Puts a finished folder into its place, and removes an older one.
put_in_place() {
  local built="$1" place="$2"
  mkdir -p "$(dirname "$place")"
  if [ -e "$place" ]; then
    mv "$place" "$staging/replaced"
  fi
  mv "$built" "$place"
}

# Prints the path of a source tree, which only the user can provide; fails without one.
# find_tree NAME VARIABLE
find_tree() {
  local place="${!2:-$cache/trees/$1}"
  [ -d "$place" ] && printf '%s\n' "$place"
}
