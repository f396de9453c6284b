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
