# All attacks, on all five kinds of a service: a run of minutes that writes docs/attacks.md (run.sh --attacks).
{ module }:
{
  name = "attacks";

  nodes.machine = import ../guest/scripts/attacks/machine.nix {
    inherit module;
    columns = [
      "bare"
      "pull"
      "account"
      "ours"
      "keeper"
    ];
    keysOutside = true;
  };

  testScript = builtins.readFile ./script.py;
}
