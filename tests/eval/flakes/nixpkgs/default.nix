# nixpkgs as a function, as `import nixpkgs { … }` finds it.
args:
import (/. + builtins.getEnv "NIXPKGS_TREE") (
  args
  // {
    overlays = [ (import ../../harness/overlay-stand-ins.nix) ] ++ args.overlays or [ ];
  }
)
