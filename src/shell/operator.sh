# The part of the operator's command that does not depend on the service. What stands before
# defines `command_name`, `instances` and `setpriv`; what follows is a case per instance.

usage() {
  printf 'usage: %s [--instance NAME] COMMAND...\ninstances: %s\n' \
    "$command_name" "${instances[*]}" >&2
  exit 64
}

# become USER GROUP: checks that the program can be run as the service
become() {
  if [ "$(id -un)" = "$1" ]; then
    run=()
  elif [ "$(id -u)" = 0 ]; then
    run=("$setpriv" "--reuid=$1" "--regid=$2" --init-groups --no-new-privs --)
  else
    printf '%s: has to run as root or %s: try sudo %s\n' \
      "$command_name" "$1" "$command_name" >&2
    exit 77
  fi
  forget_environment
}

# Only what a program in a terminal needs survives of the operator's environment.
forget_environment() {
  local entry
  while IFS= read -r -d '' entry; do
    case ${entry%%=*} in
      PATH | TERM | COLORTERM | NO_COLOR | LANG | LC_* | TZ) ;;
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
