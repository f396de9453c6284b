// home-manager: a confined systemd user service on Linux, a sandboxed launchd agent on macOS. The
// service is the user's own, so confinement is all that stands between it and the home directory.
//
// https://nix-community.github.io/home-manager/options.xhtml#opt-systemd.user.services
// https://www.freedesktop.org/software/systemd/man/latest/user@.service.html

import type { IrService } from "../model/service-model.ts";
import { nix, type NixExpr } from "../nix/index.ts";
import { includeShell } from "../runtime/assets.ts";
import {
  emitApplicationAssertions,
  emitApplicationDefaults,
  emitApplicationPackages,
} from "./application.ts";
import { type Scope, scopeOf } from "./emit-expression.ts";
import {
  certificateVariables,
  copyManagedFiles,
  emitAwaitStop,
  emitBeforeLaunchdPreparation,
  emitBeforeLaunchdStart,
  emitCertificates,
  emitJob,
  emitJobEnvironment,
  emitSandboxProfile,
  emitSeatbelt,
  readLaunchdSecret,
  inSandbox,
  preparationSandbox,
} from "./launchd.ts";
import type { PlatformParts } from "./module.ts";
import { emitOperatorCommand } from "./operator.ts";
import { emitValue, ofConfig, storeConfig } from "./service.ts";
import {
  commandCredentialProperties,
  confinementProperties,
  emitConfinement,
  emitPreparationProcess,
  emitProcess,
  expectManagedFiles,
  mountManagedFiles,
  preparationConfinement,
  readSystemdSecret,
  unitEnvironment,
} from "./systemd.ts";

export function homeManagerParts(service: IrService): PlatformParts {
  const scope = scopeOf(service, "instance", storeConfig);
  const { model, name } = service;
  // Only what is in the domain of a session at the screen is found again after a restart of the machine.
  const domain = '"gui/$UID"';
  const logs = `/Library/Logs/${name}`;
  const awaitStop = emitAwaitStop(service, {
    domain,
    label: nix`config.launchd.agents.\${unit}.config.Label`,
    directory: "$HOME/Library/LaunchAgents",
    next: "$newGenPath/LaunchAgents",
  });
  const operator = emitOperatorCommand(service, {
    functions: [
      nix`
        if isDarwin then
          ${includeShell("enter-darwin")}
        else
          "systemd_run=\${lib.getExe' pkgs.systemd "systemd-run"}\n"
          + "setpriv=\${lib.getExe' pkgs.util-linux "setpriv"}\n"
          + ${includeShell("enter-systemd")}
      `,
    ],
    enter: [
      nix`
        if isDarwin then
          "enter_service \"$(id -un)\""
        else
          "enter_user_service \${${confinementProperties}}\nwith_credentials \${${commandCredentialProperties}}"
      `,
    ],
  });

  const packages = [
    operator === undefined ? undefined : nix`[ (${operator}) ]`,
    emitApplicationPackages(service),
  ].filter((list) => list !== undefined);

  return {
    platform: "home-manager",
    seams: {
      configFile: storeConfig,
      readSecret: [
        nix`
          if isDarwin then
            ${nix.str(readLaunchdSecret(domain))}
          else
            ${nix.str(readSystemdSecret)}
        `,
      ],
      ownSecret: [nix`lib.optionalString (!isDarwin) (${includeShell("own-secret")})`],
      readCommandSecret: [
        nix`if isDarwin then ${includeShell("secrets-files")} else ${nix.str(readSystemdSecret)}`,
      ],
      manage: [
        nix`
          if isDarwin then
            ${nix.str(copyManagedFiles(service, scope))}
          else
            ${nix.str(mountManagedFiles)}
        `,
      ],
      beforeStart: nix`
        if isDarwin then ${emitBeforeLaunchdStart(service, scope)} else ${expectManagedFiles}
      `,
      beforePreparation: [
        nix`lib.optionalString isDarwin ${nix.str(emitBeforeLaunchdPreparation(service))}`,
      ],
      confine: nix`lib.optionals isDarwin ${inSandbox}`,
      environment: nix`if isDarwin then ${emitJobEnvironment(service, scope)} else ${unitEnvironment}`,
      variables: nix`lib.optionalAttrs isDarwin ${certificateVariables}`,
      definitions: [
        nix.binding(["logFile"], nix`"\${config.home.homeDirectory}${logs}/\${unit}.log"`),
        emitCertificates(service, scope, nix`"\${pkgs.cacert}/etc/ssl/certs/ca-bundle.crt"`),
        emitSandboxProfile(service, scope),
        ...preparationSandbox,
      ],
      exposed: ["logFile"],
    },
    definitions: [
      nix.binding(["logDirectory"], nix`"\${config.home.homeDirectory}${logs}"`, {
        blankLine: true,
      }),
    ],
    confinement: [
      emitConfinement(service, scope, "user"),
      preparationConfinement,
      emitSeatbelt(service, scope),
    ],
    assertions: [],
    moduleAssertions: emitApplicationAssertions(service),
    config: [
      ...(packages.length === 0
        ? []
        : [nix.binding(["home", "packages"], nix.joined("++", packages), { blankLine: true })]),
      ...emitApplicationDefaults(service),
      nix.binding(
        ["home", "activation", `${name}Directories`],
        nix`
          lib.hm.dag.entryBetween [ "reloadSystemd" "setupLaunchAgents" ] [ "writeBoundary" ] (
            lib.optionalString isDarwin "run mkdir -p \${lib.escapeShellArg logDirectory}\n"
            + lib.concatMapStrings (path: "run mkdir -p -m ${model.stateDirectory.mode} \${lib.escapeShellArg path}\n") (
              lib.concatMap (service: service.ownDirectories) (lib.attrValues services)
            )
            + lib.optionalString isDarwin (
              ${includeShell("await-stop")}
              + lib.concatMapStrings (
                { unit, ... }: ${nix.str(["[[ -v DRY_RUN ]] || { ", ...awaitStop, "; }\n"])}
              ) (lib.attrValues services)
              + ${nix.indented([
                `if ! "$launchctl" print ${domain} > /dev/null 2>&1; then\n`,
                `  warnEcho "${name} starts when $USER logs in at the screen. Where nobody does, it is for the module of nix-darwin."\n`,
                "fi\n",
              ])}
            )
          )
        `,
        {
          blankLine: true,
          comment: "Before the service starts: it sees nothing of the home but these.",
        },
      ),
      nix.binding(
        ["systemd", "user", "services"],
        nix`
          lib.mkIf (!isDarwin) (
            lib.concatMapAttrs (
              name: { instance, unit, ${ofConfig(service, "configFile")}, credentials, environment, path, prepare, launch, ... }@service:
              {
                \${unit} = ${emitUnit(service, scope)};
                "prepare-\${unit}" = ${emitPreparation(service)};
              }
            ) services
          )
        `,
        { blankLine: true },
      ),
      nix.binding(
        ["launchd", "agents"],
        nix`
          lib.mkIf isDarwin (
            lib.mapAttrs' (
              _: { instance, unit, logFile, environment, path, launch, ... }:
              lib.nameValuePair unit {
                enable = true;
                config = {
                  ProgramArguments = [ "\${launch}" ];
                  EnvironmentVariables = ${emitJobEnvironment(service, scope)};
                  ${emitJob(service, scope)}
                };
              }
            ) services
          )
        `,
        { blankLine: true },
      ),
    ],
  };
}

