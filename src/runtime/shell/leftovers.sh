# What the preparation does on macOS about what an earlier run has left. What is not found in time is no reason
# not to start.

# make_removable DIRECTORY...: the service may make its own files immutable, and then not even the
# preparation could replace them. By the system's own programs: those of GNU know no such flags.
make_removable() {
  local directory there=()
  for directory in "$@"; do
    [ ! -d "$directory" ] || there+=("$directory")
  done
  [ "${#there[@]}" -gt 0 ] || return 0
  timeout "$patience" "${system_programs-/usr/bin}"/find -P "${there[@]}" -xdev -flags +uchg,uappnd \
    -exec "${system_programs-/usr/bin}"/chflags -h nouchg,nouappnd {} + || :
}

# forget_locks PATTERN: removes files of an earlier run, in directories of temporary files, by which the
# program would believe that it is running already. From within the sandbox it cannot tell whether the
# process that made them lives. Links are not followed.
forget_locks() {
  timeout "$patience" find -P "$TMPDIR" -mindepth 2 -maxdepth 2 -type f -path "*/$1" -delete || :
}
