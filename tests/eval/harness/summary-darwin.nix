# A module's additions to a nix-darwin system.
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
  inherit (lib) filterAttrs mapAttrs mapAttrsToList;
  inherit (values)
    discard
    jsonify
    newAttrs
    newElems
    pick
    ;

  cfg = result.config;
  old = base.config;
  etc = newAttrs old.environment.etc cfg.environment.etc;
  scripts = cfg.system.activationScripts;
  baseScripts = old.system.activationScripts;
  packages = newElems old.environment.systemPackages cfg.environment.systemPackages;

  jobs =
    before: after:
    mapAttrs (_: job: {
      serviceConfig = jsonify (filterAttrs (_: value: value != null) job.serviceConfig);
      command = jsonify job.command;
      script = discard job.script;
    }) (newAttrs before after);

  # The plists, as files of the environment, with their string contexts.
  newPlists =
    folder:
    mapAttrs (_: file: file.text) (newAttrs old.environment.${folder} cfg.environment.${folder});
  plistTexts = folder: mapAttrs (_: discard) (newPlists folder);

  # The scripts that are empty by default, for users to fill.
  hooks = [
    "preActivation"
    "extraActivation"
    "postActivation"
    "preUserActivation"
    "extraUserActivation"
    "postUserActivation"
  ];
  isChanged = name: script: baseScripts ? ${name} && script.text != baseScripts.${name}.text;
  activation = filterAttrs (
    name: script: !(baseScripts ? ${name}) || (builtins.elem name hooks && isChanged name script)
  ) scripts;

  userInfo =
    _: user:
    pick [
      "name"
      "uid"
      "gid"
      "home"
      "createHome"
      "description"
      "isHidden"
    ] user
    // {
      shell = common.shellPath user.shell;
    };

  groupInfo =
    _:
    pick [
      "name"
      "gid"
      "members"
      "description"
    ];
in
common.checks base result
// {
  launchd = {
    daemons = jobs old.launchd.daemons cfg.launchd.daemons;
    agents = jobs old.launchd.agents cfg.launchd.agents;
    userAgents = jobs old.launchd.user.agents cfg.launchd.user.agents;
    plists = {
      daemons = plistTexts "launchDaemons";
      agents = plistTexts "launchAgents";
      userAgents = plistTexts "userLaunchAgents";
    };
  };
  users = mapAttrs userInfo (newAttrs old.users.users cfg.users.users);
  knownUsers = newElems old.users.knownUsers cfg.users.knownUsers;
  groups = mapAttrs groupInfo (newAttrs old.users.groups cfg.users.groups);
  knownGroups = newElems old.users.knownGroups cfg.users.knownGroups;
  etc = mapAttrs (_: common.etcFile) etc;
  activation = mapAttrs (_: script: discard script.text) activation;
  packages = common.packageNames packages;
  packagePaths = map jsonify packages;
  texts = derivations.textsBehind [
    (map newPlists [
      "launchDaemons"
      "launchAgents"
      "userLaunchAgents"
    ])
    (mapAttrsToList (_: file: file.source) etc)
    (mapAttrsToList (_: script: script.text) activation)
    packages
  ];
}
// lib.optionalAttrs extras {
  options = common.declaredOptions result.options;
  # Activation scripts of the base system (launchd, users, groups, etc ...) that the module changes.
  changedActivation = mapAttrs (_: script: discard script.text) (
    filterAttrs (name: script: name != "script" && isChanged name script) scripts
  );
  toplevel = discard cfg.system.build.toplevel.drvPath;
}
