// NixOS: one confined system service per instance, with its user, its configuration file below /etc and the
// operator's command.
//
// https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html
// https://nixos.org/manual/nixos/stable/#sec-writing-modules

import type { IrService } from "../model/service-model.ts";
import { type Binding, nix, type NixExpr } from "../nix/index.ts";
import { includeShell } from "../runtime/assets.ts";
import { expectHomeElsewhere, type PlatformAssertion } from "./assertions.ts";
import { doctorOnSystemd } from "./doctor.ts";
import { type Scope, scopeOf } from "./emit-expression.ts";
import type { PlatformParts } from "./module.ts";
import { wrapComment } from "./wrap.ts";
import { egressPrograms, emitNetwork, withNetwork, withUnits } from "./network.ts";
import { emitOperatorCommand } from "./operator.ts";
import { emitSandboxChecks } from "./sandbox-checks.ts";
import { emitCreated, emitValue, identityOf, loadedOf, ofConfig, storeConfig } from "./shared.ts";
import {
  commandCredentialProperties,
  careProperties,
  confinementProperties,
  emitCareConfinement,
  emitConfinement,
  emitPreparationProcess,
  emitProcess,
  emitAwaitReady,
  readinessFields,
  emitAsAccount,
  emitStopScript,
  expectManagedFiles,
  expectManagerVariables,
  mountManagedFiles,
  preparationConfinement,
  readSystemdSecret,
  unitEnvironment,
} from "./systemd.ts";

