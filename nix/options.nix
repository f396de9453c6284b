# The reference of all options, one file per platform: `<platform>.md` for people, and `<platform>.json` in the
# format of nixosOptionsDoc for programs.
{ pkgs }:
let
  inherit (pkgs) lib;
  alone = import ./alone.nix { inherit pkgs; };
  repository = toString ../. + "/";

  platforms = [
    "nixos"
    "darwin"
    "home-manager"
  ];

  docsOf =
    platform:
    pkgs.nixosOptionsDoc {
      options.services = { inherit ((alone platform { }).options.services) moltbot; };
      transformOptions = option: option // { declarations = map placeOf option.declarations; };
    };
  docs = lib.genAttrs platforms docsOf;

  # A place in this repository. The renderer takes a bare path for one in nixpkgs.
  placeOf = file: { name = lib.removePrefix repository (toString file); };

  filesOf = platform: doc: {
    "${platform}.md" = doc.optionsCommonMark;
    "${platform}.json" = "${doc.optionsJSON}/share/doc/nixos/options.json";
  };
  reference = pkgs.linkFarm "moltbot-options" (lib.concatMapAttrs filesOf docs);
in
reference.overrideAttrs { passthru = { inherit docs; }; }
