# A dummy gateway package under each of the names the program has had.
#
# nixpkgs' own `openclaw` has meta.knownVulnerabilities, so that evaluating it throws unless
# the user permits it; the other names do not exist there. Every dummy has all three programs,
# like nixpkgs' package, and the guest replaces its store path by the real gateway, of the release
# in $NIXMODGEN_GATEWAY.
final: _prev:
let
  programs = [
    "openclaw"
    "moltbot"
    "clawdbot"
  ];
  # The check of settings uses this version, and some rules depend on it.
  given = builtins.getEnv "NIXMODGEN_GATEWAY";
  version = if given == "" then "2026.9.6" else given;
  gateway =
    name:
    final.stdenvNoCC.mkDerivation {
      pname = name;
      inherit version;
      dontUnpack = true;
      installPhase = ''
        mkdir -p $out/bin
        for program in ${toString programs}; do
          printf '#!/bin/sh\necho "$0" "$@"\n' > $out/bin/$program
          chmod +x $out/bin/$program
        done
      '';
      meta = {
        mainProgram = name;
        description = "Dummy gateway for evaluation tests";
      };
    };
in
# (final.lib would make the names of this overlay depend on its own result.)
builtins.listToAttrs (
  map (name: {
    inherit name;
    value = gateway name;
  }) programs
)
