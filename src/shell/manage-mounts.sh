# Managed files under systemd. The copies are in a directory that the service never sees, and the
# service manager mounts each of them over its place, read-only. So what the service leaves in a place
# can neither change them nor get in their way.

# What is in a place while nothing is mounted there; a comment in most formats.
notice='# While the service runs, its configuration is mounted here.'

managed_directories=()
places=()

# manage NAME DIRECTORY: what `put` puts from now on has its place there
manage() {
  cd -P -- "$2"
  directory=$2
  managed_directories+=("$2")
}

# put TARGET SOURCE...: one directory, copied whole, or files, concatenated. The result are regular
# files with one link each, because programs that guard against escapes refuse others.
put() {
  local name=${1%%/*} copy=$RUNTIME_DIRECTORY$directory/$1
  shift
  mkdir -p -- "${copy%/*}"
  if [ -d "$1" ]; then
    cp -rL --no-preserve=ownership -- "$1" "$copy"
  else
    cat -- "$@" > "$copy"
  fi
  chmod -R u=rwX,go= -- "$copy"
  make_place "$name" "$RUNTIME_DIRECTORY$directory/$name"
  places+=("$directory/$name")
}

# make_place NAME COPY: what the copy is mounted over, a directory or a file as the copy is. What the
# service has put there itself is kept beside it.
make_place() {
  local kind=file
  [ ! -d "$2" ] || kind=directory
  if is_place "$kind" "$1"; then
    return
  fi
  if [ -e "$1" ] || [ -L "$1" ]; then
    mv --backup=numbered -T -- "$1" "$1.unmanaged"
    echo "$PWD/$1 is the configuration's: what was there is $1.unmanaged now" >&2
  fi
  case $kind in
    file) printf '%s\n' "$notice" > "$1" ;;
    directory)
      mkdir -- "$1"
      printf '%s\n' "$notice" > "$1/.managed"
      ;;
  esac
}

# is_place KIND NAME: whether it is of that kind, and nothing is there but the notice, or not even that
is_place() {
  [ ! -L "$2" ] || return 1
  case $1 in
    file) [ -f "$2" ] && { [ ! -s "$2" ] || has_notice "$2"; } ;;
    directory) [ -d "$2" ] && { [ -z "$(ls -A -- "$2")" ] || has_notice "$2"; } ;;
  esac
}

# has_notice NAME: whether nothing but the notice is there
has_notice() {
  local file=$1
  if [ -d "$1" ]; then
    [ "$(ls -A -- "$1")" = .managed ] || return 1
    file=$1/.managed
  fi
  [ -f "$file" ] && [ ! -L "$1" ] && [ ! -L "$file" ] &&
    [ "$(head -c 200 -- "$file" | tr -d '\0')" = "$notice" ]
}

# finish: removes the places of what is no longer declared
finish() {
  local entry
  shopt -s nullglob dotglob
  for directory in "${managed_directories[@]}"; do
    for entry in "$directory"/*; do
      if ! is_among "$entry" "${places[@]}" && has_notice "$entry"; then
        rm -r -- "$entry"
      fi
    done
  done
}
