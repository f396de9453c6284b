# The VM tests, for machines that can build and run them.
{ pkgs, module }:
{
  nixos-moltbot = pkgs.testers.runNixOSTest (
    import ../generated/tests/nixos-moltbot.nix {
      inherit module pkgs;
      inherit (pkgs) lib;
    }
  );
}
