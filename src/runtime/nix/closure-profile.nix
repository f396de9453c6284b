# A sandbox profile that names each path of a closure instead of the whole store.
#
# Contract: what seatbelt-profile.nix gives with `storePaths = null`, and the packages whose closure
# the service may read and start; a derivation whose output is the profile's file. The closure is
# known only when it is built, so what names the store is replaced there. A profile in which it is
# not found would leave the whole store open: it is an error.
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
    store='(subpath "${builtins.storeDir}")'
    paths=$(sed 's|.*|(subpath "&")|; 2,$s|^|  |' "$storePaths")
    replaced=0
    while IFS= read -r line; do
      case $line in
        *"$store"*)
          printf '%s\n' "''${line%%"$store"*}$paths''${line#*"$store"}"
          replaced=$((replaced + 1))
          ;;
        *) printf '%s\n' "$line" ;;
      esac
    done < "$profilePath" > "$out"
    if [ "$replaced" -ne 1 ]; then
      echo "$name has to name the store once, not $replaced times" >&2
      exit 1
    fi
  ''
