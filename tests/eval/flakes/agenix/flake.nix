{
  outputs = { self, nixpkgs }: import ../tree.nix "AGENIX" { inherit self nixpkgs; };
}
