# Waits until the service answers, so that a start which fails is seen to fail. It runs beside the
# service, outside of its process namespace, and there may be neither /proc nor devices.

# listening PORT UID: the addresses on which the account listens there, one in a line
listening() {
  local address others
  # It complains of what it does not find where there is no /proc.
  ss --no-header --numeric --extended --listening --tcp "sport = :$1" 2>&1 |
    while read -r _ _ _ address others; do
      [[ "$others " == *" uid:$2 "* ]] || continue
      address=${address%:*}
      address=${address#[}
      address=${address%]}
      case ${address%%%*} in
        0.0.0.0 | '*') echo 127.0.0.1 ;;
        ::) echo ::1 ;;
        *) echo "${address%%%*}" ;;
      esac
    done
}

# answers ADDRESS PORT PATH: whether a request for the path succeeds. What answers is not trusted: of what
# it says, the first twelve characters are read, and no longer than five seconds are waited for them.
answers() {
  local answer=''
  {
    printf 'GET %s HTTP/1.0\r\nHost: localhost:%s\r\n\r\n' "$3" "$2" >&3 &&
      IFS= read -r -N 12 -t 5 answer <&3
  } 3<> "/dev/tcp/$1/$2" 2>&- || return 1
  [[ $answer == HTTP/1.?\ 200 ]]
}

# await_ready PORT PATH PATIENCE ACCOUNT: PATIENCE is how many seconds it may listen and not answer so;
# ACCOUNT is the service's, because another program may listen on the port
await_ready() {
  local address addresses since='' stopped='' uid
  uid=$(id -u "$4")
  # The service manager asks both, and kills what is left once this one has ended.
  trap 'stopped=yes' TERM
  while [ -z "$stopped" ]; do
    kill -0 "$MAINPID" 2>&- || {
      echo "it ended before it was ready: what it said is above" >&2
      return 1
    }
    addresses=$(listening "$1" "$uid")
    for address in $addresses; do
      ! answers "$address" "$1" "$2" || return 0
    done
    [ -z "$addresses" ] || since=${since:-$SECONDS}
    if [ -n "$since" ] && [ $((SECONDS - since)) -ge "$3" ]; then
      echo "it has listened for $3 s and does not say that it is ready: it is taken for started" >&2
      return 0
    fi
    sleep 0.5
  done
  stop
}
