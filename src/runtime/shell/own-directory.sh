# make_own_directory PATH USER GROUP MODE: as root, makes a directory of the service's own if nothing exists there.
# An existing file or directory keeps its owner, and the service complains about it. The directory above has to
# belong to root: inside the service's own, the name could lead elsewhere by now.
make_own_directory() {
  if [ -e "$1" ] || [ -L "$1" ]; then
    return 0
  fi
  mkdir -p -- "${1%/*}/"
  mkdir -m "$4" -- "$1"
  chown -h -- "$2:$3" "$1"
}

# expect_own_directory PATH USER: as root, exits with 78 if something else is in the place of a service's own
# directory. The service may have put a link there, and the service manager would follow it.
expect_own_directory() {
  if [ -L "$1" ]; then
    echo "$1 is a link: remove it, or configure the directory that it leads to" >&2
    exit 78
  elif [ -e "$1" ] && [ ! -d "$1" ]; then
    echo "$1 is not a directory: move it away" >&2
    exit 78
  elif [ -d "$1" ] && [ "$(stat --format %U -- "$1")" != "$2" ]; then
    echo "$1 belongs to somebody else: configure another directory, or give it to the service with chown -R $2 $1" >&2
    exit 78
  fi
}
