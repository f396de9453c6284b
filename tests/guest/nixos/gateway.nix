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
  gateway =
    name:
    final.runCommand "${name}-${version}"
      {
        pname = name;
        inherit version;
        meta.mainProgram = name;
      }
      ''
        mkdir -p $out/bin
        for program in ${toString programs}; do
          cat >$out/bin/$program <<END
        #!${final.runtimeShell}
        exec ${final.nodejs}/bin/node ${modules}/node_modules/openclaw/openclaw.mjs "\$@"
        END
          chmod +x $out/bin/$program
        done
      '';
in
builtins.listToAttrs (
  map (name: {
    inherit name;
    value = gateway name;
  }) programs
)
// {
  nodejs = final.runCommand "nodejs-${version}" { meta.mainProgram = "node"; } ''
    mkdir -p $out/bin
    ln -s ${modules}/node_modules/.bin/node $out/bin/node
  '';
}
