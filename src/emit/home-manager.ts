// home-manager: a confined systemd user service on Linux, a sandboxed launchd agent on macOS. The
// service runs as the user, so only its confinement protects the home directory.
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
  emitForwardProxy,
  emitProxyJobs,
  commandRelays,
  emitProxyVariables,
  emitUserNetwork,
  launchdLog,
  launcherRelays,
  proxyCommand,
  proxyEgress,
  proxyFields,
  proxyJob,
  relayFunctions,
  withProxy,
} from "./forward-proxy.ts";
import {
  certificateVariables,
  copyManagedFiles,
  emitAwaitStop,
  emitBeforeLaunchdPreparation,
  emitEnvironmentFiles,
  prepareBeforeStart,
  emitCertificates,
  emitJob,
  emitJobEnvironment,
  emitSandboxProfile,
  emitSeatbelt,
  readLaunchdSecret,
  inPreparationSandbox,
  inSandbox,
  preparationSandbox,
} from "./launchd.ts";
import type { PlatformParts } from "./module.ts";
import { doctorOnSystemd } from "./doctor.ts";
import { emitOperatorCommand } from "./operator.ts";
import { emitSandboxChecks } from "./sandbox-checks.ts";
import { emitValue, loadedOf, ofConfig, storeConfig } from "./shared.ts";
import {
  commandCredentialProperties,
  careProperties,
  confinementProperties,
  emitCareConfinement,
  emitConfinement,
  emitPreparationProcess,
  emitProcess,
  expectManagedFiles,
  expectManagerVariables,
  mountManagedFiles,
  preparationConfinement,
  readSystemdSecret,
  unitEnvironment,
} from "./systemd.ts";

