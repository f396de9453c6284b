#!/usr/bin/env bash
# Opens a pull request with the files that `sync-gateway` has written; does nothing if there are none, or if the
# request exists already. Usage: propose.sh REPORT, in a checkout whose remote may be pushed to.
#
# The report has names of keys from a package of others: it is only ever a file, never a part of a command.
set -euo pipefail

report="$1"

# One new file names the version.
version="$(git status --porcelain --untracked-files=all -- schema/gateway |
  sed -n 's#^?? schema/gateway/\([0-9][0-9A-Za-z.-]*\)\.json$#\1#p')"
if [ -z "$version" ]; then
  echo "no new release of the gateway"
  exit 0
fi
branch="gateway-$version"
if git ls-remote --exit-code --heads origin "$branch" >/dev/null; then
  echo "the branch $branch exists already"
  exit 0
fi

body="$(mktemp)"
{
  echo "The structure of the configuration of $version, and the plugins that do not come with it."
  echo
  echo "What is left to do: see \"A release of the gateway\" in CONTRIBUTING.md."
  echo
  # Four backquotes, because the report may have three.
  echo '````text'
  cat "$report"
  echo '````'
} >"$body"
# A pull request takes 65536 characters.
if [ "$(wc -c <"$body")" -gt 60000 ]; then
  head -c 60000 "$body" >"$body.cut"
  printf '\n````\n\nThe report is longer: run `pnpm sync-gateway %s`.\n' "$version" >>"$body.cut"
  mv "$body.cut" "$body"
fi

git config user.name "github-actions[bot]"
git config user.email "41898282+github-actions[bot]@users.noreply.github.com"
git switch --create "$branch"
git add schema/gateway schema/gateway-plugins
git commit --quiet --message "Configuration schema of the gateway's release $version"
git push --quiet origin "$branch"
gh pr create --title "Gateway $version" --body-file "$body" --head "$branch"
