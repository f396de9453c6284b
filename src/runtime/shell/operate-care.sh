# The operator's care of the service's state: backups, their return, repairs. This part runs as the operator, outside
# of the sandbox. Everything in the state is hostile: this opens nothing in a directory that the service can write.
# What is read and written there is read and written inside the sandbox, and passes through pipes.
#
# The platform defines `work_alone`, which refuses another shell beside this one, `hold`, which also stops the service
# for as long as this shell runs, `release`, which starts it again if it ran, `step NAME SCRIPT ARGUMENT...`, which runs one step as the service, and `run_as USER-ID PROGRAM
# ARGUMENT...`.

# say MESSAGE
say() {
  printf '%s: %s\n' "$command_name" "$1" >&2
}

# give_up STATUS MESSAGE
give_up() {
  say "$2"
  exit "$1"
}

# read_care WORD...: reads the words of a care; sets `care` and `care_words`
read_care() {
  local words=0
  care=${1#--}
  shift
  case $care in
    backup | restore)
      [ $# -eq 1 ] && [ -n "$1" ] || refuse "--$care needs the name of one file, or - for a pipe"
      ;;
    import) [ $# -gt 0 ] && [ -n "$1" ] || refuse "--import needs a directory, and the parts to bring in" ;;
    *) [ $# -eq 0 ] || refuse "--$care stands alone" ;;
  esac
  care_words=("$@")
}

# walk FUNCTION PATH: calls the function with every place on the way. After a link come the places on the link's way.
walk() {
  local look=$1 rest=$2 at='' part target links=0
  [[ $rest = /* ]] || rest=$PWD/$rest
  while [ -n "$rest" ]; do
    part=${rest%%/*}
    rest=${rest:${#part}}
    rest=${rest#/}
    case $part in
      '' | .) continue ;;
      ..)
        at=${at%/*}
        continue
        ;;
    esac
    "$look" "$at/$part"
    if [ -L "$at/$part" ]; then
      links=$((links + 1))
      [ "$links" -le 40 ] || give_up 64 "there are too many links on the way to $2"
      # The name of what it leads to may end with a newline.
      target=$(readlink -n -- "$at/$part" && echo .) || give_up 66 "a link on the way to $2 cannot be read"
      [[ $target != /* ]] || at=
      rest=${target%.}/$rest
    else
      at+=/$part
    fi
  done
}

# expect_not_writable PLACE: ends if the place is a directory that the service can write, or in one
expect_not_writable() {
  local directory
  for directory in "${writable[@]}"; do
    # A mount gives a directory another path.
    if [[ $1/ = "$(realpath -m -- "$directory")"/* ]] || { [ ! -L "$1" ] && [ "$1" -ef "$directory" ]; }; then
      give_up 64 "the service can write $directory, and could put a link there: name a file elsewhere"
    fi
  done
}

# expect_elsewhere PATH: ends if the path leads into or through a directory that the service can write. The service
# could put links there, and root would follow them. It looks at no name in such a directory.
expect_elsewhere() {
  walk expect_not_writable "$1"
}

# enter_directory PATH: goes to the directory of a file, and sets `name` to the file's name in it
enter_directory() {
  local directory=.
  name=${1##*/}
  [[ $1 != */* ]] || directory=${1%/*}/
  case $name in '' | . | ..) give_up 64 "$1 is no name of a file" ;; esac
  expect_elsewhere "$directory"
  cd -P -- "$directory" 2> /dev/null || give_up 66 "there is no directory $directory"
  # It stays this directory, whoever moves or replaces it.
  expect_elsewhere "$(pwd -P)"
}

# back_up FILE: writes the state to a new file that only the operator can read. The file has its name once it is
# whole.
back_up() {
  local archive partial status=0
  if [ "$1" = - ]; then
    [ ! -t 1 ] || give_up 64 "a terminal is no place for a backup: redirect the output"
    hold
    step pack "$care_script" pack < /dev/null || status=$?
    release || :
    [ "$status" -eq 0 ] || give_up "$status" "there is no whole backup in the output"
    return
  fi
  enter_directory "$1"
  [ ! -e "$name" ] && [ ! -L "$name" ] || give_up 73 "$1 exists: name another file"
  partial=./$name.partial
  [ ! -e "$partial" ] && [ ! -L "$partial" ] || give_up 73 "$1.partial exists, from a backup that was interrupted: remove it"
  set -o noclobber
  umask 0077
  { exec {archive}> "$partial"; } 2> /dev/null || give_up 73 "$1 cannot be made"
  set +o noclobber
  trap 'rm -f -- "$partial"' EXIT
  hold
  step pack "$care_script" pack < /dev/null >&"$archive" || status=$?
  release || say "the backup is not to blame"
  if [ "$status" -eq 0 ]; then
    sync -- "$partial" && mv -nT -- "$partial" "./$name" && [ ! -e "$partial" ] || status=74
  fi
  [ "$status" -eq 0 ] || give_up "$status" "there is no backup"
  trap - EXIT
  say "$1 holds the whole state of $unit, with its secrets: logins, tokens, everything it was told. Keep it accordingly"
}

# restore FILE
restore() {
  local input=0 status=0
  if [ "$1" != - ]; then
    enter_directory "$1"
    expect_elsewhere "$name"
    [ -f "$name" ] || give_up 66 "there is no file $1"
    { exec {input}< "./$name"; } 2> /dev/null || give_up 66 "$1 cannot be read"
  elif [ -t 0 ]; then
    give_up 64 "a terminal is no backup: redirect the input"
  fi
  hold
  step unpack "$care_script" unpack <&"$input" || status=$?
  changed "$status" "has the state of the backup now"
}

# changed STATUS MESSAGE: starts the service again, and says how it goes on
changed() {
  local kept="The state before is kept: $command_name${chosen:+ --instance $chosen} --undo brings it back, --forget removes it"
  if [ "$1" -ne 0 ]; then
    release || :
    give_up "$1" "$unit has its state as before"
  fi
  release || give_up 1 "$unit $2, and does not start with it. $kept"
  say "$unit $2. $kept"
}

# repair: the program mends its state, in place. Until it succeeds, a copy of the state counts.
repair() {
  local status=0
  hold
  step keep "$care_script" keep < /dev/null || status=$?
  if [ "$status" -eq 0 ]; then
    step repair "$repair_script" < /dev/null || status=$?
    if [ "$status" -eq 0 ]; then
      step finish "$care_script" finish < /dev/null || status=$?
    else
      step settle "$care_script" settle < /dev/null || :
    fi
  fi
  changed "$status" "has been repaired"
}

# undo: the former state becomes the state
undo() {
  local status=0
  hold
  step undo "$care_script" undo < /dev/null || status=$?
  changed "$status" "has its former state again"
}

# forget: removes the former state, beside the service
forget() {
  work_alone
  step forget "$care_script" forget < /dev/null
}

# bring_in DIRECTORY PART...: reads parts of another state as the calling user, and hands them to the service. The
# service takes them only if it sees the end of what is read.
bring_in() {
  local status=0 word
  expect_elsewhere "$1"
  for word in "${@:2}"; do
    [[ $word != *=* ]] || expect_elsewhere "${word#*=}"
  done
  read_as_caller "$@" --check < /dev/null > /dev/null || exit
  hold
  read_as_caller "$@" < /dev/null | step receive "$care_script" receive || status=$?
  changed "$status" "has these parts now"
}

# note_owner PLACE: sets `reader` to the owner of the place, unless that is root
note_owner() {
  local owner=$(stat --format %u -- "$1" 2> /dev/null)
  [ "${owner:-0}" -eq 0 ] || reader=$owner
}

# read_as_caller DIRECTORY WORD...: runs the program that reads the parts, as the user who called sudo, or as the
# last owner on the way to the directories who is not root: whoever that is can put links there, and root would
# follow them. That user can take the program over. So it has neither the terminal nor the lock.
read_as_caller() (
  reader=$(id -u)
  if [ "$reader" -eq 0 ]; then
    reader=${SUDO_UID:-0}
    [[ $reader =~ ^[0-9]+$ ]] || give_up 64 "SUDO_UID is no number"
    if [ "$reader" -eq 0 ]; then
      walk note_owner "$1"
      for word in "${@:2}"; do
        [[ $word != *=* ]] || walk note_owner "${word#*=}"
      done
    fi
  fi
  [ -z "${lock-}" ] || exec {lock}>&-
  {
    {
      # An interrupt does not reach another session, and whoever reads could stop the program.
      run_as "$reader" "$gather_script" "$@" 2>&1 >&3 3>&- < /dev/null &
      reading=$!
      trap 'kill -KILL "$reading" 2> /dev/null; exit 130' INT TERM HUP
      exec 3>&-
      wait "$reading"
    } | show >&2 3>&-
  } 3>&1
)

# take_care: does what the operator asked for
take_care() {
  terminal=no
  case $care in
    backup) back_up "${care_words[@]}" ;;
    restore) restore "${care_words[@]}" ;;
    repair) repair ;;
    undo) undo ;;
    forget) forget ;;
    import) bring_in "${care_words[@]}" ;;
  esac
}
