# The part of a service's prepare script that does not depend on the service. The script runs as the service,
# in its own directories, before every start that is asked for. What systemd starts again by itself finds what is
# mounted already.

# How many seconds a look through the directories may take. What is in them is the service's to decide, and
# so is how much: nothing here may take a process for each file, or depend on having seen all of them.
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

# own_directory DIRECTORY MODE: a directory of the service's own. In one of theirs, others could change
# what the service finds there.
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

# tell_of_others DIRECTORY EXCEPTION...: names a file of somebody else in the directory, because what
# fails over it may not. Not in the exceptions, where others may well put something. It only tells:
# what cannot be searched, not in time at least, or is gone by now, is no reason not to start.
tell_of_others() {
  local directory=$1 except=() other
  shift
  for other in "$@"; do
    except+=(-path "$other" -prune -o)
  done
  other=$(timeout "$patience" find -H "$directory" -xdev "${except[@]}" ! -user "$EUID" -print -quit) || true
  if [ -n "$other" ]; then
    # A name may have line breaks and more in it.
    printf -v other %q "$other"
    echo "$other belongs to somebody else: if that is in the way, chown -h $(id -un) $other" >&2
  fi
}

# own_link LINK TARGET: a link the service finds its configuration by; a file that is there is kept
own_link() {
  if [ -e "$1" ] && [ ! -L "$1" ]; then
    mv --backup=numbered -T -- "$1" "$1.unmanaged"
  fi
  ln -sfn -- "$2" "$1"
}
