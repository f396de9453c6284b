# A larger log is rotated; in bytes.
largest_log=10485760

# rotate_log FILE: copies a large log to FILE.old and empties it. launchd has the log open as long as the job is
# loaded, and would go on writing into a renamed file. A failure is no reason not to start.
rotate_log() {
  [ -f "$1" ] && [ "$(stat -L -c %s -- "$1")" -gt "$largest_log" ] || return 0
  { cp -- "$1" "$1.old" && : > "$1"; } || printf '%s\n' "$1 cannot be rotated" >&2
}

# keep_small FILE: rotates the log now if it is large, and checks it every hour as long as the launcher runs
keep_small() {
  rotate_log "$1"
  while sleep 3600 > /dev/null 2>&1; do
    rotate_log "$1"
  done &
  log_keeper=$!
}
