# Removes the leftovers of an earlier run, on macOS. The service starts even if that takes too long.

# make_removable DIRECTORY...: makes immutable files mutable again. The service can set that flag on its own files,
# and then not even the preparation could replace them. GNU's find does not know such flags, so this uses the
# system's own programs.
make_removable() {
  local directory there=()
  for directory in "$@"; do
    [ ! -d "$directory" ] || there+=("$directory")
  done
  [ "${#there[@]}" -gt 0 ] || return 0
  timeout "$patience" "${system_programs-/usr/bin}"/find -P "${there[@]}" -xdev -flags +uchg,uappnd \
    -exec "${system_programs-/usr/bin}"/chflags -h nouchg,nouappnd {} + || :
}

# forget_locks PATTERN: removes lock files of an earlier run below TMPDIR. From within the sandbox the program
# cannot tell whether the process in a lock is alive, and would believe that it is running already. find follows
# no links.
forget_locks() {
  timeout "$patience" find -P "$TMPDIR" -mindepth 2 -maxdepth 2 -type f -path "*/$1" -delete || :
}
