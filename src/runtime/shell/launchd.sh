# The part of a launcher that is for launchd jobs only.

# launchd starts a job again after a failure, and not after a success. So the end that no further try can mend (78)
# becomes success, and no other end does: a process inside the sandbox can ask the program to end by itself.
# `launchd_domain` is defined before.
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

# confined SECONDS COMMAND...: runs the command for at most that time, in a sandbox that opens the service's
# directories and nothing else. Processes of an earlier run may still be alive, and put links and FIFOs into these
# directories. `preparation_profile` is defined before.
confined() {
  local seconds=$1
  shift
  timeout --kill-after=5 "$seconds" \
    "${system_programs-/usr/bin}"/sandbox-exec -f "$preparation_profile" "$@"
}

# own_secret FILE: prints the service's own secret, from inside that sandbox; `own_secret_program` is defined before
own_secret() {
  confined 20 "$own_secret_program" "$1"
}
