{
  outputs =
    { self, nixpkgs }:
    let
      real = import ../tree.nix "NIX_DARWIN" { inherit self nixpkgs; };
    in
    real
    // {
      lib = real.lib // {
        darwinSystem =
          args:
          real.lib.darwinSystem (
            args
            // {
              modules = args.modules ++ [
                # The uninstaller is a second system, of a nixpkgs without stand-ins.
                { system.tools.darwin-uninstaller.enable = false; }
              ];
            }
          );
      };
    };
}
