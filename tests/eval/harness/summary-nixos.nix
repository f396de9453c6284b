# A module's additions to a NixOS system.
{
  lib,
  values,
  derivations,
  common,
  base,
  result,
  extras,
}:
let
  inherit (lib) mapAttrs filterAttrs;
  inherit (values)
    discard
    jsonify
    newAttrs
    newElems
    pick
    ;

  cfg = result.config;
  old = base.config;
  units = newAttrs old.systemd.units cfg.systemd.units;
  userUnits = newAttrs old.systemd.user.units cfg.systemd.user.units;
  # The authorities that the machine trusts besides everybody's, as texts; NixOS then has another bundle.
  certificates =
    cfg.security.pki.certificates ++ map builtins.readFile cfg.security.pki.certificateFiles;
  bundle = lib.optionals (certificates != [ ]) [ "ssl/certs/ca-certificates.crt" ];
  etc = newAttrs old.environment.etc cfg.environment.etc // lib.getAttrs bundle cfg.environment.etc;
  activation = newAttrs old.system.activationScripts cfg.system.activationScripts;
  packages = newElems old.environment.systemPackages cfg.environment.systemPackages;
  unitTexts = mapAttrs (_: unit: unit.text);
  activationText = script: if builtins.isString script then script else script.text;

  unitInfo =
    _: unit:
    jsonify {
      inherit (unit)
        enable
        wantedBy
        requiredBy
        aliases
        overrideStrategy
        ;
    };

  serviceInfo =
    _: service:
    jsonify {
      inherit (service)
        enable
        description
        serviceConfig
        unitConfig
        wantedBy
        after
        wants
        requires
        script
        preStart
        postStart
        preStop
        postStop
        reload
        restartIfChanged
        path
        ;
      environment = removeAttrs service.environment [ "PATH" ];
    };

  userInfo =
    _: user:
    pick [
      "name"
      "uid"
      "group"
      "extraGroups"
      "isSystemUser"
      "isNormalUser"
      "home"
      "createHome"
      "homeMode"
      "description"
      "linger"
    ] user
    // {
      shell = common.shellPath user.shell;
      packages = common.packageNames user.packages;
    };

  groupInfo =
    _:
    pick [
      "name"
      "gid"
      "members"
    ];

  # Rendered files under /etc/tmpfiles.d by name.
  tmpfilesOf =
    config:
    builtins.listToAttrs (
      map (package: lib.nameValuePair (baseNameOf package.destination) (discard package.text)) (
        builtins.filter (package: package ? text) config.systemd.tmpfiles.packages
      )
    );
  baseTmpfiles = tmpfilesOf old;
  # NixOS renders all `rules` into this one file; the summary has them as a list of their own.
  rulesFile = "00-nixos.conf";
in
common.checks base result
// {
  units = mapAttrs (_: discard) (unitTexts units);
  unitInfo = mapAttrs unitInfo units;
  userUnits = mapAttrs (_: discard) (unitTexts userUnits);
  userUnitInfo = mapAttrs unitInfo userUnits;
  services = mapAttrs serviceInfo (newAttrs old.systemd.services cfg.systemd.services);
  userServices = mapAttrs serviceInfo (newAttrs old.systemd.user.services cfg.systemd.user.services);
  users = mapAttrs userInfo (newAttrs old.users.users cfg.users.users);
  groups = mapAttrs groupInfo (newAttrs old.users.groups cfg.users.groups);
  tmpfiles = {
    rules = map discard (newElems old.systemd.tmpfiles.rules cfg.systemd.tmpfiles.rules);
    settings = jsonify (newAttrs old.systemd.tmpfiles.settings cfg.systemd.tmpfiles.settings);
    files = filterAttrs (name: text: name != rulesFile && (baseTmpfiles.${name} or null) != text) (
      tmpfilesOf cfg
    );
  };
  etc = mapAttrs (_: common.etcFile) etc;
  inherit certificates;
  activation = mapAttrs (_: script: discard (activationText script)) activation;
  packages = common.packageNames packages;
  packagePaths = map jsonify packages;
  firewall = {
    allowedTCPPorts = newElems old.networking.firewall.allowedTCPPorts cfg.networking.firewall.allowedTCPPorts;
    allowedUDPPorts = newElems old.networking.firewall.allowedUDPPorts cfg.networking.firewall.allowedUDPPorts;
    allowedTCPPortRanges = cfg.networking.firewall.allowedTCPPortRanges;
    interfaces = jsonify cfg.networking.firewall.interfaces;
  };
  texts = derivations.textsBehind [
    (unitTexts units)
    (unitTexts userUnits)
    (lib.mapAttrsToList (_: file: file.source) etc)
    (lib.mapAttrsToList (_: activationText) activation)
    packages
  ];
}
// lib.optionalAttrs extras {
  options = common.declaredOptions result.options;
  # Units of the base system whose text the module changes.
  changedUnits = builtins.filter (
    name: cfg.systemd.units.${name}.text != old.systemd.units.${name}.text
  ) (lib.attrNames old.systemd.units);
  toplevel = discard cfg.system.build.toplevel.drvPath;
}
