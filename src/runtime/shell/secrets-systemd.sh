# read_secret VARIABLE: prints the credential that systemd put into a directory which only the service can read. If
# the file did not exist, systemd put the fallback there, and this fails: so the launcher can name the option.
read_secret() {
  local value
  [ -r "$CREDENTIALS_DIRECTORY/$1" ] || return 1
  value=$(< "$CREDENTIALS_DIRECTORY/$1")
  [ "$value" != "$missing_credential" ] || return 1
  printf '%s' "$value"
}
