// NixOS: one hardened systemd system service per instance, with its user, its configuration file
// below /etc and the operator's command.
//
// https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html
// https://nixos.org/manual/nixos/stable/#sec-writing-modules

import type { ConfinementRule, IrService } from "../ir/model.ts";
import type { DirectiveValue } from "../ir/systemd.ts";
import { type Binding, nix, type NixExpr } from "../nix/index.ts";
import { includeShell } from "../shell/files.ts";
import { scopeOf, type Scope } from "./expression.ts";
import { emitModule } from "./module.ts";
import { emitOperatorCommand } from "./operator.ts";
import { emitValue } from "./service.ts";
import { wrapComment } from "./wrap.ts";

/** What systemd puts in place of a credential whose file does not exist. */
const missingCredential = "missing-credential-file";

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

  return emitModule(service, "nixos", {
    readSecret: [`missing_credential=${missingCredential}\n`, includeShell("secrets-systemd")],
    definitions: [
      nix.binding(
        ["created"],
        nix`lib.filter (instance: ${emitValue(model.identity.create, scope)}) (lib.attrValues instances)`,
        { blankLine: true, comment: "The instances whose accounts the module makes." },
      ),
      nix.binding(["belowVarLib"], nix`path: lib.hasPrefix "/var/lib/" path`, { blankLine: true }),
      nix.binding(["escapeSpecifiers"], nix`lib.replaceStrings [ "%" ] [ "%%" ]`, {
        comment: "systemd expands specifiers in paths: a percent sign is written twice.",
        blankLine: true,
      }),
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
            "A regular file, because the gateway follows no links: its group reads it, root owns it.",
          blankLine: true,
        },
      ),
      nix.binding(["environment", "systemPackages"], nix`[ (${emitOperatorCommand(service)}) ]`, {
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
          lib.mapAttrs' (
            name: { instance, unit, settings, configFile, credentials, environment, path, prepare, launch, ... }:
            lib.nameValuePair unit ${emitUnit(service, scope)}
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

function emitUnit(service: IrService, scope: Scope): NixExpr {
  const { model } = service;
  const { restart } = model;
  const stateDir = emitValue(model.stateDirectory.path, scope);
  const directories = [model.stateDirectory, ...model.directories].map(({ path }) =>
    emitValue(path, scope),
  );
  const serviceConfig: readonly Binding[] = [
    nix.binding(["Type"], nix`"exec"`),
    nix.binding(["ExecStartPre"], nix`prepare`),
    nix.binding(["ExecStart"], nix`launch`),
    nix.binding(["User"], emitValue(model.identity.user, scope)),
    nix.binding(["Group"], emitValue(model.identity.group, scope)),
    nix.binding(["WorkingDirectory"], stateDir),
    nix.binding(
      ["StateDirectory"],
      nix`map (lib.removePrefix "/var/lib/") (lib.filter belowVarLib ${nix.list(directories)})`,
    ),
    nix.binding(["StateDirectoryMode"], nix.str(model.stateDirectory.mode)),
    nix.binding(["EnvironmentFile"], emitValue(model.extra.files, scope)),

    nix.binding(
      ["LoadCredential"],
      nix`map (credential: "\${credential.variable}:\${escapeSpecifiers credential.file}") credentials`,
      { blankLine: true, comment: "Read by systemd, so that only root needs to be able to." },
    ),
    nix.binding(
      ["SetCredential"],
      nix`map (credential: "\${credential.variable}:${missingCredential}") credentials`,
      {
        comment:
          "In place of a file that does not exist, so that the launcher can name the option at fault.",
      },
    ),

    nix.binding(["Restart"], nix`"always"`, {
      blankLine: true,
      comment: "It exits with 0 to be started anew, and a service that is enabled should run.",
    }),
    nix.binding(["RestartSec"], nix.int(restart.delay)),
    nix.binding(["RestartSteps"], nix.int(restart.steps)),
    nix.binding(["RestartMaxDelaySec"], nix.int(restart.maxDelay)),
    nix.binding(
      ["RestartPreventExitStatus"],
      nix.str([...restart.finalExitCodes, credentialsExitCode].join(" ")),
      { comment: "A wrong configuration or credential does not mend itself." },
    ),
    nix.binding(["SuccessExitStatus"], nix.str(restart.successExitCodes.join(" "))),
    nix.binding(["KillMode"], nix`"mixed"`),
    nix.binding(["TimeoutStopSec"], nix.int(restart.stopTimeout), {
      comment: wrapComment(restart.stopTimeoutReason),
    }),
    ...model.confinement.flatMap((rule) => emitRule(rule, scope)),
  ];
  return nix`{
    description = "${service.name} (\${name})";
    documentation = [ ${service.documentation} ];
    wantedBy = [ "multi-user.target" ];
    wants = [ "network-online.target" ];
    after = [ "network-online.target" ];
    inherit environment path;
    # The PATH is what the options say and nothing else.
    enableDefaultPath = false;
    restartTriggers = [ configFile ];
    # Restarts are slowed down instead of given up.
    startLimitIntervalSec = 0;

    serviceConfig = ${nix.attrs(serviceConfig)};
  }`;
}

/** EXIT_CREDENTIALS of systemd.exec(5): a credential could not be set up. */
const credentialsExitCode = 243;

function emitRule(rule: ConfinementRule, scope: Scope): readonly Binding[] {
  return Object.entries(rule.directives).map(([directive, value], index) =>
    nix.binding([directive], emitDirective(value, scope), {
      blankLine: index === 0,
      comment: index === 0 ? wrapComment(rule.why) : undefined,
    }),
  );
}

function emitDirective(value: DirectiveValue, scope: Scope): NixExpr {
  return Array.isArray(value)
    ? nix.list(value.map((element) => emitValue(element, scope)))
    : emitValue(value, scope);
}
