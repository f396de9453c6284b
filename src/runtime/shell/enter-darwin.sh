# Runs the operator's program in the service's sandbox, as the service's user. The program may run files that the
# service left in its directories; they get no further than the service does.

# enter_service USER: lets `start` run the program as the user
enter_service() {
  become=()
  if [ "$(id -un)" = "$1" ]; then
    return
  fi
  if [ "$(id -u)" -ne 0 ]; then
    printf '%s: has to run as root: try sudo %s\n' "$command_name" "$command_name" >&2
    exit 77
  fi
  become=(/usr/bin/sudo --user "$1" --)
}

# macOS enforces no such bound.
bound_memory() {
  :
}

# start SCRIPT ARGUMENT...: runs the script and exits with its status. The second `env -i` removes all variables
# that sudo sets or passes on.
start() {
  keep_variables
  set -- /usr/bin/env -i "${become[@]}" /usr/bin/env -i "${kept[@]}" "$@"
  if [ "$terminal" = yes ]; then
    # A terminal of its own: the program cannot read what the operator types into the real one later.
    exec /usr/bin/script -q /dev/null "$@"
  else
    in_pipes "$@"
  fi
}
