# Makes a package of the gateway with the plugins that are declared and have a source: $plugins is JSON, by their
# ids.
#
# The gateway trusts a plugin in the directory dist/extensions of its own package, and compares real paths: so
# the package is a copy and no forest of links. Release 2026.9.6 has Node take every file below dist for
# an ES module, which the modules of plugins are not: so these are in plugin-modules, beside dist. A plugin
# imports the gateway as `openclaw`, and that has to be the one that runs.

refuse() {
  echo "error: $*" >&2
  exit 1
}

# nixpkgs has it in the first place, npm in the second.
root=""
for place in lib/openclaw lib/node_modules/openclaw; do
  if [ -z "$root" ] && [ -d "$package/$place/dist/extensions" ]; then root="$place"; fi
done
[ -n "$root" ] || refuse "$package has no lib/openclaw/dist/extensions, where plugins would be put:" \
  "set \`package\` to one that has, or put the plugins into it yourself and remove their \`source\`"

# Modules of the gateway's own may stay where they are.
mkdir "$out"
tar -C "$package" --exclude="./$root/node_modules" -cf - . | tar -C "$out" -xf -
chmod -R u+w "$out"
if [ -e "$package/$root/node_modules" ]; then ln -s "$package/$root/node_modules" "$out/$root/node_modules"; fi

# The programs run what is in their own package. Both paths are equally long.
find "$out" -type l -lname "$package/*" ! -path "$out/$root/node_modules" | while read -r link; do
  target="$(readlink "$link")"
  ln -sfn "$out${target#"$package"}" "$link"
done
find "$out/bin" -type f -exec sed -i "s|$package|$out|g" {} +

root="$out/$root"
release="$(jq -r .version "$root/package.json")"

# is_older A B: whether version A comes before version B. A prerelease comes before its release.
is_older() {
  local a="${1/-/\~}" b="${2/-/\~}"
  [ "$a" != "$b" ] && [ "$(printf '%s\n' "$a" "$b" | sort -V | head -n 1)" = "$a" ]
}

# satisfies_one RELEASE COMPARATOR: as npm understands `>=1.2`, `^1.2.3`, `~1.2`, `1.x` and the like; 2 if it is none
# of these
satisfies_one() {
  local release="$1" pattern='^(|=|<|<=|>|>=|\^|~)v?([0-9xX*]+([.][0-9xX*]+){0,2})(-[0-9A-Za-z.-]+)?([+].*)?$'
  local relation number prerelease parts=() count=0 least beyond
  [[ $2 =~ $pattern ]] || return 2
  relation="${BASH_REMATCH[1]}" number="${BASH_REMATCH[2]}" prerelease="${BASH_REMATCH[4]}"
  IFS=. read -ra parts <<<"$number"
  while [ "$count" -lt "${#parts[@]}" ] && [[ ${parts[count]} =~ ^[0-9]+$ ]]; do count=$((count + 1)); done
  [ "$count" -gt 0 ] || return 0
  parts=("${parts[@]:0:count}" 0 0)
  least="${parts[0]}.${parts[1]}.${parts[2]}$prerelease"

  # The first of what comes after all that the number stands for.
  [ "$relation" != "~" ] || [ "$count" -lt 3 ] || count=2
  if [ "$relation" = "^" ]; then
    if [ "${parts[0]}" -ne 0 ] || [ "$count" -eq 1 ]; then
      count=1
    elif [ "${parts[1]}" -ne 0 ]; then
      count=2
    fi
  fi
  case "$count" in
    1) beyond="$((parts[0] + 1)).0.0-0" ;;
    2) beyond="${parts[0]}.$((parts[1] + 1)).0-0" ;;
    *) beyond="${parts[0]}.${parts[1]}.$((parts[2] + 1))-0" ;;
  esac

  case "$relation" in
    ">=") ! is_older "$release" "$least" ;;
    "<") is_older "$release" "$least" ;;
    ">") if [ "$count" -eq 3 ]; then is_older "$least" "$release"; else ! is_older "$release" "$beyond"; fi ;;
    "<=") if [ "$count" -eq 3 ]; then ! is_older "$least" "$release"; else is_older "$release" "$beyond"; fi ;;
    "^" | "~") ! is_older "$release" "$least" && is_older "$release" "$beyond" ;;
    *) if [ "$count" -eq 3 ]; then [ "$release" = "$least" ]; else
      ! is_older "$release" "$least" && is_older "$release" "$beyond"
    fi ;;
  esac
}

