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

# confined SECONDS COMMAND...: runs it in a sandbox of its own, which opens the service's directories and
# nothing else, and for no longer than that. Processes of an earlier run may have stayed, and put links and
# FIFOs in the way of what is done there. `preparation_profile` is defined before.
confined() {
  local seconds=$1
  shift
  timeout --kill-after=5 "$seconds" \
    "${system_programs-/usr/bin}"/sandbox-exec -f "$preparation_profile" "$@"
}

# own_secret FILE: prints the secret that the service has made for itself; `own_secret_program` is defined before
own_secret() {
  confined 20 "$own_secret_program" "$1"
}
