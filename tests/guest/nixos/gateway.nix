# The real gateway from npm under each of its names, and its Node.
#
# Contract: `folder` is the path of npm's installation, in the root of the build; `version` has to change
# together with its content.
{ folder, version }:
final: _prev:
let
  # Node resolves names only in folders called node_modules.
  modules = final.runCommand "gateway-modules-${version}" { nativeBuildInputs = [ ]; } ''
    mkdir $out
    cp --recursive --reflink=auto ${folder}/node_modules $out/node_modules
    rm -rf $out/node_modules/openclaw
    chmod -R u+w $out/node_modules/node-linux-*
    node=$(realpath $out/node_modules/.bin/node)
    patchelf --force-rpath --set-rpath ${final.standInLibraries}/lib $node
    # In two runs: one run of patchelf with both options breaks Node.
    patchelf --set-interpreter ${final.standInLibraries}/lib/ld-linux-*.so.* $node
  '';

  programs = [
    "openclaw"
    "moltbot"
    "clawdbot"
  ];
  packageOf =
    name: files:
    final.runCommand "${name}-${version}"
      {
        pname = name;
        inherit version;
        meta.mainProgram = name;
      }
      ''
        mkdir -p $out/bin
        ${files}
        for program in ${toString programs}; do
          cat >$out/bin/$program <<END
        #!${final.runtimeShell}
        exec ${final.nodejs}/bin/node $place/openclaw.mjs "\$@"
        END
          chmod +x $out/bin/$program
        done
      '';

  # As nixpkgs has it: the gateway in lib/openclaw, and what it needs in node_modules there.
  openclaw = packageOf "openclaw" ''
    place=$out/lib/openclaw
    mkdir -p $place
    cp --recursive --reflink=auto ${folder}/node_modules/openclaw/. $place
    mkdir -p $place/node_modules
    for module in ${modules}/node_modules/*; do
      [ -e $place/node_modules/''${module##*/} ] || ln -s $module $place/node_modules/
    done
  '';
  gateway = name: packageOf name "place=${openclaw}/lib/openclaw";
in
builtins.listToAttrs (
  map (name: {
    inherit name;
    value = gateway name;
  }) programs
)
// {
  inherit openclaw;
  nodejs = final.runCommand "nodejs-${version}" { meta.mainProgram = "node"; } ''
    mkdir -p $out/bin
    ln -s ${modules}/node_modules/.bin/node $out/bin/node
  '';
}
