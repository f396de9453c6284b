# What a launcher looks at before it reads a secret: whether the service manager has made the sandbox. An older systemd
# ignores what it does not know, with a warning in the journal, and runs the service without it. So do others where
# the kernel, or the container around them, allows no more.

# The directives without which the user wants the service to run.
accepted=()

lacks=()

# accept DIRECTIVE...: names them
accept() {
  accepted=("$@")
}

# expect_directive DIRECTIVE CHECK...: notes the directive if the check fails
expect_directive() {
  local directive=$1 one
  shift
  ! "$@" || return 0
  for one in "${accepted[@]}"; do
    [ "$one" != "$directive" ] || return 0
  done
  lacks+=("$directive=")
}

# expect_sandbox VERSION [OPTION]: ends the start if a directive is missing. All of them together need that version of
# systemd: an older one also drops what it knows, because it cannot do it without the rest. The option accepts that.
expect_sandbox() {
  [ "${#lacks[@]}" -ne 0 ] || return 0
  fail "this machine does not carry out ${lacks[*]}, so the sandbox would be weaker than its unit says: the whole needs systemd $1 or newer, here is $(found_systemd), and a kernel that allows it. Upgrade the machine${2:+, or name them in $2}"
}

# found_systemd: says which systemd there is, as far as the sandbox shows it
found_systemd() {
  local program said
  for program in /run/current-system/sw/bin/systemctl /usr/bin/systemctl /bin/systemctl; do
    said=$("$program" --version 2> /dev/null) || continue
    said=${said%%$'\n'*}
    [[ ! $said =~ ^systemd\ ([0-9]+) ]] || { echo "${BASH_REMATCH[1]}" && return; }
  done
  echo "one that does not tell"
}

# The checks. They look at what the kernel says of this process, and start no program where that can be avoided.

# has_status NAME VALUE: the kernel's status of this process
has_status() {
  local name value
  while read -r name value; do
    [ "$name" != "$1:" ] || break
  done < /proc/self/status
  [ "$value" = "$2" ]
}

# find_mount PLACE: sets `mount` to the kernel's line about the uppermost mount of the place
find_mount() {
  local line words
  mount=
  while IFS= read -r line; do
    read -r -a words <<< "$line"
    [ "${words[4]}" != "$1" ] || mount=$line
  done < /proc/self/mountinfo
}

# has_mount PLACE TEXT: whether the text is among the mount's options, or is its kind
has_mount() {
  find_mount "$1"
  [[ $mount == *"$2"* ]]
}

# has_own_temporary_files: /tmp is a file system of its own, not a directory of the machine's
has_own_temporary_files() {
  find_mount /tmp
  [[ $mount == *" - tmpfs "* && $mount != */systemd-private-* ]]
}

# has_limit OPTION VALUE: of ulimit
has_limit() {
  [ "$(ulimit -H "$1")" = "$2" ]
}

# has_own_users: single users are mapped, no ranges of them
has_own_users() {
  local count
  while read -r _ _ count; do
    [ "$count" -eq 1 ] || return
  done < /proc/self/uid_map
}

# has_own_processes: the service manager's child is the first of them
has_own_processes() {
  [ "$$" -eq 1 ]
}

# has_own_control_groups: the service's is the root of the unified hierarchy
has_own_control_groups() {
  local line
  while IFS= read -r line; do
    [[ $line != 0::* ]] || [ "$line" = 0::/ ] || return
  done < /proc/self/cgroup
}

# has_own NAMESPACE NUMBER: another namespace than that of the kernel's start, which has the same number everywhere. In a
# container nobody has that one.
has_own() {
  local found
  found=$(readlink "/proc/self/ns/$1") && [ "$found" != "$1:[$2]" ]
}

# has_call_filter: the kernel refuses a system call that no service needs
has_call_filter() {
  [[ $(LC_ALL=C nice -n 1 true 2>&1) == *"not permitted"* ]]
}

# is_refused ADDRESS: whether the kernel refuses to send a packet there. A machine without a network does not tell.
is_refused() {
  local said
  said=$( { LC_ALL=C && echo > "/dev/udp/$1/9"; } 2>&1) && return 1
  [[ $said == *"not permitted"* || $said == *unreachable* ]]
}
