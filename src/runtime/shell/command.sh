# The part of the operator's command that runs as the service, inside the sandbox.

# load_own VARIABLE FILE: exports the secret that the service has made for itself, where there is one
load_own() {
  local value
  value=$(read_own "$2") || return 0
  export "$1=$value"
}

# run PROGRAM ARGUMENT...: runs it and ends as it does. The shell stays, because the first process of a
# namespace loses every signal it has no handler for, and the program may have none: an interrupt that is
# typed would be lost.
run() {
  trap : INT TERM HUP QUIT
  "$@"
}
