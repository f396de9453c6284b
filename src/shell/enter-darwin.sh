# The operator's program runs in the service's sandbox, as the service's user: what the model left in
# the service's directories may be run by it, and gets no further than the service does.

# enter_service USER PROFILE: sets `run` to what runs a program as the service
enter_service() {
  run=(/usr/bin/sandbox-exec -f "$2")
  if [ "$(id -un)" = "$1" ]; then
    return
  fi
  if [ "$(id -u)" -ne 0 ]; then
    printf '%s: has to run as root: try sudo %s\n' "$command_name" "$command_name" >&2
    exit 77
  fi
  run=(/usr/bin/sudo --preserve-env --user "$1" -- "${run[@]}")
}

# start DIRECTORY PROGRAM ARGUMENT...: becomes the program
start() {
  cd -- "$1"
  shift
  exec "${run[@]}" "$@"
}
