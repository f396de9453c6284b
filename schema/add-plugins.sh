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

# add_plugin ID SOURCE [MODULES]
add_plugin() {
  local id="$1" source="$2" modules="${3:-}" place="$root/dist/extensions/$1" own="$root/plugin-modules/$1/node_modules"
  local actual least name missing=""
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
  least="$(jq -r '.openclaw.compat.pluginApi // "" | ltrimstr(">=")' "$place/package.json")"
  [ "$(printf '%s\n' "$least" "$release" | sort -V | head -n 1)" = "$least" ] ||
    refuse "gateway.plugins.$id.source needs release $least of the gateway, and this is $release: take the plugin of that release"
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
  while read -r name; do
    [ -e "$own/$name" ] || missing="$missing $name"
  done < <(jq -r '.dependencies // {} | keys[]' "$place/package.json")
  [ -z "$missing" ] || refuse "gateway.plugins.$id.source does not bring modules that it needs:$missing. Set gateway.plugins.$id.modules"
  rm -rf "$own/openclaw"
  ln -s ../../.. "$own/openclaw"
  ln -s "../../../plugin-modules/$id/node_modules" "$place/node_modules"
}

jq -r 'to_entries[] | select(.value.source) | [.key, .value.source, .value.modules // ""] | @tsv' <<<"$plugins" >declared
while IFS=$'\t' read -r id source modules; do
  add_plugin "$id" "$source" "$modules"
done <declared
