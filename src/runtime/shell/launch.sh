# The part of a launcher that does not depend on the service: it exports the credentials and checks paths.
# The platform defines `read_secret VARIABLE FILE OPTION`, which fails if there is no such file.

# fail MESSAGE: prints one line, and exits with the code that tells the service manager not to try again
fail() {
  printf '%s\n' "$1" >&2
  exit 78
}

# The largest secret, in bytes. Linux starts no program with a variable of 128 KiB or more.
largest=100000

# load VARIABLE OPTION FILE: exports the secret in the file that the option names
load() {
  # In this locale, ${#value} counts bytes.
  local variable=$1 option=$2 file=$3 value LC_ALL=C
  value=$(read_secret "$variable" "$file" "$option") || {
    [ $? -ne 78 ] || exit 78
    fail "$option: $file does not exist or cannot be read: create it, or change the option"
  }
  [[ $value =~ [^[:space:]] ]] ||
    fail "$option: $file is empty: write the secret into it"
  [ "${#value}" -le "$largest" ] ||
    fail "$option: $file is larger than $largest bytes: is it the right file?"
  export "$variable=$value"
}

# expect_path OPTION PATH: fails unless the path that the option names exists
expect_path() {
  [ -e "$2" ] || fail "$1: $2 does not exist: create it, or change the option"
}

# expect_mounts PATH...: fails unless each path is a read-only mount. If the service has put a link into such a
# path, the mount is elsewhere, and the service would read its own file here.
expect_mounts() {
  local mounts path
  mounts=$(< /proc/self/mountinfo)
  for path in "$@"; do
    [[ $mounts == *" $path ro,"* ]] ||
      fail "$path is not what the configuration puts there: start the service anew"
  done
}

# generate VARIABLE FILE [OPTION]: exports a secret that the service makes for itself. The platform defines
# `own_secret FILE`, which may run inside a sandbox with a hostile process: so its output is bounded. A secret
# from an environment file would be another one than the operator's command shows; OPTION takes a file with it.
generate() {
  local variable=$1 file=$2 option=${3:-} value
  [ -z "${!variable:-}" ] ||
    fail "an environment file sets $variable, which the service makes itself: remove it there${option:+, and name a file that holds it in $option}"
  value=$(own_secret "$file" | head -c 65536) ||
    fail "$file holds no secret that can be read: remove it, or give it back with chown -h $(id -un) $file"
  export "$variable=$value"
}
