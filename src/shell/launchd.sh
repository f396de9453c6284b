# What the launcher of a launchd job does besides what every launcher does.

# launchd starts a job again when it fails, and lets it be when it has succeeded. Only an end that no
# further try can mend (78) may look like success. A program that has ended by itself has not: anybody
# inside the sandbox can ask it to. `launchd_domain` is defined before.
end_job() {
  [ -z "${log_keeper-}" ] || kill "$log_keeper" 2> /dev/null || :
  case $1 in
    78)
      printf '%s\n' "this needs a change, so it is not tried again. Afterwards: launchctl kickstart $launchd_domain/${XPC_SERVICE_NAME-}" >&2
      exit 0
      ;;
    # "Try again later" (sysexits.h).
    0) exit 75 ;;
  esac
}
trap 'end_job $?' EXIT

# make_removable DIRECTORY...: the service may make its own files immutable, and then not even the
# preparation could replace them. By the system's own programs: those of GNU know no such flags.
make_removable() {
  local directory
  for directory in "$@"; do
    [ -d "$directory" ] || continue
    "${system_programs-/usr/bin}"/find -P "$directory" -xdev -flags +uchg,uappnd \
      -exec "${system_programs-/usr/bin}"/chflags -h nouchg,nouappnd {} +
  done
}

# forget_locks PATTERN: removes files of an earlier run, in directories of temporary files, by which the
# program would believe that it is running already. From within the sandbox it cannot tell whether the
# process that made them lives. Links are not followed.
forget_locks() {
  find -P "$TMPDIR" -mindepth 2 -maxdepth 2 -type f -path "*/$1" -delete
}
