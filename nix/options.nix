# The reference of all options, one file per platform: `<platform>.md` for people, and `<platform>.json` in the
# format of nixosOptionsDoc for programs.
{ pkgs }:
let
  inherit (pkgs) lib;
  alone = import ./alone.nix { inherit pkgs; };
  root = toString ../. + "/";

  docsOf =
    platform:
    pkgs.nixosOptionsDoc {
      options.services = { inherit ((alone platform { }).options.services) moltbot; };
      # Positions in this repository, not in somebody's store.
      transformOptions =
        option:
        option
        // {
          declarations = map (file: lib.removePrefix root (toString file)) option.declarations;
        };
    };
in
pkgs.linkFarm "moltbot-options" (
  lib.concatMapAttrs
    (
      platform: docs: {
        "${platform}.md" = docs.optionsCommonMark;
        "${platform}.json" = "${docs.optionsJSON}/share/doc/nixos/options.json";
      }
    )
    (
      lib.genAttrs [
        "nixos"
        "darwin"
        "home-manager"
      ] docsOf
    )
)
