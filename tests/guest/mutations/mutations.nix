# The machines of the generated test, with another script: what the probes are worth, and what
# relaxations cost.
{
  module,
  pkgs,
  lib,
}:
let
  test = import ../../../generated/tests/nixos-moltbot.nix {
    inherit module pkgs lib;
    scenarios = ./mutations.py;
  };
in
test
// {
  name = "mutations";
  nodes = { inherit (test.nodes) machine relaxed; };
}
