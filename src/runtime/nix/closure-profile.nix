# A sandbox profile that names each path of a closure instead of the whole store.
#
# Contract: takes a profile that seatbelt-profile.nix made with `storePaths = null`, and the packages whose
# closure the service may read and start; returns a derivation whose output is the profile's file. Only
# the build knows the closure, so the build replaces the line for the store. It fails if it does not find
# exactly one such line, because the profile would then leave the whole store open.
{ pkgs }:

{
  name,
  # The profile's text.
  profile,
  # Store paths that the service uses. The profile also names the paths that they refer to.
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
