# The part of the operator's command that runs as the service, inside the sandbox.

# load_own VARIABLE FILE: exports the secret that the service has made for itself, if there is one
load_own() {
  local value
  value=$(read_own "$2") || return 0
  export "$1=$value"
}

# run PROGRAM ARGUMENT...: runs the program and exits with its status. The shell stays the first process of the
# namespace, which loses every signal without a handler. The program may have no handler, and an interrupt that the
# operator types would be lost.
run() {
  trap : INT TERM HUP QUIT
  "$@"
}

# own_copy VARIABLE FILE: lets the variable name a copy of the file, which the program may change
own_copy() {
  local folder
  folder=$(mktemp -d)
  cp -- "$2" "$folder/${2##*/}"
  chmod 0600 -- "$folder/${2##*/}"
  export "$1=$folder/${2##*/}"
}
