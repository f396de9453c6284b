# How many seconds after the launcher's start the files have to be there.
patience=60

# await_file OPTION FILE: at boot, what decrypts the file may still be at work; launchd knows no order
await_file() {
  [ ! -e "$2" ] || return 0
  printf '%s\n' "$1: $2 does not exist yet: waiting for it, $patience s from the start on" >&2
  while [ ! -e "$2" ] && [ "$SECONDS" -lt "$patience" ]; do
    sleep 1
  done
}

# There is nobody to hand the service its credentials, so it reads the files itself. A file that
# others can read is no secret: it is refused.
read_secret() {
  local mode
  await_file "$3" "$2"
  [ -f "$2" ] && [ -r "$2" ] || return 1
  mode=$(stat -L -c '%u %a' -- "$2")
  case $mode in
    "$(id -u) "*00) ;;
    *) fail "$3: $2 has to belong to $(id -un) and to be closed to all others: chown it, chmod 0400" ;;
  esac
  cat -- "$2"
}

# load_environment FILE: exports the variables of a file with one NAME=value per line; a value may be
# quoted. Lines that begin with # or ; are comments.
load_environment() {
  local line name value
  await_file environmentFiles "$1"
  [ -f "$1" ] && [ -r "$1" ] || fail "environmentFiles: $1 does not exist or cannot be read"
  while IFS= read -r line || [ -n "$line" ]; do
    [[ $line =~ ^[[:space:]]*([#\;]|$) ]] && continue
    name=${line%%=*} value=${line#*=}
    [[ $line == *=* && $name =~ ^[A-Za-z_][A-Za-z0-9_]*$ ]] ||
      fail "environmentFiles: $1 has a line that is not NAME=value"
    case $value in
      \"*\" | \'*\') value=${value:1:-1} ;;
    esac
    export "$name=$value"
  done < "$1"
}
