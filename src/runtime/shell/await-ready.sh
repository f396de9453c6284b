# Waits until the service is ready, so that the service manager sees a failed start. This runs beside the
# service, outside of its process namespace. There may be no /proc here and no devices.

# listening PORT UID: prints the addresses on which the account listens, one per line
listening() {
  local address others
  # The variables of the service may not tell ss where to look. It writes errors about files that are missing
  # without /proc; the loop skips them.
  env -i "$(type -P ss)" --no-header --numeric --extended --listening --tcp "sport = :$1" 2>&1 |
    while read -r _ _ _ address others; do
      [[ "$others " == *" uid:$2 "* ]] || continue
      address=${address%:*}
      address=${address%%%*}
      address=${address#[}
      address=${address%]}
      case $address in
        0.0.0.0 | '*') echo 127.0.0.1 ;;
        ::) echo ::1 ;;
        *) echo "$address" ;;
      esac
    done
}

# answers ADDRESS PORT PATH: succeeds if the server answers a request for the path with 200. The server is not
# trusted: this reads twelve characters, and takes at most five seconds in all.
answers() {
  # shellcheck disable=SC2016 # The other shell expands these.
  timeout 5 "$BASH" --norc -c '
    exec 2>&- 3<> "/dev/tcp/$1/$2"
    printf "GET %s HTTP/1.0\r\nHost: localhost:%s\r\n\r\n" "$3" "$2" >&3
    IFS= read -r -N 12 answer <&3
    [[ $answer == HTTP/1.?\ 200 ]]
  ' answers "$@"
}

# await_ready PORT PATH PATIENCE LIMIT ACCOUNT: ends when the service answers with 200, and fails when the
# service has ended. A service that lives is never ended for what this does not see: it counts as started when it
# has listened for PATIENCE seconds, or after LIMIT seconds. ACCOUNT is the service's user: another program may
# listen on the port. The number of an ended process is not reused from one look to the next: there are four
# million, and looks are seconds apart.
await_ready() {
  local address addresses since='' stopped='' uid
  # The service manager sends SIGTERM to the service, too, and kills it as soon as this script has ended.
  trap 'stopped=yes' TERM
  uid=$(id -u "$5") || {
    echo "the user $5 cannot be looked up: it is taken for started" >&2
    return 0
  }
  while [ -z "$stopped" ]; do
    kill -0 "$MAINPID" 2>&- || {
      echo "it ended before it was ready: what it said is above" >&2
      return 1
    }
    addresses=$(listening "$1" "$uid")
    for address in $addresses; do
      [ -n "$stopped" ] || ! answers "$address" "$1" "$2" || return 0
    done
    [ -z "$addresses" ] || since=${since:-$SECONDS}
    if [ -n "$since" ] && [ $((SECONDS - since)) -ge "$3" ]; then
      [ "$3" = 0 ] || echo "it has listened for $3 s and does not say that it is ready: it is taken for started" >&2
      return 0
    fi
    if [ "$SECONDS" -ge "$4" ]; then
      echo "it does not listen after $4 s, and runs: it is taken for started" >&2
      return 0
    fi
    sleep 0.5
  done
  stop
}
