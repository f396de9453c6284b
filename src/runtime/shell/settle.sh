# Changes of the service's whole state: it becomes another one, or what it was. This code runs as the service, in
# its sandbox: in the operator's command, and in the preparation, which undoes a change that was interrupted.
#
# `own` lists the service's own directories, each after the directories around it. Each may be a mount of its own, so
# each has its part of a change in a folder `.care`, and nothing is moved from one directory to another:
#   new     the state to come
#   old     the state before the change that is under way
#   former  the state before the last change
#   trash   what a change that was undone has left
# The first directory's `.care/phase` says that a change is under way: `out` while the old state moves away, `in`
# while the new one takes its place. Without it, the directories hold a whole state.

# is_kept PATH: whether the path stays where it is: the folder of changes, or the way to another own directory
is_kept() {
  local directory
  [ "${1##*/}" != .care ] || return 0
  for directory in "${own[@]}"; do
    [[ $directory/ != "$1"/* ]] || return 0
  done
  return 1
}

# entries DIRECTORY: prints what is in a directory, besides what stays there
entries() (
  shopt -s dotglob nullglob
  for entry in "$1"/*; do
    is_kept "$entry" || printf '%s\0' "$entry"
  done
)

# move_entries FROM TO
move_entries() {
  entries "$1" | xargs -0 -r mv -t "$2" --
}

# discard NAME...: removes folders of changes. What is not removed in time is the next change's to remove.
discard() {
  local directory name
  for directory in "${own[@]}"; do
    for name in "$@"; do
      timeout "${patience-3600}" rm -rf -- "$directory/.care/$name" || :
    done
  done
}

# set_phase PHASE: the phase is on the disk before the change goes on.
set_phase() {
  sync -f "${own[0]}" || :
  printf '%s\n' "$1" > "${own[0]}/.care/phase.new"
  mv -T -- "${own[0]}/.care/phase.new" "${own[0]}/.care/phase"
  sync -f "${own[0]}" || :
}

# finish_change: the directories hold the new state; the old one is kept
finish_change() {
  local directory
  sync -f "${own[0]}" || :
  rm -f -- "${own[0]}/.care/phase"
  keep_old
  discard new trash
}

# keep_old: the old state becomes the former one
keep_old() {
  local directory
  for directory in "${own[@]}"; do
    [ -d "$directory/.care/old" ] || continue
    rm -rf -- "$directory/.care/former"
    mv -T -- "$directory/.care/old" "$directory/.care/former"
  done
}

# settle: undoes a change that was interrupted. The service can write all of this, and harms itself alone with it.
settle() {
  local phase='' directory first=${own[0]}/.care
  [ -d "$first" ] && [ ! -L "$first" ] || return 0
  if [ ! -f "$first/phase" ] || [ -L "$first/phase" ]; then
    keep_old
    return
  fi
  read -r -t 5 -n 8 phase < "$first/phase" || :
  if [ "$phase" = in ]; then
    for directory in "${own[@]}"; do
      mkdir -p -- "$directory/.care/trash"
      move_entries "$directory" "$directory/.care/trash"
    done
    set_phase out
    phase=out
  fi
  if [ "$phase" = out ]; then
    for directory in "${own[@]}"; do
      [ ! -d "$directory/.care/old" ] || move_entries "$directory/.care/old" "$directory"
    done
  fi
  sync -f "${own[0]}" || :
  rm -f -- "$first/phase"
  discard old new trash
  echo "a change of the state was interrupted: it is as it was before" >&2
}