/** `Environment=`, one line per variable. */
const environmentBinding = nix.binding(
  ["Environment"],
  nix`
    lib.mapAttrsToList (
      variable: value: "\"\${variable}=\${escapeEnvironment value}\""
    ) (environment // { PATH = lib.makeBinPath path; })
  `,
);

function emitPreparation(service: IrService): NixExpr {
  return nix`{
    Unit = {
      Description = "${service.name} (\${name}), copies of managed files";
      StopWhenUnneeded = true;
      StartLimitIntervalSec = 0;
    };

    Service = {
      # Of the service's own variables it needs none, and they may name files of the service's.
      Environment = "PATH=\${lib.makeBinPath path}";
      ${emitPreparationProcess()}
    }
    // preparationConfinementOf service;
  }`;
}

function emitUnit(service: IrService, scope: Scope): NixExpr {
  return nix`{
    Unit = {
      Description = "${service.name} (\${name})";
      Documentation = ${service.documentation};
      # What it copies is mounted in the service. Where it fails nothing waits for the service.
      Requires = [ "prepare-\${unit}.service" ];
      After = [ "prepare-\${unit}.service" ];
      # Restarts are slowed down instead of given up.
      StartLimitIntervalSec = 0;
      X-Restart-Triggers = [ ${ofConfig(service, "configFile").map((name) => nix`"\${${nix.id(name)}}"`)} "\${prepare}" ];
    };

    Install.WantedBy = [ "default.target" ];

    Service = {
      ${nix.binding(["WorkingDirectory"], emitValue(service.model.stateDirectory.path, scope))}
      ${environmentBinding}
      ${emitProcess(service, scope, "user")}
    }
    // confinementOf service;
  }`;
}
