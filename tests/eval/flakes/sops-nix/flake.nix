{
  outputs = { self, nixpkgs }: import ../tree.nix "SOPS_NIX" { inherit self nixpkgs; };
}
