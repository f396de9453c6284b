# Asks the gateway about the configuration $rendered, while the configuration's derivation is built. The gateway
# accepts directories that do not exist yet and ${VARIABLE} references to secrets. $configVariable and
# $stateVariable are the names of the variables that tell it the paths of its configuration and its state.
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

# The variables of secrets are missing here: the service gets them when it starts.
jq -r '.warnings // [] | .[] | select(.message | startswith("Missing env var") | not)
  | "warning: \(.path): \(.message)"' report >&2
