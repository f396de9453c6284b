# What the operator's command knows of named hosts where a forward proxy leads to them: it reads the proxy's log, which the
# service cannot write. `proxy_log` is defined before, a function that prints it.

noted_since="since the proxy's log began"

# last_used HOST.service: whether the proxy has led there; without a host, for what is reached without it
last_used() {
  local line host=${1%.service}
  if [ -z "$host" ]; then
    echo "on this machine, reached directly"
    return
  fi
  while IFS= read -r line; do
    if [ "$line" = "used $host" ]; then
      echo "used"
      return
    fi
  done < <(proxy_log)
  echo "not used"
}

# refused_names UNIT: prints the hosts that the service asked for and that are not in the list, each once
refused_names() {
  proxy_log | ordinary_names
}
