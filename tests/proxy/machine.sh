# A machine with a forward proxy, and the world around it, in network namespaces: usage: machine.sh FOLDER COMMAND...
#
# Runs the command on that machine and exits with its status. FOLDER has the proxy's configuration (proxy.json) and gets
# its log (proxy.log). The machine has no name server; the proxy alone knows names, from a hosts(5) file.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
repository=$here/../..
world=$repository/tests/guest/scripts/named_egress
folder=$1
shift

if [ -z "${IN_NAMESPACES-}" ]; then
  IN_NAMESPACES=yes exec unshare --user --map-root-user --net --mount --pid --fork --kill-child --mount-proc \
    bash "$0" "$folder" "$@"
fi

mkdir -p "$folder/files" "$folder/own"
: > "$folder/empty"
mount --bind "$folder/empty" /etc/resolv.conf
cat > "$folder/hosts" << 'HOSTS'
127.0.0.1 localhost
203.0.113.5 api.named.test plain.named.test other.named.test
169.254.169.254 rebound.named.test
127.0.0.1 rebound-here.named.test
203.0.113.1 rebound-own.named.test
203.0.113.2 rebound-own-second.named.test
::ffff:203.0.113.2 rebound-own-mapped.named.test
2001:db8::2 rebound-own6.named.test
192.168.20.30 rebound-private.named.test
::ffff:192.168.20.30 rebound-mapped.named.test
::1 rebound-here6.named.test
HOSTS

ip link set lo up
mkfifo "$folder/start"
unshare --net bash -c "read -r < '$folder/start'; exec python3 '$world/world.py' '$folder' '$world/server.pem'" &
other=$!
until ! [ /proc/self/ns/net -ef "/proc/$other/ns/net" ]; do sleep 0.05; done
ip link add out type veth peer name in netns "$other"
ip address add 203.0.113.1/24 dev out
# The kernel speaks to a second address of a network from the first.
ip address add 203.0.113.2/24 dev out
ip address add 2001:db8::2/64 dev out nodad
ip link set out up
nsenter --net="/proc/$other/ns/net" bash -c '
  ip link set lo up; ip link set in up
  ip address add 203.0.113.5/24 dev in
  for address in 192.168.20.30 192.168.20.31 169.254.169.254; do ip address add "$address/32" dev in; done'
for address in 192.168.20.30 192.168.20.31 169.254.169.254; do ip route add "$address/32" dev out; done
echo > "$folder/start"

# A service of this machine on all of its addresses.
echo "hello from this machine" > "$folder/own/hello"
(cd "$folder/own" && exec python3 -m http.server 9000 > /dev/null 2>&1) &
unshare --mount bash -c "mount --bind '$folder/hosts' /etc/hosts
  exec python3 -I '$repository/src/runtime/python/forward-proxy.py' '$folder/proxy.json'" > "$folder/proxy.log" 2>&1 &

listens() {
  (echo > "/dev/tcp/$1/$2") 2> /dev/null
}
for place in 127.0.0.1/13128 127.0.0.1/9000 203.0.113.5/443; do
  for _ in {1..100}; do
    ! listens "${place%/*}" "${place#*/}" || continue 2
    sleep 0.1
  done
  echo "nothing listens on $place" >&2
  exit 1
done
status=0
"$@" || status=$?
exit "$status"
