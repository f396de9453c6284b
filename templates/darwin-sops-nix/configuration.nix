# CHANGE: put your Mac's own configuration here.
{
  nixpkgs.hostPlatform = "aarch64-darwin";
  system.stateVersion = 6;
}
