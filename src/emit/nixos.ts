// NixOS: one hardened systemd system service per instance, with its user, its configuration file
// below /etc and the operator's command.
//
// https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html
// https://nixos.org/manual/nixos/stable/#sec-writing-modules

import type { IrService } from "../model/service-model.ts";
import { type Binding, nix, type NixExpr } from "../nix/index.ts";
import { includeShell } from "../runtime/assets.ts";
import { emitExpression, scopeOf, type Scope } from "./emit-expression.ts";
import { expectHomeElsewhere, type PlatformAssertion } from "./assertions.ts";
import type { PlatformParts } from "./module.ts";
import { wrapComment } from "./wrap.ts";
import { emitOperatorCommand } from "./operator.ts";
import { emitCreated, emitValue, identityOf, ofConfig, storeConfig } from "./service.ts";
import {
  commandCredentialProperties,
  confinementProperties,
  emitConfinement,
  emitPreparationProcess,
  emitProcess,
  emitAwaitReady,
  readinessFields,
  emitStopScript,
  expectManagedFiles,
  mountManagedFiles,
  preparationConfinement,
  readSystemdSecret,
  unitEnvironment,
} from "./systemd.ts";

export function nixosParts(service: IrService): PlatformParts {
  const scope = scopeOf(service, "instance");
  const { model } = service;
  const { listen } = model;
  // The first of two accounts of one name is taken; the assertion about them then has the word.
  const accounts = (name: NixExpr, value: NixExpr): NixExpr => nix`
    lib.listToAttrs (map (instance: lib.nameValuePair ${name} ${value}) created)
  `;
  const identity = identityOf(service);
  const user = emitValue(identity.user, scope);
  const group = emitValue(identity.group, scope);
  const configPath = model.config?.path;

  const operator = emitOperatorCommand(service, {
    functions: [
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
    ],
  });

  return {
    platform: "nixos",
    seams: {
      configFile: configPath === undefined ? storeConfig : emitValue(configPath, scope),
      readSecret: readSystemdSecret,
      ownSecret: [includeShell("own-secret")],
      manage: mountManagedFiles,
      beforeStart: expectManagedFiles,
      confine: nix.list([]),
      environment: unitEnvironment,
      definitions: [],
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
        { comment: "Where others live.", blankLine: true },
      ),
      emitMakeDirectories(user),
      emitStopScript(service),
      ...emitAwaitReady(service),
    ],
    confinement: [
      emitConfinement(service, scope, "system"),
      preparationConfinement,
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
          "this is the account of a person, with all that is theirs: choose a name that nobody else has.",
      },
      ...[model.stateDirectory.path, ...model.directories].flatMap((path) =>
        path.node.kind === "option" ? [emitNobodysHome(path.node.path, false, scope)] : [],
      ),
      ...(model.reach === undefined
        ? []
        : [emitNobodysHome(model.reach.writable.path, true, scope)]),
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
          # Whatever acts for an account trusts what is in its home: sshd, its own service manager, mail.
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
                  "A regular file and no link, which programs may refuse. It is in the store as well, where everybody can read it.",
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
          "Made where there is nothing; what is there stays whose it is. StateDirectory= would give it to the service, with everything in it.",
        ),
        blankLine: true,
      }),
      nix.binding(
        ["systemd", "services"],
        nix`
          ${emitKeptDirectories(service)}
          // lib.concatMapAttrs (
            name: { instance, unit, ${ofConfig(service, "configFile")}, ${readinessFields(service)}, credentials, environment, path, ownDirectories, prepare, launch, ... }@service:
            {
              \${unit} = ${emitUnit(service, scope)};
              "prepare-\${unit}" = ${emitPreparation(service, scope)};
              "directories-\${unit}" = ${emitDirectories(service, scope)};
            }
          ) services
        `,
        { blankLine: true },
      ),
    ],
  };
}

/** Settings of the system's services whose runtime directories the services see. */
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
                "Otherwise the directory that the services see is an old one once this is started again.",
            },
      ),
    ),
  );
}

/**
 * Where somebody lives, a person or a service, nobody else has a directory of their own, nor writes: sshd
 * and others obey what is there.
 */
function emitNobodysHome(
  path: readonly string[],
  isList: boolean,
  scope: Scope,
): PlatformAssertion {
  const value = emitExpression({ kind: "option", path }, scope);
  const isIn = nix`lib.hasPrefix "\${${isList ? nix`path` : value}}/" "\${home}/"`;
  return {
    option: path.join("."),
    holds: nix`
      !lib.any (home: ${isList ? nix`lib.any (path: ${isIn}) ${value}` : isIn}) homes
    `,
    message: isList
      ? "this is the home of another user, or contains it, and programs outside of the sandbox obey what is in a home: name a directory in it."
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
 * `makeDirectories service`: a script for root. Directories may have been removed since the machine
 * started, or be on file systems that were not there then.
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
          lib.concatMapStrings (
            path: "expect_own_directory \${lib.escapeShellArgs [ path ${user} ]}\n"
          ) ownDirectories
        `,
        nix`config.systemd.package`,
        "/bin/systemd-tmpfiles --create ",
        nix`unit`,
        ".conf\n",
      ])}
    `,
    { blankLine: true },
  );
}

/**
 * `rootConfinement`: what is left to a program of root's that makes directories, wherever they are, and
 * for others. The file system below /home and /srv has to stay writable.
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
    comment: "Root makes directories for others, anywhere, and can do nothing else.",
    blankLine: true,
  },
);

/** What the service owns and what it is given may be on file systems of their own. */
function emitMounts({ model: { reach } }: IrService, scope: Scope): Binding {
  const given =
    reach === undefined
      ? []
      : [reach.readable, reach.writable].map((paths) => emitValue(paths, scope));
  return nix.binding(
    ["unitConfig", "RequiresMountsFor"],
    given.reduce((all, more) => nix.op("++", all, more), nix.id("ownDirectories")),
  );
}

/** Who the service runs as. */
function emitAccount(service: IrService, scope: Scope): readonly Binding[] {
  const identity = identityOf(service);
  return [
    nix.binding(["User"], emitValue(identity.user, scope)),
    nix.binding(["Group"], emitValue(identity.group, scope)),
  ];
}

/** Root's part: outside of the service's namespaces, which are made of the directories. */
function emitDirectories(service: IrService, scope: Scope): NixExpr {
  return nix`{
    description = "${service.name} (\${name}), missing directories";
    startLimitIntervalSec = 0;
    ${emitMounts(service, scope)}
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
    unitConfig.StopWhenUnneeded = true;
    startLimitIntervalSec = 0;
    ${emitMounts(service, scope)}

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
    # Root looks at the directories before every start. What the preparation copies is mounted in the
    # service. Where one of them fails nothing waits for the service.
    requires = [ "directories-\${unit}.service" "prepare-\${unit}.service" ];
    # What looks up names makes the directory of its socket when it starts.
    after = [
      "network-online.target"
      "nss-lookup.target"
      "directories-\${unit}.service"
      "prepare-\${unit}.service"
    ];
    environment = lib.mapAttrs (_: escapeSpecifiers) environment;
    inherit path;
    # The PATH is what the options say and nothing else.
    enableDefaultPath = false;
    restartTriggers = [ ${[...ofConfig(service, "configFile"), "prepare"].map((name) => nix.id(name))} ];
    # Restarts are slowed down instead of given up.
    startLimitIntervalSec = 0;
    ${emitMounts(service, scope)}

    serviceConfig = ${nix.attrs(serviceConfig)} // confinementOf service;
  }`;
}
