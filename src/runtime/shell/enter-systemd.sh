# The service manager runs the operator's program the way it runs the service: what the model left in
# the service's directories may be run by it, and gets no further than the service does.

# enter_service USER GROUP PROPERTY...: the program is to be run as the system service
enter_service() {
  if [ "$(id -u)" -ne 0 ]; then
    printf '%s: has to run as root: try sudo %s\n' "$command_name" "$command_name" >&2
    exit 77
  fi
  manager=() account=("--uid=$1" "--gid=$2") reach=() runtime=/run credentials=()
  shift 2
  properties=("$@")
}

# enter_user_service PROPERTY...: the same for a service of the user's own
enter_user_service() {
  runtime=${XDG_RUNTIME_DIR:-/run/user/$(id -u)}
  manager=(--user) account=() properties=("$@") credentials=()
  reach=(
    "XDG_RUNTIME_DIR=$runtime"
    "DBUS_SESSION_BUS_ADDRESS=${DBUS_SESSION_BUS_ADDRESS:-unix:path=$runtime/bus}"
  )
}

# with_credentials PROPERTY...: it gets these, too. They name files of the operator's, as they are called: nothing
# in them is expanded.
with_credentials() {
  credentials=("$@")
}

# A line without an end is not kept in memory for ever. In KiB.
bound_memory() {
  ulimit -v 200000
}

# start SCRIPT ARGUMENT...: runs the script in a unit of its own, and ends as it does. Nothing that is said
# here is secret: everybody can read what a unit is made of.
#
# The unit ends with what started it, however that ends: it is bound to a scope that has nothing in it but
# systemd-run, and that is killed with this shell.
start() {
  local name=command-$unit-$$ stream=--pipe property pair
  local client=("$systemd_run" "${manager[@]}" --quiet --collect)
  local service=("--unit=$name.service" "${account[@]}" --wait --service-type=exec)
  # The arguments are the operator's: they are neither put into the journal nor expanded.
  service+=("--description=$command_name for $unit" --expand-environment=no)
  service+=("--property=BindsTo=$name.scope" "--property=After=$name.scope")
  # It sees the copies that the service's preparation has made, and ends when those are made anew: where
  # another's file is not mounted, it could take the mount away from the service.
  service+=("--property=Wants=prepare-$unit.service" "--property=After=prepare-$unit.service")
  service+=("--property=StopPropagatedFrom=prepare-$unit.service")
  service+=(--property=TimeoutStopSec=5)
  for property in "${properties[@]}"; do
    # Specifiers are expanded in the files of units only.
    property=${property//'%t'/"$runtime"}
    service+=("${property//'%n'/"$name.service"}")
  done
  service+=("${credentials[@]}")
  keep_variables
  for pair in "${kept[@]}"; do
    service+=("--setenv=${pair%%=*}")
  done
  [ "$terminal" = no ] || stream=--pty
  set -- env -i "${kept[@]}" "${reach[@]}" "$setpriv" --pdeathsig KILL \
    "${client[@]}" --scope "--unit=$name.scope" "--description=Caller of $name" -- \
    "${client[@]}" "${service[@]}" "$stream" -- "$@"
  if [ "$terminal" = yes ]; then
    "$@"
  else
    in_pipes "$@"
  fi
}
