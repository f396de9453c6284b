# launchd starts a job again whenever it fails, for ever. A mistake in the configuration does not
# mend itself, so the job then ends as if it had succeeded; its message is in the log.
trap '[ $? -ne 78 ] || exit 0' EXIT

# supervise PROGRAM ARGUMENT...: runs the program, hands it the request to stop, ends as it does
supervise() {
  local child='' stopped='' status
  trap 'stopped=yes; [ -z "$child" ] || kill -TERM "$child"' TERM INT
  "$@" &
  child=$!
  [ -z "$stopped" ] || kill -TERM "$child"
  # A signal ends `wait`, not the program.
  while :; do
    status=0
    wait "$child" || status=$?
    kill -0 "$child" 2> /dev/null || break
  done
  wait "$child" || status=$?
  exit "$status"
}
