# The part of the operator's command that runs as the operator, outside of the sandbox, and depends neither on the
# service nor on the platform. It opens nothing that the service can write. The code before it defines
# `command_name`, `instances`, `options`, `interactive`, `cares` (what else the command does, besides running the
# program) and `elsewhere` (words of the program that do not do here what they say, and what to do instead, in turn);
# the code after it has a case per instance.

usage() {
  local words
  printf 'usage: %s [--instance NAME] [--terminal] COMMAND...\n' "$command_name" >&2
  for words in "${cares[@]}"; do
    printf '       %s [--instance NAME] %s\n' "$command_name" "$words" >&2
  done
  printf 'instances: %s\n' "${instances[*]}" >&2
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

# needs_terminal ARGUMENT...: whether the arguments begin with the words of a command in `interactive`
needs_terminal() {
  local words
  for words in "${interactive[@]}"; do
    [[ "$* " != "$words "* ]] || return 0
  done
  return 1
}

# Sets `kept` to the variables that a program needs to write for people. No other variable of the operator's goes
# into the sandbox, and no value with an unusual character.
keep_variables() {
  local name
  kept=()
  for name in TERM COLORTERM NO_COLOR LANG TZ "${!LC_@}"; do
    # Only exported variables: without a TERM, the shell sets one of its own.
    [[ -n ${!name-} && ${!name@a} == *x* ]] || continue
    case ${!name} in
      *[!A-Za-z0-9_.,:+/@=\<\>-]*) ;;
      *) kept+=("$name=${!name}") ;;
    esac
  done
}

# A pattern for colours and printable UTF-8. It leaves out everything else that a terminal would obey: other escape
# sequences, control characters in both their forms, marks that turn the direction of writing around. It matches
# bytes, independently of the operator's locale.
harmless='\x1b\[[0-9;:]*m|\xc2[\xa0-\xbf]|[\xc3-\xd7\xd9-\xdf][\x80-\xbf]|\xd8[\x80-\x9b\x9d-\xbf]'
harmless+='|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1\xe3-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]'
harmless+='|\xe2(\x80[\x80-\x8d\x90-\xa7\xaf-\xbf]|\x81[\x80-\xa5\xaa-\xbf]|[\x82-\xbf][\x80-\xbf])'
harmless+='|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}'

# show [EXPRESSION]: copies the harmless part of each line to a terminal, without delay, and ends colours with the
# line
show() {
  bound_memory
  LC_ALL=C exec stdbuf -oL sed -E -e "s/($harmless)|[\x00-\x08\x0b-\x1f\x7f-\xff]/\1/g" -e '/\x1b/s/$/\x1b[0m/' -e "${1-}"
}

# The journal takes <N> at the beginning of a line for the line's level. It breaks long lines at any place, so this
# rewrites <N> everywhere.
without_levels='s/<([0-9]{1,3})>/(\1)/g'

# pass_on NUMBER: copies the program's output to the open file of that number. A file and a pipe get it unchanged;
# a terminal or a socket leads to somebody's screen or log, and gets it filtered.
pass_on() {
  exec >&"$1"
  if [ -t 1 ]; then
    show
  elif [ -f /dev/fd/1 ] || [ -p /dev/fd/1 ]; then
    exec cat
  else
    show "$without_levels"
  fi
}

# written READER: prints the number of bytes that this process has written
written() {
  local key value
  { while read -r key value; do [ "$key" != wchar: ] || echo "$value"; done < "/proc/$1/io"; } 2>&- || :
}

