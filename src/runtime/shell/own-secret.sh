# Secrets that the service makes for itself. This code runs inside the sandbox, because their files are in a
# directory that the service can write: a link there leads no further than the service gets.

# read_own FILE: prints the secret in the file. It fails for anything else in its place, and does not wait for a
# FIFO.
read_own() {
  local value
  [ -f "$1" ] && [ ! -L "$1" ] || return 1
  value=$(timeout 5 head -c 4096 -- "$1" | tr -d '\0') || return 1
  [[ $value =~ ^[[:graph:]]+$ ]] || return 1
  printf '%s' "$value"
}

# own_secret FILE: prints the secret in the file, and makes it first if there is none. Anything else with this name
# is kept as FILE.unmanaged. A new secret is written under a name that nobody can know before.
own_secret() {
  local new=$1.$RANDOM$RANDOM$RANDOM
  if [ -L "$1" ] || { [ -e "$1" ] && [ ! -f "$1" ]; } ||
    { [ -s "$1" ] && [ -r "$1" ] && ! read_own "$1" > /dev/null; }; then
    mv --backup=numbered -T -- "$1" "$1.unmanaged" || return 1
  fi
  if [ ! -s "$1" ]; then
    od -An -N32 -tx1 /dev/urandom | tr -d ' \n' | dd conv=excl status=none of="$new" || return 1
    mv -T -- "$new" "$1" || return 1
  fi
  read_own "$1"
}
