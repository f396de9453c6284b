# Managed files under systemd. The copies are in a directory that the service never sees, and the
# service manager mounts each of them over its place, read-only. So what the service leaves in a place
# can neither change them nor get in their way.

# What is in a place while nothing is mounted there; a comment in most formats.
notice='# While the service runs, its configuration is mounted here.'
# How find knows what may be one, without a look into it.
like_notice=(-type f -size "$((${#notice} + 1))c")

managed_directories=()
places=()

# manage NAME DIRECTORY: what `put` puts from now on has its place there
manage() {
  cd -P -- "$2"
  directory=$2
  is_among "$2" "${managed_directories[@]}" || managed_directories+=("$2")
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
    directory)
      [ -d "$2" ] && [ -z "$(more_than_notice "$2")" ] &&
        { [ ! -e "$2/.managed" ] || has_notice "$2/.managed"; }
      ;;
  esac
}

# more_than_notice DIRECTORY: names something in it that is no notice
more_than_notice() {
  find "./$1" -mindepth 1 -maxdepth 1 ! '(' -name .managed "${like_notice[@]}" ')' -print -quit
}

# has_notice FILE: whether the notice is in the file, and nothing else
has_notice() {
  local content=
  [ -f "$1" ] && [ ! -L "$1" ] || return 1
  IFS= read -r -d '' -n 200 content 2> /dev/null < "$1" || :
  [ "$content" = "$notice"$'\n' ]
}

# possible_places DIRECTORY: names the files in it, and in folders in it, that are as large as the notice
possible_places() {
  cd -P -- "$1"
  exec timeout "$patience" find -P . -mindepth 1 -maxdepth 2 \
    '(' -path './*/.managed' -o ! -path './*/*' ')' "${like_notice[@]}" -print0
}

# forgotten DIRECTORY: of the files that it reads, names those that are places of what is no longer declared, and
# the folder behind the notice in it
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

# finish: removes the places of what is no longer declared. One that is not found, or cannot be removed, is in
# nobody's way. Folders with more in them stay.
finish() {
  for directory in "${managed_directories[@]}"; do
    possible_places "$directory" | forgotten "$directory" | xargs -0 -r rm -df -- 2> /dev/null || :
  done
}
