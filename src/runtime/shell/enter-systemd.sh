# The service manager runs the operator's program with the service's confinement. The program may run files that
# the service left in its directories; they get no further than the service does.

step=''

# enter_service USER GROUP PROPERTY...: lets `start` run the program like a system service
enter_service() {
  if [ "$(id -u)" -ne 0 ]; then
    printf '%s: has to run as root: try sudo %s\n' "$command_name" "$command_name" >&2
    exit 77
  fi
  manager=() account=("--uid=$1" "--gid=$2") reach=() runtime=/run credentials=() network=()
  shift 2
  properties=("$@")
  bind_to_preparation
}

# enter_user_service PROPERTY...: lets `start` run the program like a service of the user's own
enter_user_service() {
  runtime=${XDG_RUNTIME_DIR:-/run/user/$(id -u)}
  manager=(--user) account=() properties=("$@") credentials=() network=()
  reach=(
    "XDG_RUNTIME_DIR=$runtime"
    "DBUS_SESSION_BUS_ADDRESS=${DBUS_SESSION_BUS_ADDRESS:-unix:path=$runtime/bus}"
  )
  bind_to_preparation
}

# bind_to_preparation: the command sees the copies of the service's preparation, and ends when the preparation makes new
# ones: without these mounts, it could remove the file below a mount, and the service would lose that mount.
bind_to_preparation() {
  bonds=("--property=Wants=prepare-$unit.service" "--property=After=prepare-$unit.service")
  bonds+=("--property=StopPropagatedFrom=prepare-$unit.service" --property=TimeoutStopSec=5)
}

# with_credentials PROPERTY...: adds properties with credentials. They name files by their real paths: `start`
# expands nothing in them.
with_credentials() {
  credentials=("$@")
}

# in_network UNIT...: lets `start` run the program in the network of the service, which these units make
in_network() {
  beside_network "$@"
  network+=("--property=JoinsNamespaceOf=$unit.service")
}

# beside_network UNIT...: the same where nothing can join that network: `start` runs the program in another one, and these
# units lead out of it
beside_network() {
  local other
  network=()
  for other in "$@"; do
    network+=("--property=Wants=$other" "--property=After=$other")
  done
}

# Limits the memory of a filter, in KiB: sed keeps a line in memory, and the line may have no end.
bound_memory() {
  ulimit -v 200000
}

# start SCRIPT ARGUMENT...: runs the script in a unit of its own and exits with its status. No property may be
# secret: everybody can read the properties of a unit.
#
# The unit ends with its caller, however the caller ends: it is bound to a scope that contains only systemd-run,
# and the kernel kills systemd-run with this shell.
start() {
  local name=command-$unit-$$${step:+-$step} stream=--pipe property pair
  local client=("$systemd_run" "${manager[@]}" --quiet --collect)
  local service=("--unit=$name.service" "${account[@]}" --wait --service-type=exec)
  # systemd neither logs nor expands the operator's arguments.
  service+=("--description=$command_name for $unit" --expand-environment=no)
  service+=("--property=BindsTo=$name.scope" "--property=After=$name.scope")
  service+=("${bonds[@]}")
  for property in "${properties[@]}"; do
    # systemd expands specifiers only in unit files.
    property=${property//'%t'/"$runtime"}
    service+=("${property//'%n'/"$name.service"}")
  done
  service+=("${credentials[@]}" "${network[@]}")
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