export function nixosParts(service: IrService): PlatformParts {
  const scope = scopeOf(service, "instance");
  const { model } = service;
  const { listen } = model;
  // If two instances have accounts of one name, `listToAttrs` takes the first; an assertion then refuses them.
  const accounts = (name: NixExpr, value: NixExpr): NixExpr => nix`
    lib.listToAttrs (map (instance: lib.nameValuePair ${name} ${value}) created)
  `;
  const identity = identityOf(service);
  const user = emitValue(identity.user, scope);
  const group = emitValue(identity.group, scope);
  const configPath = model.config?.path;

  const operator = emitOperatorCommand(service, {
    functions: [
      ...(model.hosts === undefined ? [] : [egressPrograms]),
      "systemd_run=",
      nix`lib.getExe' config.systemd.package "systemd-run"`,
      "\nsetpriv=",
      nix`lib.getExe' pkgs.util-linux "setpriv"`,
      "\n",
      includeShell("enter-systemd"),
    ],
    enter: [
      "enter_service ",
      nix`lib.escapeShellArgs [ ${user} ${group} ]`,
      " ",
      confinementProperties,
      "\nwith_credentials ",
      commandCredentialProperties,
      ...(model.hosts === undefined
        ? []
        : [
            nix`
              lib.optionalString isNamed "\nin_network \${lib.escapeShellArgs (networkOf name service).wanted}"
            `,
          ]),
    ],
    careFunctions: [includeShell("care-systemd")],
    enterCare: ["care_properties=(", careProperties, ")"],
    doctor: doctorOnSystemd(service),
  });

  const sandboxChecks = emitSandboxChecks(service, scope, "system");
  return {
    platform: "nixos",
    seams: {
      configFile: configPath === undefined ? storeConfig : emitValue(configPath, scope),
      readSecret: readSystemdSecret,
      ownSecret: [includeShell("own-secret")],
      manage: mountManagedFiles,
      expectations: sandboxChecks.length === 0 ? [] : [nix`sandboxChecks`],
      beforeLoads: expectManagerVariables(service),
      beforeStart: expectManagedFiles,
      confine: nix.list([]),
      environment: unitEnvironment,
      definitions: sandboxChecks,
    },
    definitions: [
      nix.binding(["created"], emitCreated(identity, scope), {
        blankLine: true,
        comment: "The instances whose accounts the module makes.",
      }),
      nix.binding(
        ["serviceUsers"],
        nix`map ({ instance, ... }: ${user}) (lib.attrValues services)`,
      ),
      nix.binding(
        ["homes"],
        nix`
          lib.unique (
            lib.concatMap (account: lib.optional (!lib.elem account.name serviceUsers) account.home) (
              lib.attrValues config.users.users
            )
          )
        `,
        { comment: "The homes of all other users.", blankLine: true },
      ),
      emitMakeDirectories(user),
      emitAsAccount(service, scope),
      ...emitNetwork(service),
      emitStopScript(service),
      ...emitAwaitReady(service),
    ],
    confinement: [
      emitConfinement(service, scope, "system"),
      preparationConfinement,
      ...emitCareConfinement(service),
      rootConfinementBinding,
    ],
    assertions: [
      expectHomeElsewhere(service, user),
      ...(configPath === undefined
        ? []
        : [
            {
              option: configPath.path.join("."),
              holds: nix`lib.hasPrefix "/etc/" ${emitValue(configPath, scope)}`,
              message: "NixOS manages files below /etc only: choose a path there.",
            },
          ]),
      {
        option: identity.user.path.join("."),
        holds: nix`!(config.users.users.\${${user}}.isNormalUser or false)`,
        message:
          "this is a person's account, with all their files: choose a name that nobody else has.",
      },
      ...[model.stateDirectory.path, ...model.directories].flatMap((path) =>
        path.node.kind === "option"
          ? [emitNobodysHome(path.node.path, emitValue(path, scope), "one")]
          : [],
      ),
      ...(model.namedDirectories === undefined
        ? []
        : [emitNobodysHome(model.namedDirectories.option.path, nix`namedDirectories`, "several")]),
      ...(model.reach === undefined
        ? []
        : [
            emitNobodysHome(
              model.reach.writable.path,
              emitValue(model.reach.writable, scope),
              "several",
            ),
          ]),
      ...(model.hosts === undefined
        ? []
        : [
            {
              option: model.hosts.option.path.join("."),
              holds: nix`!${emitValue(model.hosts.wanted, scope)} || config.services.nscd.enable`,
              message:
                "hosts that are reached by name need `services.nscd.enable`: what passes their connections on may not ask the local network's resolver itself.",
            },
          ]),
    ],
    moduleAssertions: [
      nix`{
        assertion = lib.versionAtLeast config.systemd.package.version ${model.systemdVersion};
        message = ${`services.${service.name}.enable: the confinement needs systemd ${model.systemdVersion} or newer, and \`systemd.package\` is older: it would start the service without a part of it.`};
      }`,
    ],
    config: [
      nix.binding(
        ["users", "users"],
        accounts(
          user,
          nix`{
          isSystemUser = true;
          description = ${`${service.name} service`};
          group = ${group};
          # Programs that act for an account trust the files in its home: sshd, its service manager, mail.
          home = "/var/empty";
        }`,
        ),
        { blankLine: true },
      ),
      nix.binding(["users", "groups"], accounts(group, nix`{ }`)),
      ...(configPath === undefined
        ? []
        : [
            nix.binding(
              ["environment", "etc"],
              nix`
                lib.mapAttrs' (
                  _: { instance, configFile, ... }:
                  lib.nameValuePair (lib.removePrefix "/etc/" ${emitValue(configPath, scope)}) {
                    source = configFile;
                    mode = "0444";
                  }
                ) services
              `,
              {
                comment:
                  "A regular file: programs may refuse a link. Everybody can read it in the store, too.",
                blankLine: true,
              },
            ),
          ]),
      ...(operator === undefined
        ? []
        : [
            nix.binding(["environment", "systemPackages"], nix`[ (${operator}) ]`, {
              blankLine: true,
            }),
          ]),
      ...(listen?.openFirewall === undefined
        ? []
        : [
            nix.binding(
              ["networking", "firewall", "allowedTCPPorts"],
              nix`
                lib.concatMap (
                  { instance, ${ofConfig(service, "settings")}, ... }:
                  lib.optional ${emitValue(listen.openFirewall, scope)} ${emitValue(listen.port, scope)}
                ) (lib.attrValues services)
              `,
              { blankLine: true },
            ),
          ]),
      nix.binding(["systemd", "tmpfiles", "settings"], emitTmpfiles(service, scope), {
        comment: wrapComment(
          "tmpfiles makes only missing directories, and leaves existing ones to their owners. StateDirectory= would give these to the service, with everything in them.",
        ),
        blankLine: true,
      }),
      nix.binding(
        ["systemd", "services"],
        nix`
          ${emitKeptDirectories(service)}
          // lib.concatMapAttrs (
            name: { instance, unit, ${ofConfig(service, "configFile")}, ${readinessFields(service)}, ${model.hosts === undefined ? [] : ["isNamed"]}, ${loadedOf(service)}, environment, path, ownDirectories, prepare, launch, ... }@service:
            ${emitUnits(service, scope)}
          ) services
        `,
        { blankLine: true },
      ),
      ...(model.hosts === undefined
        ? []
        : [
            nix.binding(
              ["systemd", "sockets"],
              nix`
                lib.concatMapAttrs (
                  name: { isNamed, ... }@service:
                  lib.optionalAttrs isNamed (networkOf name service).sockets
                ) services
              `,
              { blankLine: true },
            ),
          ]),
    ],
  };
}

/** All units of an instance. */
function emitUnits(service: IrService, scope: Scope): NixExpr {
  const units = nix`{
    \${unit} = ${emitUnit(service, scope)};
    "prepare-\${unit}" = ${emitPreparation(service, scope)};
    "directories-\${unit}" = ${emitDirectories(service)};
  }`;
  const isNetworked = service.model.hosts !== undefined;
  return nix.let_(
    [
      nix.binding(["mounts"], emitMounts(service, scope), {
        comment: "The file systems that have to be there.",
      }),
      ...(isNetworked ? [nix.binding(["network"], nix`networkOf name service`)] : []),
    ],
    withNetwork(service, units, "//", nix`lib.optionalAttrs isNamed network.services`),
  );
}

/** Keeps the runtime directories that the service sees when their services restart. */
function emitKeptDirectories({ model }: IrService): NixExpr {
  const shown = new Set(model.confinement.flatMap(({ shownRuntime = [] }) => shownRuntime));
  return nix.attrs(
    [...shown].map((name, index) =>
      nix.binding(
        [name],
        nix`
          lib.mkIf config.services.${name}.enable {
            serviceConfig.RuntimeDirectoryPreserve = lib.mkDefault true;
          }
        `,
        index > 0
          ? {}
          : {
              comment:
                "Otherwise the services would go on seeing the old directory after a restart of this one.",
            },
      ),
    ),
  );
}

/**
 * The service may neither own nor write the home of another user, or a directory around it: sshd and others obey
 * files in a home.
 */
function emitNobodysHome(
  path: readonly string[],
  value: NixExpr,
  count: "one" | "several",
): PlatformAssertion {
  const isList = count === "several";
  const isIn = nix`lib.hasPrefix "\${${isList ? nix`path` : value}}/" "\${home}/"`;
  return {
    option: path.join("."),
    holds: nix`
      !lib.any (home: ${isList ? nix`lib.any (path: ${isIn}) (${value})` : isIn}) homes
    `,
    message: isList
      ? "this is the home of another user, or contains it, and programs outside of the sandbox obey files in a home: name a directory in it."
      : "this is the home of another user, or contains it: choose a directory of the service's own.",
  };
}

function emitTmpfiles(service: IrService, scope: Scope): NixExpr {
  const { stateDirectory } = service.model;
  const identity = identityOf(service);
  return nix`
    lib.mapAttrs' (
      _: { instance, unit, ownDirectories, ... }:
      lib.nameValuePair unit (
        lib.genAttrs ownDirectories (_: {
          d = {
            mode = ${`:${stateDirectory.mode}`};
            user = ":\${${emitValue(identity.user, scope)}}";
            group = ":\${${emitValue(identity.group, scope)}}";
          };
        })
      )
    ) services
  `;
}

/**
 * `makeDirectories service`: a script for root. It runs before each start, because directories may have been removed
 * since the boot, or be on file systems that were mounted later.
 */
function emitMakeDirectories(user: NixExpr): Binding {
  return nix.binding(
    ["makeDirectories"],
    nix`
      { instance, unit, ownDirectories, ... }:
      pkgs.writeShellScript "\${unit}-directories" ${nix.indented([
        "set -euo pipefail\n\n",
        includeShell("own-directory"),
        "\n",
        nix`
          lib.concatMapStringsSep "\n" (
            path: "expect_own_directory \${lib.escapeShellArgs [ path ${user} ]}"
          ) ownDirectories
        `,
        "\n",
        nix`lib.getExe' config.systemd.package "systemd-tmpfiles"`,
        " --create ",
        nix`unit`,
        ".conf\n",
      ])}
    `,
    { blankLine: true },
  );
}

/**
 * `rootConfinement`: confines a program of root's that makes directories for others, at any path. So the file
 * system below /home and /srv has to stay writable.
 */
const rootConfinementBinding = nix.binding(
  ["rootConfinement"],
  nix`{
    CapabilityBoundingSet = [
      "CAP_CHOWN"
      "CAP_DAC_OVERRIDE"
      "CAP_FOWNER"
      "CAP_FSETID"
    ];
    LockPersonality = true;
    MemoryDenyWriteExecute = true;
    NoNewPrivileges = true;
    PrivateDevices = true;
    PrivateIPC = true;
    PrivateNetwork = true;
    PrivateTmp = "disconnected";
    ProtectClock = true;
    ProtectControlGroups = true;
    ProtectHostname = true;
    ProtectKernelLogs = true;
    ProtectKernelModules = true;
    ProtectKernelTunables = true;
    ProtectProc = "invisible";
    ProtectSystem = "full";
    RestrictAddressFamilies = [ "AF_UNIX" ];
    RestrictNamespaces = true;
    RestrictRealtime = true;
    SystemCallArchitectures = "native";
    SystemCallFilter = [
      "@system-service"
      "~@privileged @resources"
      "@chown"
    ];
    SystemCallErrorNumber = "EPERM";
    UMask = "0077";
  }`,
  {
    comment: "Root makes directories for others, at any path, and can do little else.",
    blankLine: true,
  },
);

/** The service's own directories, and paths that the user opens to it, may be on file systems of their own. */
function emitMounts({ model: { reach } }: IrService, scope: Scope): NixExpr {
  const given =
    reach === undefined
      ? []
      : [reach.readable, reach.writable].map((paths) => emitValue(paths, scope));
  return given.reduce((all, more) => nix.op("++", all, more), nix.id("ownDirectories"));
}

/** The user and group of the service. */
function emitAccount(service: IrService, scope: Scope): readonly Binding[] {
  const identity = identityOf(service);
  return [
    nix.binding(["User"], emitValue(identity.user, scope)),
    nix.binding(["Group"], emitValue(identity.group, scope)),
  ];
}

/** The unit in which root makes the directories. The service's namespaces need them, so it has none of these. */
function emitDirectories(service: IrService): NixExpr {
  return nix`{
    description = "${service.name} (\${name}), missing directories";
    startLimitIntervalSec = 0;
    unitConfig.RequiresMountsFor = mounts;
    serviceConfig = rootConfinement // {
      Type = "oneshot";
      ExecStart = makeDirectories service;
    };
  }`;
}

function emitPreparation(service: IrService, scope: Scope): NixExpr {
  const serviceConfig: readonly Binding[] = [
    ...emitAccount(service, scope),
    ...emitPreparationProcess(),
  ];
  return nix`{
    description = "${service.name} (\${name}), copies of managed files";
    inherit path;
    enableDefaultPath = false;
    requires = [ "directories-\${unit}.service" ];
    after = [ "directories-\${unit}.service" ];
    startLimitIntervalSec = 0;
    unitConfig = {
      StopWhenUnneeded = true;
      RequiresMountsFor = mounts;
    };

    serviceConfig = ${nix.attrs(serviceConfig)} // preparationConfinementOf service;
  }`;
}

function emitUnit(service: IrService, scope: Scope): NixExpr {
  const serviceConfig = [
    ...emitAccount(service, scope),
    nix.binding(
      ["WorkingDirectory"],
      nix`"-\${${emitValue(service.model.stateDirectory.path, scope)}}"`,
    ),
    ...emitProcess(service, scope, "system"),
  ];
  return nix`{
    description = "${service.name} (\${name})";
    documentation = [ ${service.documentation} ];
    wantedBy = [ "multi-user.target" ];
    wants = [ "network-online.target" ];
    # Root checks the directories before every start. The preparation makes the copies that are mounted in
    # the service. If one of them fails, nothing waits for the service.
    requires = ${withUnits(service, nix`[ "directories-\${unit}.service" "prepare-\${unit}.service" ]`)};
    # nscd makes the directory of its socket when it starts.${
      service.model.ready === undefined ? "" : " A switch waits for the service, no boot does."
    }
    after = ${withUnits(
      service,
      nix`[
        ${service.model.ready === undefined ? [] : [nix.str("multi-user.target")]}
        "network-online.target"
        "nss-lookup.target"
        "directories-\${unit}.service"
        "prepare-\${unit}.service"
      ]`,
    )};
    environment = lib.mapAttrs (_: escapeSpecifiers) environment;
    inherit path;
    # Only the options decide the PATH.
    enableDefaultPath = false;
    restartTriggers = [ ${[...ofConfig(service, "configFile"), "prepare"].map((name) => nix.id(name))} ];
    # systemd slows restarts down, and never gives up.
    startLimitIntervalSec = 0;
    unitConfig.RequiresMountsFor = mounts;

    serviceConfig = ${nix.attrs(serviceConfig)} // confinementOf service;
  }`;
}
