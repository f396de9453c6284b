# macOS has no unit of which there could be a copy.

# examine FACTS [OPTION]
examine() {
  printf '%s: there is no doctor for macOS yet, and nothing was tried: the table of promises says what the sandbox of the service keeps there, and how that is tested\n' "$command_name" >&2
  exit 69
}
