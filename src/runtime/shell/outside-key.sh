# The part of a proxy's unit that puts the key where the proxy reads it, as a line of its configuration.

# keep_key OPTION FILE HEADER PREFIX TARGET: writes the key to a file that only the unit's user can read. The key is
# one word of a few characters, none of which means anything there.
keep_key() {
  local option=$1 file=$2 header=$3 prefix=$4 target=$5 value LC_ALL=C
  value=$(read_secret key) ||
    fail "$option: $file does not exist or cannot be read: create it, or change the option"
  [[ $value =~ ^[A-Za-z0-9._~+/=:@-]+$ ]] && [ "${#value}" -le 3000 ] ||
    fail "$option: $file holds something else than one key of at most 3000 letters, digits and ._~+/=:@-, which is all that a key outside of the service may have"
  umask 0377
  printf 'proxy_set_header %s "%s%s";\n' "$header" "$prefix" "$value" > "$target"
}
