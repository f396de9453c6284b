# Evaluates a platform's module with nothing around it: options of others take any value. So every platform's module
# can be looked at on every platform, without home-manager and nix-darwin.
{ pkgs }:
let
  inherit (pkgs) lib;
  inherit (lib) mkOption types;

  # Options of others that the module reads.
  surroundings = {
    options = {
      assertions = mkOption {
        type = types.listOf types.raw;
        default = [ ];
      };
      warnings = mkOption {
        type = types.listOf types.str;
        default = [ ];
      };
      # Nobody but the module defines units.
      systemd.user.services = mkOption {
        type = types.lazyAttrsOf types.anything;
        default = { };
      };
      users.groups = mkOption {
        type = types.attrsOf (
          types.submodule {
            freeformType = types.attrsOf types.anything;
            options.members = mkOption {
              type = types.listOf types.str;
              default = [ ];
            };
          }
        );
      };
    };
    config = {
      _module = {
        args = { inherit pkgs; };
        freeformType = types.lazyAttrsOf (types.lazyAttrsOf types.anything);
      };
      home = {
        username = "alice";
        homeDirectory = if pkgs.stdenv.hostPlatform.isDarwin then "/Users/alice" else "/home/alice";
      };
      security.pki.installCACerts = false;
    };
  };
in
platform: configuration:
lib.evalModules {
  modules = [
    (../generated + "/${platform}/moltbot.nix")
    surroundings
    configuration
  ];
}
