# The part of a prepare script that does not depend on the service. The script runs as the service,
# in its own directories, before every requested start. An automatic restart by systemd keeps the existing mounts.

# The time limit of a search through the directories, in seconds. The service decides what and how much is in them:
# so nothing here may start a process for each file, or rely on having seen all of them.
patience=20

# is_among WORD WORD...: whether the first word is one of the others
is_among() {
  local word=$1 other
  shift
  for other in "$@"; do
    [ "$other" != "$word" ] || return 0
  done
  return 1
}

# own_directory DIRECTORY MODE: makes a directory of the service's own, and fails if somebody else owns it: the
# owner could change the files in it.
own_directory() {
  if [ ! -d "$1" ] && { [ -e "$1" ] || [ -L "$1" ]; }; then
    echo "$1 is not a directory: move it away" >&2
    exit 78
  fi
  [ -d "$1" ] || mkdir -p -m "$2" -- "$1"
  if [ -O "$1" ]; then
    chmod -- "$2" "$1"
    return 0
  fi
  if [ -L "$1" ]; then
    echo "$1 leads to a directory of somebody else: remove the link" >&2
  else
    echo "$1 belongs to somebody else: give it back with chown -R $(id -un) $1" >&2
  fi
  exit 78
}

# tell_of_others DIRECTORY EXCEPTION...: names one file of somebody else in the directory, because a program that
# fails over it may not name it. It does not search the exceptions, into which others may put files. It never fails:
# a search that takes too long, or finds a file gone, is no reason not to start.
tell_of_others() {
  local directory=$1 except=() other
  shift
  for other in "$@"; do
    except+=(-path "$other" -prune -o)
  done
  other=$(timeout "$patience" find -H "$directory" -xdev "${except[@]}" ! -user "$EUID" -print -quit) || true
  if [ -n "$other" ]; then
    # A name may contain line breaks and control characters.
    printf -v other %q "$other"
    echo "$other belongs to somebody else: if that is in the way, chown -h $(id -un) $other" >&2
  fi
}

# own_link LINK TARGET: makes the link at which the program looks for its configuration. A file in its place is kept
# as LINK.unmanaged.
own_link() {
  if [ -e "$1" ] && [ ! -L "$1" ]; then
    mv --backup=numbered -T -- "$1" "$1.unmanaged"
  fi
  ln -sfn -- "$2" "$1"
}
