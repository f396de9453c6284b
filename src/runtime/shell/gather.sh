# Reads parts of another state: a personal installation of the same program. This runs as the user whose state it
# is. `describe PART` sets what is known of a part: `from`, a folder of the state, `secret`, and `patterns`, which
# name its files in that folder; it fails for other words. `known` lists the parts.

# tell MESSAGE
tell() {
  printf '%s\n' "$1" >&2
}

# understand WORD: sets `part`, and `base`, the directory of its files: a part may be in another one
understand() {
  part=${1%%=*}
  describe "$part" || {
    tell "there is no part $part; there are: ${known[*]}"
    exit 64
  }
  base=$directory
  [ "$from" = . ] || base+=/$from
  [[ $1 != *=* ]] || base=${1#*=}
  [[ $base = /* ]] || base=$started/$base
}

# find_part: sets `found` to what there is of the part
find_part() {
  local pattern entry
  found=()
  cd -P -- "$base" 2> /dev/null || return 0
  shopt -s nullglob dotglob
  for pattern in "${patterns[@]}"; do
    # The pattern is to be expanded; one without stars stays, whether the file is there or not.
    for entry in ./$pattern; do
      if [ -e "$entry" ] || [ -L "$entry" ]; then found+=("$entry"); fi
    done
  done
  shopt -u nullglob dotglob
}

# send: writes the part as an archive. FIFOs, sockets and devices are left out.
send() {
  find -P "${found[@]}" '(' -type f -o -type d -o -type l ')' -print0 |
    tar --create --file=- --no-recursion --null --verbatim-files-from --files-from=- --sparse --format=posix \
      --numeric-owner --owner=0 --group=0 --transform="flags=rhS;s,^\./,$part/,"
}

# gather DIRECTORY PART... [--check]: writes archives of the parts to the standard output, and says what is left.
# With --check, it only looks whether they are there.
gather() {
  local check=no words=() word taken=() entry
  started=$PWD
  [[ ${!#} != --check ]] || check=yes
  directory=$1
  shift
  cd -P -- "$directory" 2> /dev/null || {
    tell "there is no directory $directory that can be read"
    exit 66
  }
  directory=$PWD
  for word in "$@"; do
    [ "$word" = --check ] || words+=("$word")
  done
  [ "${#words[@]}" -gt 0 ] || {
    tell "name the parts to bring in: ${known[*]}"
    exit 64
  }
  for word in "${words[@]}"; do
    understand "$word"
    find_part
    if [ "${#found[@]}" -eq 0 ]; then
      tell "there is nothing of $part in $base"
      exit 66
    fi
    [ "$check" = no ] || continue
    send
    tell "taken: $part, from $base$([ "$secret" = no ] || echo ', with secrets')"
    [[ $word = *=* ]] || taken+=("${found[@]/#.\//$from/}")
  done
  if [ "$check" = no ]; then
    # An empty directory called `complete` ends it.
    tar --create --file=- --no-recursion --directory=/ --transform='s,.*,complete,' .
    tell_left
  fi
}

# tell_left: names what was not taken
tell_left() {
  local entry name each left=()
  cd -P -- "$directory"
  shopt -s nullglob dotglob
  for entry in *; do
    for each in "${taken[@]}"; do
      each=${each#./}
      [ "${each%%/*}" != "$entry" ] || continue 2
    done
    printf -v name %q "$entry"
    left+=("$name")
  done
  shopt -u nullglob dotglob
  [ "${#left[@]}" -eq 0 ] || tell "left: ${left[*]}"
}
