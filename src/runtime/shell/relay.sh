# The ways out of a network of the service's own, and in, under a user's service manager: it cannot listen in such a network,
# so relays inside listen there, and socket files lead to units outside. The code before it defines `socket_activate`,
# `socket_proxyd` and `unit`.

# The service cannot change what is in the first directory; whatever is in the second is its own.
network_outside=${XDG_RUNTIME_DIR-}/$unit-outside
network_inside=${XDG_RUNTIME_DIR-}/$unit-inside

# The devices that the kernel may put into every new network. Nothing leads through them.
devices_of_all=" lo tunl0 gre0 gretap0 erspan0 ip_vti0 ip6_vti0 sit0 ip6tnl0 ip6gre0 "

# expect_own_network OPTION: fails unless the network leads nowhere. A service manager that may not make one runs the
# service in the machine's. That has devices even while the machine is offline, and has no routes.
expect_own_network() {
  local line entries=()
  mapfile -t -s 1 entries < /proc/self/net/route
  while IFS=' :' read -r line _; do
    [[ $devices_of_all == *" $line "* ]] || entries+=("$line")
  done < <(tail -n +3 /proc/self/net/dev)
  if [ -e /proc/self/net/ipv6_route ]; then
    while IFS= read -r line; do
      [[ $line == *[[:space:]]lo ]] || entries+=("$line")
    done < /proc/self/net/ipv6_route
  fi
  [ "${#entries[@]}" -eq 0 ] ||
    fail "$1: this machine lets no user make a network for a service (user namespaces), so the service would reach more than these hosts"
}

# relay ADDRESS TARGET: passes on what connects to the address, as long as the service runs
relay() {
  SYSTEMD_LOG_LEVEL=warning "$socket_activate" --listen="$1" \
    "$socket_proxyd" --connections-max=1024 "$2" &
}

# relay_port PORT TARGET: the same for a port, and waits until it is there
relay_port() {
  local place try
  relay "127.0.0.1:$1" "$2"
  printf -v place '0100007F:%04X 00000000:0000 0A' "$1"
  for try in {1..100}; do
    [[ $(< /proc/self/net/tcp) != *"$place"* ]] || return 0
    sleep 0.05
  done
  printf '%s\n' "nothing listens on the port $1, which leads out of the service's network" >&2
}

# relay_out PORT NAME: leads from a port to a socket outside
relay_out() {
  relay_port "$1" "$network_outside/$2"
}

# relay_in PORT: leads from those who come in to the service's port
relay_in() {
  # An earlier run may have left anything here, such as directories that nobody may open. The directory itself is a mount,
  # and stays.
  chmod -R u+rwx -- "$network_inside"
  rm -rf -- "$network_inside" 2> /dev/null || :
  relay "$network_inside/clients" "127.0.0.1:$1"
}

# relay_to_service PORT: leads from a port of another network of the same service to the service's
relay_to_service() {
  [ ! -S "$network_inside/clients" ] || relay_port "$1" "$network_inside/clients"
}
