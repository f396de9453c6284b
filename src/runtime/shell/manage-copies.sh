# Managed files on a platform without mounts: copies in the service's own directories, which the sandbox makes
# read-only. A record in the state directory names the copies, so that a later configuration can remove them.

# manage NAME DIRECTORY: from now on, `put` puts copies into the directory, and names them in the record of NAME
manage() {
  [ -z "${record-}" ] || finish
  record=$state_directory/managed-$1
  tops=() recorded=()
  # The record is in a directory that the service can write.
  if [ ! -f "$record" ] || [ -L "$record" ]; then
    rm -rf -- "$record"
  fi
  rm -rf -- "$record.new"
  cd -P -- "$2"
  touch -- "$record"
  # The service may have written the record, so the script reads a bounded part of it.
  mapfile -t -n 1000 recorded < <(head -c 65536 -- "$record")
  : > "$record.new"
}

# put TARGET SOURCE...: copies one directory, or concatenates files. The results are regular
# files with one link each, because programs that guard against escapes refuse other files. The first
# part of the target belongs to the configuration alone.
put() {
  local top=${1%%/*} copy
  copy=$top.new${1#"$top"}
  shift
  if ! is_among "$top" "${tops[@]}"; then
    rm -rf -- "$top.new"
    tops+=("$top")
  fi
  case $copy in
    */*) mkdir -p -- "${copy%/*}" ;;
  esac
  if [ -d "$1" ]; then
    cp -rL --no-preserve=ownership -- "$1" "$copy"
  else
    cat -- "$@" > "$copy"
  fi
  chmod -R u=rwX,go= -- "$copy"
}

# finish: moves the new copies into their places, and removes copies that are no longer declared. If the service
# wrote a file under such a name, it is kept as NAME.unmanaged.
finish() {
  local top gone=()
  for top in "${tops[@]}"; do
    if { [ -e "$top" ] || [ -L "$top" ]; } && ! is_among "$top" "${recorded[@]}"; then
      mv --backup=numbered -T -- "$top" "$top.unmanaged"
    fi
    rm -rf -- "$top"
    mv -T -- "$top.new" "$top"
    printf '%s\n' "$top" >> "$record.new"
  done
  for top in "${recorded[@]}"; do
    case $top in
      '' | . | .. | */*) continue ;;
    esac
    is_among "$top" "${tops[@]}" || gone+=("$top")
  done
  rm -rf -- "${gone[@]}"
  mv -T -- "$record.new" "$record"
}