# satisfies RELEASE RANGE: whether the release is in npm's range of versions; 2 if it is no range
satisfies() {
  local release="$1" alternatives=() comparators=() alternative comparator status result=1
  # `>= 1` is `>=1`, and `1 - 2` is `>=1 <=2`.
  mapfile -t alternatives < <(
    sed -E -e 's/[|][|]/\n/g' <<<"$2" | sed -E -e 's/([<>=~^])[[:blank:]]+/\1/g' -e 's/([^ ]+) +- +([^ ]+)/>=\1 <=\2/g'
  )
  for alternative in "${alternatives[@]}"; do
    read -ra comparators <<<"$alternative"
    status=0
    for comparator in "${comparators[@]}"; do
      satisfies_one "$release" "$comparator" || {
        status=$?
        [ "$status" -ne 2 ] || return 2
        break
      }
    done
    [ "$status" -ne 0 ] || result=0
  done
  return "$result"
}

# add_plugin ID SOURCE [MODULES]
add_plugin() {
  local id="$1" source="$2" modules="${3:-}" place="$root/dist/extensions/$1" own="$root/plugin-modules/$1/node_modules"
  local actual wanted fits dependencies name missing=""
  rm -rf "$place"
  mkdir -p "$place" "${own%/*}"
  if [ -d "$source" ]; then
    cp -r "$source/." "$place"
  else
    tar -C "$place" --strip-components=1 -xf "$source" || refuse "gateway.plugins.$id.source is no tarball: $source"
  fi
  chmod -R u+w "$place"

  actual="$(jq -r .id "$place/openclaw.plugin.json")" || refuse "gateway.plugins.$id.source is no plugin of the gateway: $source"
  [ "$actual" = "$id" ] || refuse "gateway.plugins.$id.source is the plugin $actual: declare it as gateway.plugins.$actual"
  wanted="$(jq -r '.openclaw.compat.pluginApi // ""' "$place/package.json")" ||
    refuse "gateway.plugins.$id.source has a package.json that cannot be read: take another"
  fits=0
  satisfies "$release" "$wanted" || fits=$?
  case "$fits" in
    0) ;;
    1) refuse "gateway.plugins.$id.source needs release $wanted of the gateway, and this is $release: take the plugin of that release" ;;
    *) refuse "gateway.plugins.$id.source needs release $wanted of the gateway, which is no range of versions: take another" ;;
  esac
  # Packages of 2026.6 name it by a path that the gateway takes for one outside of the plugin.
  sed -i 's|"\./auth-presence"|"./dist/auth-presence.js"|' "$place/package.json"

  if [ -n "$modules" ]; then
    [ -d "$modules/node_modules" ] || refuse "gateway.plugins.$id.modules has no node_modules: $modules"
    rm -rf "$place/node_modules"
    mkdir "$own"
    find "$modules/node_modules" -mindepth 1 -maxdepth 1 -exec ln -s -t "$own" {} +
  elif [ -d "$place/node_modules" ]; then
    mv "$place/node_modules" "$own"
  else
    mkdir "$own"
  fi
  dependencies="$(jq -r '.dependencies // {} | keys[]' "$place/package.json")" ||
    refuse "gateway.plugins.$id.source has a package.json whose dependencies cannot be read: take another"
  while read -r name; do
    [ -z "$name" ] || [ -e "$own/$name" ] || missing="$missing $name"
  done <<<"$dependencies"
  [ -z "$missing" ] || refuse "gateway.plugins.$id.source does not bring modules that it needs:$missing. Set gateway.plugins.$id.modules"
  rm -rf "$own/openclaw"
  ln -s ../../.. "$own/openclaw"
  ln -s "../../../plugin-modules/$id/node_modules" "$place/node_modules"
}

jq -r 'to_entries[] | select(.value.source) | [.key, .value.source, .value.modules // ""] | @tsv' <<<"$plugins" >declared
while IFS=$'\t' read -r id source modules; do
  add_plugin "$id" "$source" "$modules"
done <declared
