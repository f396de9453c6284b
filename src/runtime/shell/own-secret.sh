# Secrets that the service makes for itself. This runs inside the sandbox: their files are in a directory
# that the service can write, and what it has put there instead leads no further than the service gets.

# read_own FILE: prints the secret in the file. Whatever else is in its place is no secret, and is not
# waited for.
read_own() {
  local value
  [ -f "$1" ] && [ ! -L "$1" ] || return 1
  value=$(timeout 5 head -c 4096 -- "$1" | tr -d '\0') || return 1
  [[ $value =~ ^[[:graph:]]+$ ]] || return 1
  printf '%s' "$value"
}

# own_secret FILE: the same, of a secret that is made where there is none, and kept. What has its name and is
# none is set aside; a new one is made under a name that nobody can have taken.
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
