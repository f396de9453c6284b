# The machines of the generated test, with another script: it measures whether the probes notice
# missing rules, and what relaxations cost.
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
