# The largest log that is added to, in bytes.
largest_log=10485760

# rotate_log FILE: launchd has the log open for as long as the job is loaded and appends to it, so it is
# emptied and not renamed. One old log is kept. Never a reason not to start.
rotate_log() {
  [ -f "$1" ] && [ "$(stat -L -c %s -- "$1")" -gt "$largest_log" ] || return 0
  { cp -- "$1" "$1.old" && : > "$1"; } || printf '%s\n' "$1 cannot be rotated" >&2
}

# keep_small FILE: looks at the log now, and every hour for as long as the launcher runs
keep_small() {
  rotate_log "$1"
  while sleep 3600 > /dev/null 2>&1; do
    rotate_log "$1"
  done &
  log_keeper=$!
}
