# The service manager runs the operator's program the way it runs the service: what the model left in
# the service's directories may be run by it, and gets no further than the service does.

# enter_service USER GROUP PROPERTY...: sets `run` to what runs a program as the system service
enter_service() {
  local user=$1 group=$2
  shift 2
  if [ "$(id -u)" -ne 0 ]; then
    printf '%s: has to run as root: try sudo %s\n' "$command_name" "$command_name" >&2
    exit 77
  fi
  run=("$systemd_run" "--uid=$user" "--gid=$group")
  confine /run "$@"
}

# enter_user_service PROPERTY...: the same for a service of the user's own
enter_user_service() {
  run=("$systemd_run" --user)
  confine "${XDG_RUNTIME_DIR:-/run/user/$(id -u)}" "$@"
}

# confine RUNTIME PROPERTY...: adds the properties to `run`. Specifiers are expanded in the files of
# units only, so those of the runtime directory and the unit's name are filled in here. The name is
# one of this program alone: two of them would share the root otherwise.
confine() {
  local runtime=$1 unit=$command_name-$$.service property
  shift
  run+=("--unit=$unit")
  for property in "$@"; do
    property=${property//'%t'/"$runtime"}
    run+=("${property//'%n'/"$unit"}")
  done
}

# start DIRECTORY PROGRAM ARGUMENT...: becomes the program. The environment, with the secrets in
# it, is passed by name, so that no value is ever an argument.
start() {
  local directory=$1 entry terminal=--pipe
  shift
  if [ -t 0 ] && [ -t 1 ]; then
    terminal=--pty
  fi
  while IFS= read -r -d '' entry; do
    run+=("--setenv=${entry%%=*}")
  done < <(env -0)
  exec "${run[@]}" --quiet --collect --wait "$terminal" --service-type=exec \
    "--working-directory=$directory" -- "$@"
}
