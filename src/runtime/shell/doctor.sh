# The part of the operator's command that tries the promises of the confinement on this machine. The platform defines
# `examine FACTS [OPTION]`, which does it and exits.

# is_doctor WORD...: whether the operator asks for that, and not for a command of the program's of the same name
is_doctor() {
  [ "$literal" = no ] && [ "${1-}" = doctor ] || return
  [ $# -eq 1 ] || { [ $# -eq 2 ] && [ "$2" = --json ]; } ||
    refuse "doctor stands alone, or with --json. (To have a program's own doctor run, write it after --.)"
}
