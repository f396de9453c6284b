# nixpkgs for this flake's own outputs.
{ nixpkgs, system }:
import nixpkgs {
  localSystem = { inherit system; };
  # nixpkgs marks the gateway as insecure, because it does what a language model asks for. The modules exist to
  # contain it.
  config.allowInsecurePredicate = package: nixpkgs.lib.getName package == "openclaw";
}
