# A sandbox profile that names each path of a closure instead of the whole store.
#
# Contract: what seatbelt-profile.nix gives with `storePaths = null`, and the packages whose closure
# the service may read and start; a derivation whose output is the profile's file. The closure is
# known only when it is built, so the one line that names the store is replaced there.
{ pkgs }:

{
  name,
  # The profile's text.
  profile,
  # Store paths the service uses; what they refer to is included.
  rootPaths,
}:

pkgs.runCommand name
  {
    inherit profile;
    passAsFile = [ "profile" ];
    storePaths = "${pkgs.closureInfo { inherit rootPaths; }}/store-paths";
  }
  ''
    while IFS= read -r line; do
      if [ "$line" = '  (subpath "${builtins.storeDir}")' ]; then
        sed 's|.*|  (subpath "&")|' "$storePaths"
      else
        printf '%s\n' "$line"
      fi
    done < "$profilePath" > "$out"
  ''
