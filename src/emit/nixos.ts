// NixOS: one hardened systemd system service per instance, with its user, its configuration file
// below /etc and the operator's command.
//
// https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html
// https://nixos.org/manual/nixos/stable/#sec-writing-modules

import type { IrService } from "../ir/model.ts";
import { type Binding, nix, type NixExpr } from "../nix/index.ts";
import { scopeOf, type Scope } from "./expression.ts";
import { includeShell } from "../shell/files.ts";
import { emitModule } from "./module.ts";
import { emitOperatorCommand } from "./operator.ts";
import { emitValue } from "./service.ts";
import {
  commandCredentialProperties,
  confinementProperties,
  emitConfinement,
  emitPreparationProcess,
  emitProcess,
  emitStopScript,
  escapeSpecifiers,
  expectManagedFiles,
  mountManagedFiles,
  preparationConfinement,
  readSystemdSecret,
  unitEnvironment,
} from "./systemd.ts";

export function emitNixosModule(service: IrService): NixExpr {
  const scope = scopeOf(service, "instance");
  const { model } = service;
  // The first of two accounts of one name is taken; the assertion about them then has the word.
  const accounts = (name: NixExpr, value: NixExpr): NixExpr => nix`
    lib.listToAttrs (map (instance: lib.nameValuePair ${name} ${value}) created)
  `;
  const user = emitValue(model.identity.user, scope);
  const group = emitValue(model.identity.group, scope);
  const stateDir = emitValue(model.stateDirectory.path, scope);
  const configPath = emitValue(model.config.path, scope);

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
      " ",
      commandCredentialProperties,
    ],
  });

  return emitModule(service, "nixos", {
    seams: {
      configFile: configPath,
      readSecret: readSystemdSecret,
      manage: mountManagedFiles,
      beforeStart: expectManagedFiles,
      confine: [],
      environment: unitEnvironment,
      definitions: [],
    },
    definitions: [
      nix.binding(
        ["created"],
        nix`lib.filter (instance: ${emitValue(model.identity.create, scope)}) (lib.attrValues instances)`,
        { blankLine: true, comment: "The instances whose accounts the module makes." },
      ),
      nix.binding(["belowVarLib"], nix`path: lib.hasPrefix "/var/lib/" path`, { blankLine: true }),
      escapeSpecifiers,
      emitStopScript(service),
      emitConfinement(service, scope, "system"),
      preparationConfinement,
    ],
    assertions: [
      {
        option: model.config.path.path.join("."),
        holds: nix`lib.hasPrefix "/etc/" ${configPath}`,
        message: "NixOS manages files below /etc only: choose a path there.",
      },
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
          home = ${stateDir};
        }`,
        ),
        { blankLine: true },
      ),
      nix.binding(["users", "groups"], accounts(group, nix`{ }`)),
      nix.binding(
        ["environment", "etc"],
        nix`
          lib.mapAttrs' (
            _: { instance, configFile, ... }:
            lib.nameValuePair (lib.removePrefix "/etc/" ${configPath}) {
              source = configFile;
              mode = "0440";
              group = ${group};
            }
          ) services
        `,
        {
          comment:
            "A regular file and no link, which programs may refuse: its group reads it, root owns it.",
          blankLine: true,
        },
      ),
      nix.binding(["environment", "systemPackages"], nix`[ (${operator}) ]`, {
        blankLine: true,
      }),
      nix.binding(
        ["networking", "firewall", "allowedTCPPorts"],
        nix`
          lib.concatMap (
            { instance, settings, ... }:
            lib.optional ${emitValue(model.firewall.open, scope)} ${emitValue(model.firewall.port, scope)}
          ) (lib.attrValues services)
        `,
        { blankLine: true },
      ),
      nix.binding(["systemd", "tmpfiles", "settings"], emitTmpfiles(service, scope), {
        comment: "systemd makes the directories below /var/lib, these are the others.",
        blankLine: true,
      }),
      nix.binding(
        ["systemd", "services"],
        nix`
          {
            # Otherwise the directory that the services see is an old one once nscd is started again,
            # and names are no longer resolved through it.
            nscd = lib.mkIf config.services.nscd.enable {
              serviceConfig.RuntimeDirectoryPreserve = lib.mkDefault true;
            };
          }
          // lib.concatMapAttrs (
            name: { instance, unit, configFile, credentials, environment, path, prepare, launch, ... }@service:
            {
              \${unit} = ${emitUnit(service, scope)};
              "prepare-\${unit}" = ${emitPreparation(service, scope)};
            }
          ) services
        `,
        { blankLine: true },
      ),
    ],
  });
}

function emitTmpfiles(service: IrService, scope: Scope): NixExpr {
  const { stateDirectory, directories, identity } = service.model;
  const others = [stateDirectory, ...directories].map(
    ({ path, mode }) => nix`{
      path = ${emitValue(path, scope)};
      mode = ${mode};
    }`,
  );
  return nix`
    lib.mapAttrs' (
      _: { instance, unit, ... }:
      lib.nameValuePair unit (
        lib.listToAttrs (
          map ({ path, mode }: lib.nameValuePair path {
            d = {
              inherit mode;
              user = ${emitValue(identity.user, scope)};
              group = ${emitValue(identity.group, scope)};
            };
          }) (lib.filter ({ path, ... }: !belowVarLib path) ${nix.list(others)})
        )
      )
    ) services
  `;
}

/** What the service is given may be on file systems of their own. */
function emitMounts({ model: { reach } }: IrService, scope: Scope): readonly Binding[] {
  if (reach === undefined) return [];
  const paths = nix.op("++", emitValue(reach.readable, scope), emitValue(reach.writable, scope));
  return [nix.binding(["unitConfig", "RequiresMountsFor"], paths)];
}

/** Who the service runs as, and what it owns. */
function emitAccount(service: IrService, scope: Scope): readonly Binding[] {
  const { identity, stateDirectory, directories } = service.model;
  const paths = [stateDirectory, ...directories].map(({ path }) => emitValue(path, scope));
  return [
    nix.binding(["User"], emitValue(identity.user, scope)),
    nix.binding(["Group"], emitValue(identity.group, scope)),
    nix.binding(
      ["StateDirectory"],
      nix`map (lib.removePrefix "/var/lib/") (lib.filter belowVarLib ${nix.list(paths)})`,
    ),
    nix.binding(["StateDirectoryMode"], nix.str(stateDirectory.mode)),
  ];
}

function emitPreparation(service: IrService, scope: Scope): NixExpr {
  const serviceConfig: readonly Binding[] = [
    ...emitAccount(service, scope),
    ...emitPreparationProcess(),
  ];
  return nix`{
    description = "${service.name} (\${name}), directories";
    inherit environment path;
    enableDefaultPath = false;
    unitConfig.StopWhenUnneeded = true;
    startLimitIntervalSec = 0;
    ${emitMounts(service, scope)}

    serviceConfig = ${nix.attrs(serviceConfig)} // preparationConfinementOf service;
  }`;
}

function emitUnit(service: IrService, scope: Scope): NixExpr {
  const serviceConfig = [
    ...emitAccount(service, scope),
    nix.binding(["WorkingDirectory"], emitValue(service.model.stateDirectory.path, scope)),
    ...emitProcess(service, scope, "system"),
  ];
  return nix`{
    description = "${service.name} (\${name})";
    documentation = [ ${service.documentation} ];
    wantedBy = [ "multi-user.target" ];
    wants = [ "network-online.target" ];
    # What it copies is mounted in the service. Where it fails nothing waits for the service.
    requires = [ "prepare-\${unit}.service" ];
    # nscd makes the directory of its socket when it starts.
    after = [ "network-online.target" "nss-lookup.target" "prepare-\${unit}.service" ];
    inherit environment path;
    # The PATH is what the options say and nothing else.
    enableDefaultPath = false;
    restartTriggers = [ configFile prepare ];
    # Restarts are slowed down instead of given up.
    startLimitIntervalSec = 0;
    ${emitMounts(service, scope)}

    serviceConfig = ${nix.attrs(serviceConfig)} // confinementOf service;
  }`;
}
