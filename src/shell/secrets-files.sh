# There is nobody to hand the service its credentials, so it reads the files itself. A file that
# others can read is no secret: it is refused.
read_secret() {
  local mode
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