export function homeManagerParts(service: IrService): PlatformParts {
  const scope = scopeOf(service, "instance", storeConfig);
  const { model, name } = service;
  // After a restart of the machine, launchd finds only agents in the domain of a session at the screen.
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
      ...withProxy(service, () => [
        nix`
          lib.optionalString (!isDarwin && isNamed) "\nbeside_network \${lib.escapeShellArgs userNetwork.wanted}"
        `,
      ]),
    ],
    doctor: [
      nix`if isDarwin then ${includeShell("doctor-darwin")} else ${nix.indented(doctorOnSystemd(service))}`,
    ],
    careFunctions: [
      nix`if isDarwin then ${includeShell("care-darwin")} else ${includeShell("care-systemd")}`,
    ],
    enterCare: [
      nix`
        if isDarwin then
          ${nix.str([`launchd_domain=${domain}\nlaunchd_directory=$HOME/Library/LaunchAgents\nlaunchd_label=`, nix`lib.escapeShellArg config.launchd.agents.\${unit}.config.Label`])}
        else
          "care_properties=(\${${careProperties}})"
      `,
    ],
    ...proxyEgress(
      service,
      ["proxyLog", "userNetwork"],
      [
        nix`
        if isDarwin then
          ${nix.str(launchdLog)}
        else
          "\${lib.getExe' pkgs.systemd "journalctl"} --user --boot --quiet --unit \${unit}-proxy --output cat --lines 10000"
      `,
      ],
    ),
  });

  const packages = [
    operator === undefined ? undefined : nix`[ (${operator}) ]`,
    emitApplicationPackages(service),
  ].filter((list) => list !== undefined);

  const sandboxChecks = emitSandboxChecks(service, scope, "user");
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
      expectations: [
        ...(sandboxChecks.length === 0 ? [] : [nix`lib.optionalString (!isDarwin) sandboxChecks`]),
        ...relayFunctions(service),
      ],
      ...commandRelays(service),
      beforeLoads: nix`
        if isDarwin then
          ${emitEnvironmentFiles(service, scope)}
        else
          ${nix.joined("++", [expectManagerVariables(service), ...launcherRelays(service)])}
      `,
      beforeStart: nix`
        if isDarwin then ${prepareBeforeStart} else ${expectManagedFiles}
      `,
      beforePreparation: [
        nix`lib.optionalString isDarwin ${nix.str(emitBeforeLaunchdPreparation(service))}`,
      ],
      confine: nix`lib.optionals isDarwin ${inSandbox}`,
      confineCare: nix`lib.optionals isDarwin ${inPreparationSandbox}`,
      environment: nix`if isDarwin then ${emitJobEnvironment(service, scope)} else ${unitEnvironment}`,
      variables: nix`lib.optionalAttrs isDarwin ${certificateVariables}`,
      ownVariables: emitProxyVariables(service, scope),
      definitions: [
        nix.binding(["logFile"], nix`"\${config.home.homeDirectory}${logs}/\${unit}.log"`),
        emitCertificates(service, scope, nix`"\${pkgs.cacert}/etc/ssl/certs/ca-bundle.crt"`),
        emitSandboxProfile(service, scope),
        ...preparationSandbox(service),
        ...emitForwardProxy(service, scope),
        ...emitUserNetwork(service, scope),
        ...sandboxChecks,
      ],
      exposed: ["logFile", ...proxyFields(service), ...withProxy(service, () => ["userNetwork"])],
    },
    definitions: [
      nix.binding(["logDirectory"], nix`"\${config.home.homeDirectory}${logs}"`, {
        blankLine: true,
      }),
    ],
    confinement: [
      emitConfinement(service, scope, "user"),
      preparationConfinement,
      ...emitCareConfinement(service),
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
                `  warnEcho "${name} starts when $USER logs in at the screen. For a machine where nobody does, use the module of nix-darwin."\n`,
                "fi\n",
              ])}
            )
          )
        `,
        {
          blankLine: true,
          comment:
            "The directories must exist before the service starts: it sees nothing else of the home.",
        },
      ),
      nix.binding(
        ["systemd", "user", "services"],
        nix`
          lib.mkIf (!isDarwin) (
            lib.concatMapAttrs (
              name: { instance, unit, ${ofConfig(service, "configFile")}, ${loadedOf(service)}, environment, path, prepare, launch, ${withProxy(service, () => ["isNamed", "userNetwork"])}, ... }@service:
              ${nix.joined("//", [
                nix`{
                \${unit} = ${emitUnit(service, scope)};
                "prepare-\${unit}" = ${emitPreparation(service)};
              }`,
                ...withProxy(service, () => [nix`lib.optionalAttrs isNamed userNetwork.services`]),
              ])}
            ) services
          )
        `,
        { blankLine: true },
      ),
      ...withProxy(service, () => [
        nix.binding(
          ["systemd", "user", "sockets"],
          nix`
            lib.mkIf (!isDarwin) (
              lib.concatMapAttrs (
                _: { isNamed, userNetwork, ... }: lib.optionalAttrs isNamed userNetwork.sockets
              ) services
            )
          `,
        ),
      ]),
      nix.binding(
        ["launchd", "agents"],
        nix`
          lib.mkIf isDarwin (${nix.joined("//", [
            nix`
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
            `,
            ...emitProxyJobs(
              service,
              () => nix`{
                enable = true;
                config = {
                  ProgramArguments = ${proxyCommand};
                  ${proxyJob}
                };
              }`,
            ),
          ])})
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
      # It needs none of the service's variables, and these may name files that the service can write.
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
      # The preparation makes the copies that are mounted in the service. If it fails, nothing waits for the service.
      Requires = ${withRequired(service)};
      After = ${withRequired(service)};
      # systemd slows restarts down, and never gives up.
      StartLimitIntervalSec = 0;
      X-Restart-Triggers = [ ${ofConfig(service, "configFile").map((name) => nix`"\${${nix.id(name)}}"`)} "\${prepare}" ];
    };

    Install.WantedBy = [ "default.target" ];

    Service = {
      ${nix.binding(["WorkingDirectory"], emitValue(service.model.stateDirectory.path, scope))}
      ${environmentBinding}
      ${emitProcess(service, scope, "user")}
    }
    // ${nix.joined("//", [
      ...withProxy(service, () => [nix`lib.optionalAttrs isNamed userNetwork.serviceConfig`]),
      nix`confinementOf service`,
    ])};
  }`;
}

/** The units that the service requires. */
function withRequired(service: IrService): NixExpr {
  return nix.joined("++", [
    nix`[ "prepare-\${unit}.service" ]`,
    ...withProxy(service, () => [nix`lib.optionals isNamed userNetwork.required`]),
  ]);
}
