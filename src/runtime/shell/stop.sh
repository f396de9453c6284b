# Asks the service to stop, and waits for its end. systemd itself would ask once and not wait: it is not the
# parent of a process in a namespace of its own, and kills a process that is not its child right after
# the request. A request is lost if the service has no handler yet, so this repeats it every 5 seconds.
# There are no devices here, not even /dev/null.
stop() {
  local waited=0
  while [ -n "${MAINPID:-}" ] && kill -0 "$MAINPID" 2>&-; do
    if [ $((waited % 25)) -eq 0 ]; then
      kill -TERM "$MAINPID" 2>&-
    fi
    waited=$((waited + 1))
    sleep 0.2
  done
}
