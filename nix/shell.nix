# What work on this repository needs, and what makes tests run that are skipped without it.
{ pkgs }:
pkgs.mkShellNoCC {
  packages = [
    pkgs.nodejs
    pkgs.pnpm_10
    pkgs.nixfmt
    # The checks of VM test scripts.
    (pkgs.python3.withPackages (python: [
      python.mypy
      python.pyflakes
    ]))
  ];
}
