# The part of the operator's command that depends neither on the service nor on the platform. What
# stands before defines `command_name` and `instances`; what follows is a case per instance.

usage() {
  printf 'usage: %s [--instance NAME] COMMAND...\ninstances: %s\n' \
    "$command_name" "${instances[*]}" >&2
  exit 64
}

# Only what a program in a terminal needs survives of the operator's environment.
forget_environment() {
  local entry
  while IFS= read -r -d '' entry; do
    case ${entry%%=*} in
      PATH | XDG_RUNTIME_DIR | DBUS_SESSION_BUS_ADDRESS | TERM | COLORTERM | NO_COLOR | LANG | LC_* | TZ) ;;
      *) unset -v "${entry%%=*}" ;;
    esac
  done < <(env -0)
}

# secret VARIABLE FILE: exports a secret the operator can read; without it the program asks for it
secret() {
  if [ -r "$2" ]; then
    export "$1=$(< "$2")"
  fi
}

instance=
case ${1-} in
  --instance)
    [ $# -ge 2 ] || usage
    instance=$2
    shift 2
    ;;
  --instance=*)
    instance=${1#--instance=}
    shift
    ;;
esac
if [ -z "$instance" ]; then
  case " ${instances[*]} " in
    *" default "*) instance=default ;;
    *)
      if [ "${#instances[@]}" -ne 1 ]; then
        printf '%s: which instance?\n' "$command_name" >&2
        usage
      fi
      instance=${instances[0]}
      ;;
  esac
fi
