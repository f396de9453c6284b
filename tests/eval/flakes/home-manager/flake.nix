{
  outputs = { self, nixpkgs }: import ../tree.nix "HOME_MANAGER" { inherit self nixpkgs; };
}
