# Runs in a switch before the tools reload a launchd job. They unload the old job and load the new one at once.
# launchd refuses the new job while the old one is still stopping, and then the service would not start at all.
launchctl=/bin/launchctl

# await_stop DOMAIN LABEL LOADED NEW SECONDS: stops the job if its property list changes (from the file LOADED to
# the file NEW), and waits for its end
await_stop() {
  local job=$1/$2 left=$5
  [ -e "$3" ] && ! cmp -s -- "$3" "$4" || return 0
  "$launchctl" bootout "$job" > /dev/null 2>&1 || :
  while "$launchctl" print "$job" > /dev/null 2>&1; do
    [ "$left" -ne "$5" ] || printf '%s\n' "waiting for $job to stop, at most $5 s" >&2
    if [ "$left" -le 0 ]; then
      printf '%s\n' "$job is still there after $5 s: switch again once it has stopped" >&2
      return 0
    fi
    sleep 1
    left=$((left - 1))
  done
}
