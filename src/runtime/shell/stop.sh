# Asks the service to stop and waits until it has. systemd would ask once and not wait: it is not the
# parent of a process in a namespace of its own, and what is no child of it, it kills right after
# asking. A request that comes before the service can hear it is lost, so it is made again every few
# seconds. There are no devices here, not even /dev/null.
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
