# The part of the operator's care of the state that runs as the service, inside the sandbox, while the service is
# stopped. Before it, `own` lists the service's own directories, `roots` those of them that are in no other, and
# `title` names the service. Archives are hostile, and so is the state: nothing here leaves the sandbox.

# complain MESSAGE: ends, and everything is as it was
complain() {
  printf '%s\n' "$1" >&2
  exit 1
}

# begin: undoes an interrupted change, and makes the folders of changes
begin() {
  local directory
  settle
  for directory in "${own[@]}"; do
    if [ -L "$directory/.care" ] || { [ -e "$directory/.care" ] && [ ! -d "$directory/.care" ]; }; then
      mv --backup=numbered -T -- "$directory/.care" "$directory/.care.unmanaged"
    fi
    mkdir -p -m 0700 -- "$directory" "$directory/.care"
    # A repository that the service keeps here should not contain all of this.
    echo '*' > "$directory/.care/.gitignore"
  done
  discard new old trash tree incoming
}

# make_tree SUFFIX: makes the folder `tree`, with a link to each root (and the suffix), by its number
make_tree() {
  local number=0 root
  tree=${own[0]}/.care/tree
  rm -rf -- "$tree"
  mkdir -- "$tree"
  for root in "${roots[@]}"; do
    number=$((number + 1))
    ln -s -- "$root$1" "$tree/$number"
  done
  cd -- "$tree"
}

