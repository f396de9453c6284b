# The templates of the flake. `pnpm templates` writes this directory; edit tools/templates.
rec {
  nixos = {
    path = ./nixos;
    description = "moltbot on NixOS: secrets are files that you make";
    welcomeText = ''
      # moltbot

      1. Change what is marked with CHANGE: `grep -rn CHANGE .`
      2. Put the secrets into files.
         Root reads them:

         ```
         sudo install -D -m 0400 FILE /var/lib/secrets/claude
         ```
      3. In a Git repository, `git add` all of these files: Nix sees no others.
      4. Switch: `sudo nixos-rebuild switch --flake .#host`
    '';
  };
  nixos-agenix = {
    path = ./nixos-agenix;
    description = "moltbot on NixOS: secrets by agenix";
    welcomeText = ''
      # moltbot

      1. Change what is marked with CHANGE: `grep -rn CHANGE .`
      2. Encrypt the secrets:

         ```
         cd secrets
         agenix -e claude.age
         agenix -e telegram.age
         ```
      3. In a Git repository, `git add` all of these files: Nix sees no others.
      4. Switch: `sudo nixos-rebuild switch --flake .#host`
    '';
  };
  nixos-sops-nix = {
    path = ./nixos-sops-nix;
    description = "moltbot on NixOS: secrets by sops-nix";
    welcomeText = ''
      # moltbot

      1. Change what is marked with CHANGE: `grep -rn CHANGE .`
      2. Encrypt the secrets `claude` and `telegram`: `sops secrets.yaml`
      3. In a Git repository, `git add` all of these files: Nix sees no others.
      4. Switch: `sudo nixos-rebuild switch --flake .#host`
    '';
  };
  darwin = {
    path = ./darwin;
    description = "moltbot on macOS with nix-darwin: secrets are files that you make";
    welcomeText = ''
      # moltbot

      1. Change what is marked with CHANGE: `grep -rn CHANGE .`
      2. Put the secrets into files.
         The service's user reads them, which the first switch makes:

         ```
         sudo install -d /var/lib/secrets
         sudo install -o _moltbot -m 0400 FILE /var/lib/secrets/claude
         ```
      3. In a Git repository, `git add` all of these files: Nix sees no others.
      4. Switch: `sudo darwin-rebuild switch --flake .#host`
    '';
  };
  darwin-agenix = {
    path = ./darwin-agenix;
    description = "moltbot on macOS with nix-darwin: secrets by agenix";
    welcomeText = ''
      # moltbot

      1. Change what is marked with CHANGE: `grep -rn CHANGE .`
      2. Encrypt the secrets:

         ```
         cd secrets
         agenix -e claude.age
         agenix -e telegram.age
         ```
      3. In a Git repository, `git add` all of these files: Nix sees no others.
      4. Switch: `sudo darwin-rebuild switch --flake .#host`
    '';
  };
  darwin-sops-nix = {
    path = ./darwin-sops-nix;
    description = "moltbot on macOS with nix-darwin: secrets by sops-nix";
    welcomeText = ''
      # moltbot

      1. Change what is marked with CHANGE: `grep -rn CHANGE .`
      2. Encrypt the secrets `claude` and `telegram`: `sops secrets.yaml`
      3. In a Git repository, `git add` all of these files: Nix sees no others.
      4. Switch: `sudo darwin-rebuild switch --flake .#host`
    '';
  };
  home-manager = {
    path = ./home-manager;
    description = "moltbot on home-manager, on Linux or macOS: secrets are files that you make";
    welcomeText = ''
      # moltbot

      1. Change what is marked with CHANGE: `grep -rn CHANGE .`
      2. Put the secrets into files.
         You read them:

         ```
         install -d ~/.config/secrets
         install -m 0400 FILE ~/.config/secrets/claude
         ```
      3. In a Git repository, `git add` all of these files: Nix sees no others.
      4. Switch: `home-manager switch --flake .#alice`
    '';
  };
  home-manager-agenix = {
    path = ./home-manager-agenix;
    description = "moltbot on home-manager, on Linux or macOS: secrets by agenix";
    welcomeText = ''
      # moltbot

      1. Change what is marked with CHANGE: `grep -rn CHANGE .`
      2. Encrypt the secrets:

         ```
         cd secrets
         agenix -e claude.age
         agenix -e telegram.age
         ```
      3. In a Git repository, `git add` all of these files: Nix sees no others.
      4. Switch: `home-manager switch --flake .#alice`
    '';
  };
  home-manager-sops-nix = {
    path = ./home-manager-sops-nix;
    description = "moltbot on home-manager, on Linux or macOS: secrets by sops-nix";
    welcomeText = ''
      # moltbot

      1. Change what is marked with CHANGE: `grep -rn CHANGE .`
      2. Encrypt the secrets `claude` and `telegram`: `sops secrets.yaml`
      3. In a Git repository, `git add` all of these files: Nix sees no others.
      4. Switch: `home-manager switch --flake .#alice`
    '';
  };
  default = nixos;
}
