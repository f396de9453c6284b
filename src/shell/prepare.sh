# The part of a service's prepare script that does not depend on the service. The script runs as
# the service, in its own directories, before every start.

# own_directory DIRECTORY MODE: a directory of the service's own. In one of theirs, others could change
# what the service finds there.
own_directory() {
  if [ ! -d "$1" ] && { [ -e "$1" ] || [ -L "$1" ]; }; then
    echo "$1 is not a directory: move it away" >&2
    exit 78
  fi
  mkdir -p -m "$2" -- "$1"
  [ ! -O "$1" ] || return 0
  if [ -L "$1" ]; then
    echo "$1 leads to a directory of somebody else: remove the link" >&2
  else
    echo "$1 belongs to somebody else: give it back with chown -R $(id -un) $1" >&2
  fi
  exit 78
}

# tell_of_others DIRECTORY EXCEPTION...: names a file of somebody else in the directory, because what
# fails over it may not. Not in the exceptions, where others may well put something. It only tells:
# what cannot be searched, or is gone by now, is no reason not to start.
tell_of_others() {
  local directory=$1 except=() other
  shift
  for other in "$@"; do
    except+=(-path "$other" -prune -o)
  done
  other=$(find -H "$directory" -xdev "${except[@]}" ! -user "$EUID" -print -quit) || true
  if [ -n "$other" ]; then
    echo "$other belongs to somebody else: if that is in the way, chown $(id -un) $other" >&2
  fi
}

# own_link LINK TARGET: a link the service finds its configuration by; a file that is there is kept
own_link() {
  if [ -e "$1" ] && [ ! -L "$1" ]; then
    mv --backup=numbered -T -- "$1" "$1.unmanaged"
  fi
  ln -sfn -- "$2" "$1"
}

# manage DIRECTORY RECORD: what `put` puts from now on goes there and is noted in the record
manage() {
  cd -P -- "$1"
  record=$2
  touch -- "$record"
  : > "$record.new"
}

# put TARGET SOURCE...: one directory, copied whole, or files, concatenated. The result are regular
# files with one link each, because programs that guard against escapes refuse others. What the
# service wrote itself under that name is kept beside it.
put() {
  local target=$1 parent=.
  shift
  case $target in
    */*) parent=${target%/*} ;;
  esac
  if [ "$(realpath -m -- "$parent")" != "$(realpath -ms -- "$parent")" ]; then
    echo "$PWD/$parent leads through a link: remove it" >&2
    exit 78
  fi
  mkdir -p -- "$parent"
  if [ -e "$target" ] && ! grep -qxF -e "$target" "$record"; then
    mv --backup=numbered -T -- "$target" "$target.unmanaged"
  fi
  rm -rf -- "$target.new"
  if [ -d "$1" ]; then
    cp -rL --no-preserve=ownership -- "$1" "$target.new"
  else
    cat -- "$@" > "$target.new"
  fi
  chmod -R u=rwX,go= -- "$target.new"
  rm -rf -- "$target"
  mv -T -- "$target.new" "$target"
  printf '%s\n' "$target" >> "$record.new"
}

# finish: removes what was put at an earlier start and is no longer declared
finish() {
  local target
  while IFS= read -r target; do
    case /$target/ in
      //* | */../*) continue ;;
    esac
    if ! grep -qxF -e "$target" "$record.new"; then
      rm -rf -- "$target"
      case $target in
        */*) rmdir --ignore-fail-on-non-empty -- "${target%/*}" ;;
      esac
    fi
  done < "$record"
  mv -T -- "$record.new" "$record"
}
