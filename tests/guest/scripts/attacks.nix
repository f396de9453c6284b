# The attacks of tests/attacks/ on two kinds of a service: one without any confinement, which most of them have to take, and
# ours with named hosts, from which each that succeeds has to be one that docs/attacks.md explains.
{ module }:
{
  name = "attacks-on-the-keeper";

  nodes.machine = import ./attacks/machine.nix {
    inherit module;
    columns = [
      "bare"
      "keeper"
    ];
    keysOutside = false;
  };

  testScript = builtins.readFile ./attacks.py;
}
