# A NixOS system with instances of the service; evaluates only the parts to which the service contributes.
{
  harness,
  module,
  # The number of instances; "top level" is one undeclared instance.
  count,
  # The service's units, files and accounts as data, from `recorded`. They replace the module, so that the rest is
  # NixOS's own cost.
  data ? null,
}:
let
  result = import harness { } {
    target = "nixos";
    module = if data == null then module else plain;
    config = if data != null || count == 0 then { } else usage;
  };
  inherit (result) config lib;

  usage.services.moltbot = {
    enable = true;
    providers.anthropic.oauthTokenFile = "/run/agenix/token";
  }
  // lib.optionalAttrs (count != "top level") {
    instances = lib.listToAttrs (
      lib.genList (index: lib.nameValuePair "i${toString index}" { gateway.port = 18800 + index; }) count
    );
  };

  # Directives that NixOS itself adds to units.
  added = [
    "After"
    "Description"
    "Documentation"
    "Requires"
    "StartLimitIntervalSec"
    "Wants"
    "X-Restart-Triggers"
  ];

  # Plain data, without the programs of units, for which NixOS has a list of its own.
  plain = {
    systemd.services = lib.mapAttrs (_: service: {
      inherit (service)
        description
        environment
        serviceConfig
        after
        requires
        wants
        wantedBy
        ;
      unitConfig = removeAttrs service.unitConfig added;
      startLimitIntervalSec = 0;
    }) data.services;
    systemd.tmpfiles.settings = lib.mapAttrs (
      _: lib.mapAttrs (_: lib.mapAttrs (_: rule: removeAttrs rule [ "type" ]))
    ) data.tmpfiles.settings;
    users.users = lib.mapAttrs (_: user: {
      inherit (user)
        description
        group
        home
        isSystemUser
        ;
    }) data.users;
    users.groups = lib.mapAttrs (_: _: { }) data.groups;
    environment.etc = lib.mapAttrs (_: file: { inherit (file) mode text; }) data.etc;
  };

  ours = lib.filterAttrs (name: _: lib.hasInfix "moltbot" name);
in
{
  # The number of units, after everything is evaluated.
  evaluated = builtins.deepSeq [
    (lib.mapAttrsToList (_: unit: unit.text) (ours config.systemd.units))
    (lib.mapAttrsToList (_: file: [
      "${file.source}"
      file.mode
    ]) (ours config.environment.etc))
    (ours config.systemd.tmpfiles.settings)
    (map ({ assertion, message, ... }: if assertion then null else message) config.assertions)
  ] (lib.length (lib.attrNames (ours config.systemd.units)));

  recorded = {
    inherit (result.summary)
      services
      tmpfiles
      users
      groups
      etc
      ;
  };
}
