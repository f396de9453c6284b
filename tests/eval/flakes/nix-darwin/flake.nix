{
  outputs = { self, nixpkgs }: import ../tree.nix "NIX_DARWIN" { inherit self nixpkgs; };
}