# end_idle READER...: ends readers that go on after the program's end. Each has at most one full pipe left to copy.
# If a reader waits at an empty pipe, or copies much more, another process holds the pipe that the program passed
# on. Only Linux tells what a process waits for, and how much it has written.
end_idle() {
  local reader doing most=$((4 * 1024 * 1024))
  declare -A idle=() before=()
  for reader in "$@"; do
    before[$reader]=$(written "$reader")
  done
  while sleep 0.2; do
    for reader in "$@"; do
      doing=
      # The file has no newline at its end, so `read` fails.
      { read -r doing < "/proc/$reader/wchan" || :; } 2>&-
      case $doing in
        *pipe_read*) idle[$reader]=$((${idle[$reader]-0} + 1)) ;;
      esac
      [ "${idle[$reader]-0}" -lt 5 ] && [ $(($(written "$reader") - ${before[$reader]:-0})) -lt "$most" ] ||
        kill "$reader" 2>&- || :
    done
  done
}

# in_pipes COMMAND...: runs the command with pipes of its own, and exits with its status. The command must not get
# the operator's files: with a terminal it could read what the operator types and change the terminal's settings;
# it could open a file again for other purposes, and read its beginning; it could answer or speak through a socket
# as the operator; and it could change how others write to a shared pipe.
in_pipes() {
  local status=0 ended=0 readers=() reader feeder watcher
  [ -e /dev/fd/1 ] || exec > /dev/null
  [ -e /dev/fd/2 ] || exec 2> /dev/null
  exec 3>&1 4>&2
  if [ -t 0 ] || [ ! -e /dev/fd/0 ] || [ /dev/fd/0 -ef /dev/null ]; then
    exec < /dev/null
  else
    exec < <(exec cat 3>&- 4>&-)
    feeder=$!
    trap 'kill "$feeder" 2> /dev/null || :' EXIT
  fi
  exec > >(pass_on 3)
  readers+=("$!")
  # One pipe for both outputs keeps their order.
  if [ -t 3 ] && [ -t 4 ] || [ /dev/fd/3 -ef /dev/fd/4 ]; then
    exec 2>&1
  else
    exec 2> >(pass_on 4)
    readers+=("$!")
  fi
  "$@" 3>&- 4>&- || status=$?
  exec 1>&- 2>&-
  end_idle "${readers[@]}" 3>&- 4>&- &
  watcher=$!
  for reader in "${readers[@]}"; do
    wait "$reader" || ended=$?
    # A reader that `end_idle` ended (SIGTERM) has copied everything.
    [ "$ended" -eq 0 ] || [ "$ended" -eq 143 ] || status=$ended
    ended=0
  done
  kill "$watcher"
  exit "$status"
}

# With this variable in the operator's environment, sed would read the pattern in another way.
unset -v POSIXLY_CORRECT

# The command gets none of the other files that the operator's shell has open.
for opened in $(ls /dev/fd); do
  [ "$opened" -le 2 ] || eval "exec $opened>&-"
done

# refuse_elsewhere WORD...: refuses words of the program that do not do here what they say
refuse_elsewhere() {
  local index
  for ((index = 0; index < ${#elsewhere[@]}; index += 2)); do
    [[ "$* " != "${elsewhere[index]} "* ]] ||
      refuse "${elsewhere[index]} ${elsewhere[index + 1]} (To have it run all the same, write it after --.)"
  done
}

instance=
terminal=no
care=
literal=no
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
      literal=yes
      break
      ;;
    -*)
      if is_among "$1" "${cares[@]%% *}"; then
        read_care "$@"
        break
      fi
      is_among "$1" "${options[@]}" ||
        refuse "there is no option $1: write options of the program after its command, or after --"
      break
      ;;
    *) break ;;
  esac
done
[ -n "$care" ] || [ "$literal" = yes ] || refuse_elsewhere "$@"
if needs_terminal "$@"; then
  terminal=yes
fi
# Without a terminal for both input and output, the command cannot have one.
if ! [ -t 0 ] || ! [ -t 1 ]; then
  terminal=no
fi
chosen=$instance
if [ -z "$instance" ]; then
  if is_among default "${instances[@]}"; then
    instance=default
  elif [ "${#instances[@]}" -eq 1 ]; then
    instance=${instances[0]}
  else
    refuse "which instance?"
  fi
fi
