# Holds the service's job while the operator's command works on its state, and runs the steps of that work. launchd
# has no conflicts between jobs: the job is taken out, and put back when this shell ends. A shell that is killed
# cannot do that; the job is back after a restart of the machine, or after `release`'s command by hand.

was_running=no
launchctl=${system_programs-}/bin/launchctl

# work_alone: macOS has no flock; nothing refuses a second shell
work_alone() {
  :
}

# hold: takes the job out, and waits for its end
hold() {
  local target=$launchd_domain/$launchd_label
  "$launchctl" print "$target" > /dev/null 2>&1 || return 0
  was_running=yes
  trap 'release_job; exit 130' INT TERM HUP
  trap 'release_job' EXIT
  say "stopping $unit"
  "$launchctl" bootout "$target" 2> /dev/null || :
  while "$launchctl" print "$target" > /dev/null 2>&1; do
    sleep 1
  done
}

# release_job: puts the job back
release_job() {
  [ "$was_running" = yes ] || return 0
  "$launchctl" bootstrap "$launchd_domain" "$launchd_directory/$launchd_label.plist" || return 1
  was_running=no
}

# release: starts the service again if it ran
release() {
  [ "$was_running" = yes ] || return 0
  say "starting $unit"
  release_job
}

# step NAME SCRIPT ARGUMENT...: runs one step as the service, and returns its status
step() (
  trap - EXIT INT TERM HUP
  shift
  start "$@"
)

# run_as USER-ID PROGRAM ARGUMENT...: becomes the program
run_as() {
  local user=$1
  shift
  if [ "$user" = "$(id -u)" ]; then
    exec env -i "$@"
  else
    exec env -i "${system_programs-}"/usr/bin/sudo --user "#$user" -- /usr/bin/env -i "$@"
  fi
}
