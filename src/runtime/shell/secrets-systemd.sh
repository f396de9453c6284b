# read_secret VARIABLE: prints the credential that systemd put into a directory which only the service can read. If
# the file did not exist, systemd put the fallback there, and this fails: so the launcher can name the option.
read_secret() {
  local value
  [ -r "$CREDENTIALS_DIRECTORY/$1" ] || return 1
  value=$(< "$CREDENTIALS_DIRECTORY/$1")
  [ "$value" != "$missing_credential" ] || return 1
  printf '%s' "$value"
}

# expect_manager_variables UNIT: fails if a file of variables sets one that is the service manager's own. The manager
# itself tells the main process no MAINPID, and names the directory of credentials after the unit.
expect_manager_variables() {
  local variable=''
  [ -z "${MAINPID+set}" ] || variable=MAINPID
  case ${CREDENTIALS_DIRECTORY-"/$1"} in
    */"$1") ;;
    *) variable=CREDENTIALS_DIRECTORY ;;
  esac
  [ -z "$variable" ] ||
    fail "an environment file sets $variable, which is the service manager's own: remove it there"
}
