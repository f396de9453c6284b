# Asks the gateway about the configuration $rendered, when that is built. The gateway accepts directories that do
# not exist yet and ${VARIABLE} references to secrets. Its generation decides the names of the variables through
# which it learns where its configuration and its state are: $configVariable and $stateVariable.
mkdir state
export "$configVariable=$rendered" "$stateVariable=$PWD/state"

status=0
timeout 300 "$program" config validate --json > report 2> messages || status=$?

if [ "$status" -ne 0 ]; then
  if jq -es 'any(.[]; (.issues // []) != [])' report > /dev/null 2>&1; then
    echo "error: the configuration $name is refused by $program:" >&2
    jq -r '.issues[] | "  \(.path): \(.message)"' report >&2
  else
    echo "error: $program config validate failed with code $status:" >&2
    cat report messages >&2
  fi
  exit 1
fi

# Variables that hold secrets are set when the service starts, not here.
jq -r '.warnings // [] | .[] | select(.message | startswith("Missing env var") | not)
  | "warning: \(.path): \(.message)"' report >&2
