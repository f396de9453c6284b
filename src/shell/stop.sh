# Asks the service to stop and waits until it has. systemd would ask once and not wait: it is not the
# parent of a process in a namespace of its own, and what is no child of it, it kills right after
# asking. A request that comes before the service can hear it is lost, so it is made again. There are
# no devices here, not even /dev/null: what is watched is this file, which does not change.
while [ -n "${MAINPID:-}" ] && kill -TERM "$MAINPID" 2>&-; do
  timeout 5 tail --lines=0 --pid="$MAINPID" --sleep-interval=0.2 --follow -- "$0"
done
