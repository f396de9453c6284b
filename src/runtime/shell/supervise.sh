# The launcher stays the parent of the program. If the service has a process namespace of its own,
# the launcher is the first process in it: the kernel drops every signal for which such a process has
# no handler, and gives it the orphans. The shell has a handler from the start and reaps the orphans,
# so the program need not do either.

# Until the program runs, a request to stop ends the launcher.
trap 'exit 143' TERM

# supervise PROGRAM ARGUMENT...: runs the program, passes requests to stop on to it, and exits with its status
supervise() {
  local child='' stopped='' status
  # `kill` may fail, because the program may have ended meanwhile.
  trap 'stopped=yes; [ -z "$child" ] || kill -TERM "$child" 2> /dev/null || :' TERM INT
  "$@" &
  child=$!
  [ -z "$stopped" ] || kill -TERM "$child" 2> /dev/null || :
  # A signal ends `wait`, not the program.
  while :; do
    status=0
    wait "$child" || status=$?
    kill -0 "$child" 2> /dev/null || break
  done
  wait "$child" || status=$?
  exit "$status"
}
