# Tries the promises in a copy of the service's unit. Nothing of the operator's environment goes along.

# examine FACTS [OPTION]
examine() {
  local facts=$1
  shift
  exec env -i "${reach[@]}" "$python" -I -S "${doctor[@]}" --facts "$facts" --command "$command_name" \
    --unit "$unit.service" --runtime "$runtime" --systemctl "${systemd_run%/*}/systemctl" --setpriv "$setpriv" \
    --python "$python" "${manager[@]}" "$@"
}
