# The largest log that is added to, in bytes.
largest_log=10485760

# rotate_log FILE: what newsyslog does for daemons, and nobody for a user's job. launchd has the file open
# and appends to it, so it is emptied and not renamed. One old log is kept. Never a reason not to start.
rotate_log() {
  [ -f "$1" ] && [ "$(stat -L -c %s -- "$1")" -gt "$largest_log" ] || return 0
  { cp -- "$1" "$1.old" && : > "$1"; } || printf '%s\n' "$1 cannot be rotated" >&2
}
