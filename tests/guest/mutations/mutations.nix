# The machines of the generated test, with another script: what the probes are worth, and what
# relaxations cost.
{
  module,
  pkgs,
  lib,
}:
import ../../../generated/tests/nixos-moltbot.nix {
  inherit module pkgs lib;
  scenarios = ./mutations.py;
  on = [
    "machine"
    "relaxed"
  ];
}
// {
  name = "mutations";
}