# pattern PATH: the path as a pattern of find
pattern() {
  local path=$1
  path=${path//\\/\\\\}
  path=${path//\*/\\*}
  path=${path//\?/\\?}
  printf '%s' "${path//\[/\\[}"
}

# contents: prints the names of what belongs into an archive. FIFOs, sockets and devices do not.
contents() {
  local number=0 root directory skip=()
  for root in "${roots[@]}"; do
    number=$((number + 1))
    for directory in "${own[@]}"; do
      if [[ $directory/ = "$root"/* ]]; then
        skip+=(-path "$number$(pattern "${directory#"$root"}")/.care" -prune -o)
      fi
    done
  done
  printf 'about\0'
  # Links on the command line lead to the roots.
  find -H $(seq "$number") -mindepth 1 "${skip[@]}" '(' -type f -o -type d -o -type l ')' -print0
}

# pack: writes the state as an archive to the standard output
pack() {
  begin
  make_tree ''
  printf '%s\n' "$title" "format 1" "${roots[@]}" > about
  contents | tar --create --file=- --no-recursion --null --verbatim-files-from --files-from=- \
    --sparse --format=posix --pax-option=delete=atime,delete=ctime --numeric-owner --owner=0 --group=0 |
    gzip -c
  cd /
  discard tree
}

# extract FOLDER TAR-OPTION...: unpacks the archive from the standard input in the folder. It bounds what an archive
# can take: nine tenths of the free space, and half of the free files. The holes of a file take no space.
extract() {
  local folder=$1 space files status=0
  shift
  space=$(df --output=avail --block-size=1 -- "$folder" | tail -n 1)
  files=$(df --output=iavail -- "$folder" | tail -n 1)
  space=$((space / 10 * 9))
  # Some file systems have no fixed number of files.
  [ "$files" -gt 0 ] 2> /dev/null || files=20000000
  (
    cd -- "$folder"
    gzip -cdf | head -c "$space" |
      tar --extract --verbose --file=- --no-same-owner --no-same-permissions --warning=no-timestamp "$@" |
      head -n $((files / 2)) > /dev/null
  ) || status=$?
  [ "$status" -eq 0 ] || complain "this is no whole archive, or does not fit: nothing has changed"
}

# expect_plain FOLDER...: fails unless there are only files, directories and links
expect_plain() {
  local odd
  odd=$(find -P "$@" ! -type f ! -type d ! -type l -print -quit)
  [ -z "$odd" ] || complain "the archive contains something that is neither a file nor a directory nor a link"
}

# unpack: the archive from the standard input becomes the state
unpack() {
  local directory root number=0 line news=()
  begin
  trap 'discard new tree' EXIT
  for root in "${roots[@]}"; do
    mkdir -- "$root/.care/new"
    news+=("$root/.care/new")
  done
  make_tree /.care/new
  extract "$tree"
  cd -- "$tree"
  [ -f about ] && [ ! -L about ] || complain "this is no backup of $title: nothing has changed"
  { IFS= read -r -n 200 line && [ "$line" = "$title" ] && IFS= read -r -n 200 line && [ "$line" = "format 1" ]; } < about ||
    complain "this is no backup of $title: nothing has changed"
  for root in "${roots[@]}"; do
    number=$((number + 1))
    [ "$(readlink -- "$number")" = "$root/.care/new" ] || complain "the archive is malformed: nothing has changed"
  done
  [ -z "$(find -P . -mindepth 1 -maxdepth 1 ! -name about ! -type l -print -quit)" ] &&
    [ "$(find -P . -mindepth 1 -maxdepth 1 -type l -printf x)" = "$(printf 'x%.0s' "${roots[@]}")" ] ||
    complain "it is a backup of a service with other directories: nothing has changed"
  cd /
  expect_plain "${news[@]}"
  sort_new
  discard tree
  trap - EXIT
  swap
}

# sort_new: gives each own directory its part of the new state, the innermost first
sort_new() {
  local index directory root from
  for ((index = ${#own[@]} - 1; index >= 0; index--)); do
    directory=${own[index]}
    for root in "${roots[@]}"; do
      [ "$directory" != "$root" ] || continue 2
      [[ $directory != "$root"/* ]] || from=$root/.care/new${directory#"$root"}
    done
    if [ -L "$from" ] || { [ -e "$from" ] && [ ! -d "$from" ]; }; then
      complain "in the archive, $directory is no directory: nothing has changed"
    elif [ -d "$from" ]; then
      chmod u+rwx -- "$from"
      mv -T -- "$from" "$directory/.care/new"
    else
      mkdir -- "$directory/.care/new"
    fi
  done
  for directory in "${own[@]}"; do
    rm -rf -- "$directory/.care/new/.care"
  done
}

# swap: the new state takes the place of the state, which becomes the former one
swap() {
  local directory
  trap 'status=$?; [ "$status" -eq 0 ] || settle; exit "$status"' EXIT
  for directory in "${own[@]}"; do
    mkdir -- "$directory/.care/old"
  done
  set_phase out
  for directory in "${own[@]}"; do
    move_entries "$directory" "$directory/.care/old"
  done
  set_phase in
  for directory in "${own[@]}"; do
    move_entries "$directory/.care/new" "$directory"
  done
  finish_change
  trap - EXIT
}

# keep: copies the state before somebody changes it in place. Until `finish`, the copy counts.
keep() {
  local directory
  begin
  trap 'discard old' EXIT
  for directory in "${own[@]}"; do
    mkdir -- "$directory/.care/old"
    entries "$directory" | xargs -0 -r cp -a --reflink=auto -t "$directory/.care/old" -- ||
      complain "there is no room for a copy of the state, or a part of it cannot be read: nothing has changed"
  done
  set_phase in
  trap - EXIT
}

# finish: the state has been changed in place
finish() {
  finish_change
}

# undo: the former state becomes the state, and the other way round
undo() {
  local directory
  begin
  [ -d "${own[0]}/.care/former" ] || complain "no former state is kept"
  for directory in "${own[@]}"; do
    if [ -d "$directory/.care/former" ]; then
      mv -T -- "$directory/.care/former" "$directory/.care/new"
    else
      mkdir -- "$directory/.care/new"
    fi
  done
  swap
}

# forget: removes the former state. The service may run.
forget() {
  discard former
}

# receive: puts the parts of another state, an archive from the standard input, into their places. `parts` lists a
# part's name and its directory in turn.
receive() {
  local part directory incoming=${own[0]}/.care/incoming index
  keep
  trap 'status=$?; [ "$status" -eq 0 ] || settle; discard incoming; exit "$status"' EXIT
  mkdir -- "$incoming"
  extract "$incoming" --ignore-zeros
  expect_plain "$incoming"
  [ -d "$incoming/complete" ] || complain "nothing has changed: not everything could be read"
  find -P "$incoming" -name .care -prune -exec rm -rf -- {} +
  for ((index = 0; index < ${#parts[@]}; index += 2)); do
    part=${parts[index]} directory=${parts[index + 1]}
    [ -d "$incoming/$part" ] && [ ! -L "$incoming/$part" ] || continue
    # Files of the same name are replaced. Nothing is copied: the incoming files get a second name.
    cp -a --link --no-target-directory --remove-destination -- "$incoming/$part" "$directory" ||
      complain "the part $part does not fit into $directory"
  done
  discard incoming
  finish_change
  trap - EXIT
}

trap 'exit 143' TERM
trap 'exit 130' INT
