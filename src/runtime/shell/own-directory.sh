# make_own_directory PATH USER GROUP MODE: run by root, a directory for a service's own, where there is
# nothing yet. What is there stays whose it is, and the service says so if it is not its own. The
# directory above has to be root's: in one of the service's, the name could lead elsewhere by now.
make_own_directory() {
  if [ -e "$1" ] || [ -L "$1" ]; then
    return 0
  fi
  mkdir -p -- "${1%/*}/"
  mkdir -m "$4" -- "$1"
  chown -h -- "$2:$3" "$1"
}

# expect_own_directory PATH USER: run by root, ends where something is in the place of a service's own
# directory that is none. The service manager would follow a link there, which the service may have made.
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
