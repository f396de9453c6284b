# Credentials on macOS, where no service manager reads them: the launcher reads the files itself.

# The time after the launcher's start at which the files have to be there, in seconds.
patience=60

# await OPTION FILE TEST: waits until the file passes the test. At boot, the job that decrypts the file may still be
# running, because launchd has no order of jobs. Some of them create the file first and change its owner then.
await() {
  local is_told=''
  until "$3" "$2" || [ "$SECONDS" -ge "$patience" ]; do
    [ -n "$is_told" ] ||
      printf '%s\n' "$1: $2 cannot be used yet: waiting for it, $patience s from the start on" >&2
    is_told=yes
    sleep 1
  done
}

# can_read FILE: whether it is a file that this user can read
can_read() {
  [ -f "$1" ] && [ -r "$1" ]
}

# is_secret FILE: whether it belongs to this user and is closed to all others
is_secret() {
  local mode
  can_read "$1" && mode=$(stat -L -c '%u %a' -- "$1") || return 1
  case $mode in
    "$(id -u) "*00) ;;
    *) return 1 ;;
  esac
}

# read_secret VARIABLE FILE OPTION: prints the secret. It refuses a file that others can read.
read_secret() {
  await "$3" "$2" is_secret
  can_read "$2" || return 1
  is_secret "$2" ||
    fail "$3: $2 has to belong to $(id -un) and to be closed to all others: chown it, chmod 0400"
  cat -- "$2"
}

# load_environment OPTION FILE: exports the variables of a file with one NAME=value per line; a value may be
# quoted. Lines that begin with # or ; are comments.
load_environment() {
  local line name value
  await "$1" "$2" can_read
  can_read "$2" || fail "$1: $2 does not exist or cannot be read"
  while IFS= read -r line || [ -n "$line" ]; do
    [[ $line =~ ^[[:space:]]*([#\;]|$) ]] && continue
    name=${line%%=*} value=${line#*=}
    [[ $line == *=* && $name =~ ^[A-Za-z_][A-Za-z0-9_]*$ ]] ||
      fail "$1: $2 has a line that is not NAME=value"
    case $value in
      \"*\" | \'*\') value=${value:1:-1} ;;
    esac
    export "$name=$value"
  done < "$2"
}
