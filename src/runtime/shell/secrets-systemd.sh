# systemd puts each credential into a directory that only the service can read. Where the file did
# not exist it puts the fallback instead, so that the launcher can say which option is wrong.
read_secret() {
  local value
  [ -r "$CREDENTIALS_DIRECTORY/$1" ] || return 1
  value=$(< "$CREDENTIALS_DIRECTORY/$1")
  [ "$value" != "$missing_credential" ] || return 1
  printf '%s' "$value"
}
