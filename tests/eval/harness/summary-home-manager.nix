# A module's additions to a home-manager home, on Linux (user units) or macOS (launchd agents).
{
  lib,
  values,
  derivations,
  common,
  base,
  result,
  system,
  extras,
}:
let
  inherit (lib)
    filterAttrs
    hasInfix
    hasPrefix
    mapAttrs
    mapAttrs'
    nameValuePair
    removePrefix
    ;
  inherit (values)
    discard
    jsonify
    newAttrs
    newElems
    ;

  cfg = result.config;
  old = base.config;
  files = filterAttrs (_: file: file.enable) (newAttrs old.home.file cfg.home.file);
  filesByTarget = mapAttrs' (_: file: nameValuePair file.target file) files;
  activation = newAttrs old.home.activation cfg.home.activation;
  agents = newAttrs old.launchd.agents cfg.launchd.agents;
  packages = newElems old.home.packages cfg.home.packages;

  # home-manager installs user units as files: "x.service", and "y.target.wants/x.service" links.
  unitFolder = "${removePrefix "${cfg.home.homeDirectory}/" cfg.xdg.configHome}/systemd/user/";
  isUnitFile = hasPrefix unitFolder;
  isUnitLink = name: isUnitFile name && hasInfix "/" (removePrefix unitFolder name);
  unitFiles = filterAttrs (name: _: isUnitFile name && !isUnitLink name) filesByTarget;
  otherUnitKinds = [
    "timers"
    "sockets"
    "paths"
    "slices"
    "targets"
  ];
  newUserUnits = kind: jsonify (newAttrs old.systemd.user.${kind} cfg.systemd.user.${kind});

  fileInfo = file: {
    text = if file.text != null then discard file.text else derivations.textOfSource file.source;
    source = jsonify file.source;
    inherit (file) executable recursive;
    onChange = discard file.onChange;
    force = file.force or false;
  };

  agentInfo = agent: {
    inherit (agent) enable;
    config = jsonify (filterAttrs (_: value: value != null) agent.config);
    domain = agent.domain or null;
    waitForNixStore = agent.waitForNixStore or null;
  };

  # The plists for launchd, read from the derivations that the module puts into the
  # generation (home.extraBuilderCommands -> home-manager-agents -> plist).
  plists =
    let
      contentsOf = map derivations.readDrv;
      agentFolders = contentsOf (
        builtins.filter (lib.hasSuffix "-home-manager-agents.drv") (
          derivations.drvPathsOf cfg.home.extraBuilderCommands
        )
      );
      plistDrvs = builtins.filter (lib.hasSuffix ".plist.drv") (
        lib.concatMap derivations.drvInputs (builtins.filter (content: content != null) agentFolders)
      );
      plistOf =
        content: nameValuePair (derivations.drvEnv "name" content) (derivations.drvText content).text;
      basePlistNames = map (agent: "${agent.config.Label}.plist") (lib.attrValues old.launchd.agents);
    in
    removeAttrs (builtins.listToAttrs (map plistOf (contentsOf plistDrvs))) basePlistNames;
in
common.checks base result
// {
  units = mapAttrs' (
    name: file: nameValuePair (removePrefix unitFolder name) (derivations.textOfSource file.source)
  ) unitFiles;
  unitLinks = map (removePrefix unitFolder) (
    builtins.filter isUnitLink (lib.attrNames filesByTarget)
  );
  services = newUserUnits "services";
  otherUnits = lib.genAttrs otherUnitKinds newUserUnits;
  tmpfiles = {
    rules = map discard (newElems old.systemd.user.tmpfiles.rules cfg.systemd.user.tmpfiles.rules);
    settings = jsonify (
      newAttrs (old.systemd.user.tmpfiles.settings or { }) (cfg.systemd.user.tmpfiles.settings or { })
    );
  };
  launchd = {
    agents = mapAttrs (_: agentInfo) agents;
    plists = if lib.hasSuffix "-darwin" system then plists else { };
  };
  files = mapAttrs (_: fileInfo) (filterAttrs (name: _: !isUnitFile name) filesByTarget);
  activation = mapAttrs (_: entry: {
    data = discard entry.data;
    inherit (entry) after before;
  }) activation;
  packages = common.packageNames packages;
  packagePaths = map jsonify packages;
  sessionVariables = jsonify (newAttrs old.home.sessionVariables cfg.home.sessionVariables);
  texts = derivations.textsBehind [
    (lib.mapAttrsToList (_: file: file.source) unitFiles)
    (lib.mapAttrsToList (_: file: file.source) files)
    (lib.mapAttrsToList (_: entry: entry.data) activation)
    (lib.mapAttrsToList (_: agent: agent.config) agents)
    packages
  ];
}
// lib.optionalAttrs extras {
  options = common.declaredOptions result.options;
  toplevel = discard cfg.home.activationPackage.drvPath;
}
