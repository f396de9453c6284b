# The outputs of the flake in a source tree that a variable names. An input that is not given must not be used.
variable: inputs:
let
  inherit (import (/. + builtins.getEnv variable + "/flake.nix")) outputs;
  missing = builtins.mapAttrs (name: _: throw "${variable}: the input ${name} is used") (
    builtins.functionArgs outputs
  );
in
outputs (missing // inputs)
