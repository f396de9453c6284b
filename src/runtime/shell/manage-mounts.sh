# Managed files under systemd. The copies are in a directory that the service never sees, and the
# service manager mounts each of them read-only over its place in the service's directories. So a file that the
# service leaves in a place can neither change a copy nor get in its way.

# The content of a place while nothing is mounted there; a comment in most formats.
notice='# While the service runs, its configuration is mounted here.'
# Files that may hold the notice, for find: it knows them by their size, without reading them.
like_notice=(-type f -size "$((${#notice} + 1))c")

managed_directories=()
places=()

# manage NAME DIRECTORY: from now on, `put` makes places in the directory
manage() {
  cd -P -- "$2"
  directory=$2
  is_among "$2" "${managed_directories[@]}" || managed_directories+=("$2")
}

# put TARGET SOURCE...: copies one directory, or concatenates files. The results are regular
# files with one link each, because programs that guard against escapes refuse other files.
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

# make_place NAME COPY: makes the place of the copy: a directory or a file, like the copy. If the service has put
# something of its own there, it is kept as NAME.unmanaged.
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

# is_place KIND NAME: whether NAME is of that kind, and empty or with only the notice in it
is_place() {
  [ ! -L "$2" ] || return 1
  case $1 in
    file) [ -f "$2" ] && { [ ! -s "$2" ] || has_notice "$2"; } ;;
    directory)
      [ -d "$2" ] && [ -z "$(more_than_notice "$2")" ] &&
        { [ ! -e "$2/.managed" ] || has_notice "$2/.managed"; }
      ;;
  esac
}

# more_than_notice DIRECTORY: names a file in the directory that is no notice, if there is one
more_than_notice() {
  find "./$1" -mindepth 1 -maxdepth 1 ! '(' -name .managed "${like_notice[@]}" ')' -print -quit
}

# has_notice FILE: whether the file contains the notice and nothing else
has_notice() {
  local content=
  [ -f "$1" ] && [ ! -L "$1" ] || return 1
  IFS= read -r -d '' -n 200 content 2> /dev/null < "$1" || :
  [ "$content" = "$notice"$'\n' ]
}

# possible_places DIRECTORY: names the files in the directory, and the files .managed in its folders, that have the
# size of the notice
possible_places() {
  cd -P -- "$1"
  exec timeout "$patience" find -P . -mindepth 1 -maxdepth 2 \
    '(' -path './*/.managed' -o ! -path './*/*' ')' "${like_notice[@]}" -print0
}

# forgotten DIRECTORY: reads names of files, and prints those that are places of copies which are no longer
# declared. After the notice of a folder it prints the folder, too.
forgotten() {
  local found place
  while IFS= read -r -d '' found; do
    found=$1/${found#./}
    place=${found%/.managed}
    if has_notice "$found" && ! is_among "$place" "${places[@]}" "${managed_directories[@]}"; then
      printf '%s\0' "$found"
      [ "$place" = "$found" ] || printf '%s\0' "$place"
    fi
  done
}

# finish: removes the places of copies that are no longer declared. A place that it does not find or cannot remove
# does no harm. Folders with other files in them stay.
finish() {
  for directory in "${managed_directories[@]}"; do
    possible_places "$directory" | forgotten "$directory" | xargs -0 -r rm -df -- 2> /dev/null || :
  done
}
