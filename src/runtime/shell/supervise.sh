# The launcher stays the parent of the program. Where the service has a process namespace of its own
# the launcher is the first process there: the kernel keeps from such a process every signal it has
# no handler for, and it inherits the orphans. The shell has a handler from the start and reaps what
# it inherits; the program need not know about either.

# Until the program runs, a request to stop is the launcher's.
trap 'exit 143' TERM

# supervise PROGRAM ARGUMENT...: runs the program, hands it the request to stop, ends as it does
supervise() {
  local child='' stopped='' status
  # The program may end by itself meanwhile; then nobody has to be told.
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
