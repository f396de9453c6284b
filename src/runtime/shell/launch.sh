# The part of a service's launcher that does not depend on the service: exports the credentials.
# The platform defines `read_secret VARIABLE FILE OPTION`, which fails where there is no such file.

# fail MESSAGE: one line, and the exit code that tells the service manager not to try again
fail() {
  printf '%s\n' "$1" >&2
  exit 78
}

# How many bytes a secret may have. Linux starts no program with a variable of 128 KiB or more.
largest=100000

# load VARIABLE OPTION FILE: exports the secret in the file the option names
load() {
  # Bytes count, not characters.
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

# expect_path OPTION PATH: the option has given the service a path, which has to be there
expect_path() {
  [ -e "$2" ] || fail "$1: $2 does not exist: create it, or change the option"
}

# expect_mounts PATH...: what the configuration puts there is mounted there, for the service to read.
# Where a link leads away from such a path, something else is mounted, and the link is the service's.
expect_mounts() {
  local mounts path
  mounts=$(< /proc/self/mountinfo)
  for path in "$@"; do
    [[ $mounts == *" $path ro,"* ]] ||
      fail "$path is not what the configuration puts there: start the service anew"
  done
}

# generate VARIABLE FILE: exports a secret that the service has made for itself. The platform defines
# `own_secret FILE`, which looks for it inside the sandbox: what comes out of there is not taken without a bound.
generate() {
  local variable=$1 file=$2 value
  value=$(own_secret "$file" | head -c 65536) ||
    fail "$file holds no secret that can be read: remove it, or give it back with chown -h $(id -un) $file"
  export "$variable=$value"
}
