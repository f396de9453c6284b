# The part of the operator's command that shows which hosts a service reaches. It asks systemd and the journal, and
# nothing that the service writes. The names that were refused are the service's words: only ordinary ones are shown.

# Since when.
noted_since="since the boot"

# is_egress ARGUMENT...: whether the operator asks for the hosts
is_egress() {
  [ $# -eq 1 ] && [ "$1" = egress ]
}

# last_used UNIT: prints when the unit was started last. It ends when nothing has come for some minutes.
last_used() {
  local since
  since=$("$systemctl" show "$1" --property=ActiveEnterTimestamp --value)
  echo "${since:-not since the boot}"
}

# refused_names UNIT: prints the names that the service asked for since the boot and that are not in the list, each once
refused_names() {
  "$journalctl" --boot --quiet --unit "$1" --output cat --lines 10000 | ordinary_names
}

# ordinary_names: prints the names in the lines that say what was refused, each once. It leaves out what would lead to an
# address or to this machine if it were in the list, and what the list would not take.
ordinary_names() {
  local line name label='[a-z0-9]([a-z0-9-]*[a-z0-9])?'
  while IFS= read -r line; do
    [[ $line =~ ^refused\ (($label[.])*[a-z]([a-z0-9-]*[a-z0-9])?(:[1-9][0-9]{0,4})?)$ ]] || continue
    line=${BASH_REMATCH[1]}
    name=${line%:*}
    [[ $line != *:* ]] || [ "${line#*:}" -le 65535 ] || continue
    [ "${#name}" -gt 253 ] || [[ .$name = *.localhost ]] || printf '%s\n' "$line"
  done | sort -u
}

# show_egress OPTION HOST=UNIT...: prints the hosts that the service reaches, their use, and what was refused
show_egress() {
  local option=$1 pair refused
  shift
  if [ $# -eq 0 ]; then
    echo "The service may reach more than named hosts: \`confinement.egress\` is not \"named\"."
    return
  fi
  for pair in "$@"; do
    printf '%-45s %s\n' "${pair%%=*}" "$(last_used "${pair#*=}.service")"
  done
  mapfile -t refused < <(refused_names "names-$unit.service")
  if [ "${#refused[@]}" -eq 0 ]; then
    printf '\nNo other name was asked for %s.\n' "$noted_since"
    return
  fi
  printf '\nRefused %s:\n' "$noted_since"
  printf '  %s\n' "${refused[@]}"
  printf '\nAdd those that you know, with a port unless it is 443:\n'
  printf '  %s = [' "$option"
  printf ' "%s"' "${refused[@]}"
  printf ' ];\n'
}
