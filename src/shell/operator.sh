# The part of the operator's command that depends neither on the service nor on the platform, and that runs
# as the operator, outside of the sandbox. It opens nothing that the service can write. What stands before
# defines `command_name`, `instances`, `options` and `interactive`; what follows is a case per instance.

usage() {
  printf 'usage: %s [--instance NAME] [--terminal] COMMAND...\ninstances: %s\n' \
    "$command_name" "${instances[*]}" >&2
  exit 64
}

# refuse MESSAGE
refuse() {
  printf '%s: %s\n' "$command_name" "$1" >&2
  usage
}

# is_among WORD OTHER...
is_among() {
  local word=$1 other
  shift
  for other in "$@"; do
    [ "$word" != "$other" ] || return 0
  done
  return 1
}

# needs_terminal ARGUMENT...: whether they begin with the words of a command in `interactive`
needs_terminal() {
  local words
  for words in "${interactive[@]}"; do
    [[ "$* " != "$words "* ]] || return 0
  done
  return 1
}

# The variables that a program needs to write for people. Nothing else of the operator's environment goes
# in; a value that is made of anything unusual does not either.
keep_variables() {
  local name
  kept=()
  for name in TERM COLORTERM NO_COLOR LANG TZ "${!LC_@}"; do
    # The shell has a TERM of its own where there is none.
    [[ -n ${!name-} && ${!name@a} == *x* ]] || continue
    case ${!name} in
      *[!A-Za-z0-9_.,:+/@=\<\>-]*) ;;
      *) kept+=("$name=${!name}") ;;
    esac
  done
}

# Colours, and UTF-8 that is printed. Everything else that a terminal would obey is left out: other escape
# sequences, control characters in both their forms, marks that turn the direction of writing around. Bytes
# are taken for what they are, whatever the operator's language is.
harmless='\x1b\[[0-9;:]*m|\xc2[\xa0-\xbf]|[\xc3-\xdf][\x80-\xbf]'
harmless+='|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1\xe3-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]'
harmless+='|\xe2(\x80[\x80-\xa7\xaf-\xbf]|\x81[\x80-\xa5\xaa-\xbf]|[\x82-\xbf][\x80-\xbf])'
harmless+='|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}'

# show: passes on what is harmless to a terminal, line by line; no colour reaches into the next
show() {
  bound_memory
  LC_ALL=C exec sed -E -e "s/($harmless)|[\x00-\x08\x0b-\x1f\x7f-\xff]/\1/g" -e '/\x1b/s/$/\x1b[0m/'
}

# in_pipes COMMAND...: runs it, and ends as it does. It gets no terminal: whoever has one can read what is
# typed and change how it works. Nor does it get a file to write to, because whoever has one open can open it
# once more, for other purposes.
in_pipes() {
  local status=0 readers=() reader seen=no
  [ ! -t 0 ] || exec < /dev/null
  exec 3>&1 4>&2
  if [ -t 1 ]; then
    exec > >(show >&3)
    readers+=("$!")
    seen=yes
  elif [ ! -p /dev/fd/1 ] && [ ! -S /dev/fd/1 ]; then
    exec > >(exec cat >&3)
    readers+=("$!")
  fi
  if [ -t 2 ] && [ "$seen" = yes ]; then
    # One pipe for both keeps their order.
    exec 2>&1
  elif [ -t 2 ]; then
    exec 2> >(show >&4)
    readers+=("$!")
  elif [ ! -p /dev/fd/2 ] && [ ! -S /dev/fd/2 ]; then
    exec 2> >(exec cat >&4)
    readers+=("$!")
  fi
  "$@" 3>&- 4>&- || status=$?
  exec 1>&- 2>&-
  for reader in "${readers[@]}"; do
    wait "$reader" || status=$?
  done
  exit "$status"
}

instance=
terminal=no
while [ $# -gt 0 ]; do
  case $1 in
    --instance)
      [ -n "${2-}" ] || refuse "--instance needs a name"
      instance=$2
      shift 2
      ;;
    --instance=*)
      instance=${1#--instance=}
      [ -n "$instance" ] || refuse "--instance needs a name"
      shift
      ;;
    --terminal)
      terminal=yes
      shift
      ;;
    --)
      shift
      break
      ;;
    -*)
      is_among "$1" "${options[@]}" ||
        refuse "there is no option $1: what is for the program goes after its command, or after --"
      break
      ;;
    *) break ;;
  esac
done
if needs_terminal "$@"; then
  terminal=yes
fi
# Without a terminal on both sides there is none to be had.
if ! [ -t 0 ] || ! [ -t 1 ]; then
  terminal=no
fi
if [ -z "$instance" ]; then
  if is_among default "${instances[@]}"; then
    instance=default
  elif [ "${#instances[@]}" -eq 1 ]; then
    instance=${instances[0]}
  else
    refuse "which instance?"
  fi
fi
