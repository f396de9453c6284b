# Managed files where nothing can be mounted: copies in the service's own directories, which its sandbox
# keeps it from writing. A record beside them says what to remove once it is no longer declared.

# manage NAME DIRECTORY: what `put` puts from now on goes there and is noted in the record
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
  # Whoever has written it, there are no more lines than this to be looked at.
  mapfile -t -n 1000 recorded < <(head -c 65536 -- "$record")
  : > "$record.new"
}

# put TARGET SOURCE...: one directory, copied whole, or files, concatenated. The result are regular
# files with one link each, because programs that guard against escapes refuse others. The first
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

# finish: puts what is new into its place, and removes what is no longer declared. What the service wrote
# itself under such a name is kept beside it.
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
