# Holds the service while the operator's command works on its state, and runs the steps of that work. The unit that
# holds it conflicts with the service: the service manager stops the service before, and starts it again once the
# unit has ended, however this shell ends.

was_running=no
held=no
# The name of the unit. systemd keeps a unit that has started another one until that one stops, so each shell has one
# of its own.
holding=
# The descriptor of the file that only one shell at a time locks.
lock=

manage() {
  env -i "${reach[@]}" "${systemd_run%/*}/systemctl" "${manager[@]}" "$@"
}

# work_alone: locks the state until this shell ends. Whoever can open the file can lock it: that is its owner alone.
work_alone() {
  local mask=$(umask)
  umask 0077
  # Whoever was killed has children, which keep the lock for a moment.
  { exec {lock}> "$runtime/care-$unit.lock"; } 2> /dev/null && "${setpriv%setpriv}flock" --wait 5 "$lock" ||
    give_up 75 "somebody else is at work on the state of $unit"
  umask "$mask"
}

# hold: stops the service, and keeps it from running
hold() {
  local again=() state line=''
  holding=care-$unit-$$
  work_alone
  state=$(manage is-active "$unit.service") || :
  case $state in
    active | activating | reloading)
      was_running=yes
      again=("--property=OnSuccess=$unit.service" "--property=OnFailure=$unit.service")
      say "stopping $unit"
      ;;
  esac
  # It reads from this shell, and ends when the shell is gone.
  coproc HOLDER {
    exec env -i "${reach[@]}" "$systemd_run" "${manager[@]}" --quiet --collect --pipe --wait \
      "--unit=$holding.service" "--description=Care of the state of $unit" --service-type=exec \
      "--property=Conflicts=$unit.service" "--property=After=$unit.service" "${again[@]}" \
      -- "$BASH" -c 'echo held; exec "$1" > /dev/null' care "$(type -P cat)"
  }
  holder=$HOLDER_PID
  read -r line <&"${HOLDER[0]}" || :
  [ "$line" = held ] || give_up 75 "$unit cannot be stopped"
  held=yes
}

# release: starts the service again if it ran. It fails if the service does not start.
release() {
  local write=${HOLDER[1]}
  exec {write}>&-
  wait "$holder" || :
  held=no
  "${setpriv%setpriv}flock" --unlock "$lock"
  if [ "$was_running" = no ]; then
    say "$unit did not run before, and does not now: systemctl ${manager[*]}${manager:+ }start $unit"
    return 0
  fi
  say "starting $unit"
  manage start "$unit.service" || {
    say "$unit does not start: journalctl ${manager[*]}${manager:+ }--unit $unit"
    return 1
  }
}

# step NAME SCRIPT ARGUMENT...: runs one step as the service, and returns its status. It has no preparation beside
# it: that would undo the change that is under way, and its copies of managed files would be in the way. A step that
# works on the whole state ends everybody else who works in the directories.
step() (
  step=$1
  shift
  # The service is let go when this shell's caller is gone, whoever else still runs.
  if [ "$held" = yes ]; then
    write=${HOLDER[1]}
    exec {write}>&-
  fi
  properties=("${care_properties[@]}") network=()
  # Only the program itself reads its configuration, with the secrets in it.
  [ "$step" = repair ] || credentials=()
  bonds=("--property=TimeoutStopSec=30")
  [ "${#manager[@]}" -gt 0 ] ||
    bonds+=("--property=Wants=directories-$unit.service" "--property=After=directories-$unit.service")
  if [ "$held" = yes ]; then
    bonds+=("--property=Conflicts=prepare-$unit.service" "--property=After=prepare-$unit.service")
    bonds+=("--property=Conflicts=$unit.service" "--property=After=$unit.service")
    bonds+=("--property=BindsTo=$holding.service" "--property=After=$holding.service")
  fi
  start "$@"
)

# run_as USER-ID PROGRAM ARGUMENT...: becomes the program. Another user's program gets a session of its own, where it
# has no terminal.
run_as() {
  local user=$1
  shift
  if [ "$user" = "$(id -u)" ]; then
    exec env -i "$@"
  else
    exec env -i "${setpriv%setpriv}setsid" "$setpriv" "--reuid=$user" "--regid=$(id -g -- "$user")" --clear-groups --no-new-privs -- "$@"
  fi
}
