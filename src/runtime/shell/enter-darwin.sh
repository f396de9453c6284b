# The operator's program runs in the service's sandbox, as the service's user: what the model left in
# the service's directories may be run by it, and gets no further than the service does.

# enter_service USER: the program is to be run as the user
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

# There is no bound that the system would heed.
bound_memory() {
  :
}

# start SCRIPT ARGUMENT...: runs the script, and ends as it does. Whatever sudo sets or lets pass is
# forgotten after it.
start() {
  keep_variables
  set -- /usr/bin/env -i "${become[@]}" /usr/bin/env -i "${kept[@]}" "$@"
  if [ "$terminal" = yes ]; then
    # A terminal of its own: what is typed into the real one stays out of its reach.
    exec /usr/bin/script -q /dev/null "$@"
  else
    in_pipes "$@"
  fi
}
