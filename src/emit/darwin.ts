// nix-darwin: a launchd daemon per instance, which runs as a hidden user of its own inside a Seatbelt
// sandbox.
//
// https://nix-darwin.github.io/nix-darwin/manual/

import type { Ref } from "../model/expression.ts";
import type { IrService } from "../model/service-model.ts";
import { type Binding, nix } from "../nix/index.ts";
import { includeShell } from "../runtime/assets.ts";
import { scopeOf } from "./emit-expression.ts";
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
import { expectHomeElsewhere } from "./assertions.ts";
import {
  emitForwardProxy,
  emitHasProxy,
  emitProxyJobs,
  emitProxyVariables,
  launchdLog,
  proxyCommand,
  proxyEgress,
  proxyFields,
  proxyJob,
  withProxy,
  withProxyAccount,
  withProxyName,
} from "./forward-proxy.ts";
import type { PlatformParts } from "./module.ts";
import { emitOperatorCommand } from "./operator.ts";
import { emitCreated, emitValue, identityOf, storeConfig } from "./shared.ts";

export function darwinParts(service: IrService): PlatformParts {
  const scope = scopeOf(service, "instance", storeConfig);
  const { model, name } = service;
  const identity = identityOf(service);
  const user = emitValue(identity.user, scope);
  const group = emitValue(identity.group, scope);
  const ids = (
    ...all: readonly (readonly [string, Ref<number> | undefined])[]
  ): readonly Binding[] =>
    all.flatMap(([id, value]) =>
      value === undefined ? [] : [nix.binding([id], nix`lib.mkDefault ${emitValue(value, scope)}`)],
    );
  const logDirectory = `/var/log/${name}`;
  const awaitStop = emitAwaitStop(service, {
    domain: "system",
    label: nix`config.launchd.daemons.\${unit}.serviceConfig.Label`,
    directory: "/Library/LaunchDaemons",
    // The activation script knows the new configuration by this variable.
    next: "$systemConfig/Library/LaunchDaemons",
  });
  const operator = emitOperatorCommand(service, {
    functions: [includeShell("enter-darwin")],
    enter: ["enter_service ", nix`lib.escapeShellArg ${user}`],
    doctor: [includeShell("doctor-darwin")],
    careFunctions: [includeShell("care-darwin")],
    enterCare: [
      "launchd_domain=system\nlaunchd_directory=/Library/LaunchDaemons\nlaunchd_label=",
      nix`lib.escapeShellArg config.launchd.daemons.\${unit}.serviceConfig.Label`,
    ],
    ...proxyEgress(service, ["proxyLog"], launchdLog),
  });

  const proxyLogs = withProxy(service, () => [
    nix`lib.optional isNamed "[ -e \${proxyLog} ] || install -m 0640 /dev/null \${proxyLog}"`,
  ]);

  return {
    platform: "darwin",
    seams: {
      configFile: storeConfig,
      readSecret: readLaunchdSecret("system"),
      readCommandSecret: [includeShell("secrets-files")],
      manage: copyManagedFiles(service, scope),
      beforeLoads: emitEnvironmentFiles(service, scope),
      beforeStart: prepareBeforeStart,
      beforePreparation: emitBeforeLaunchdPreparation(service),
      confine: inSandbox,
      confineCare: inPreparationSandbox,
      environment: emitJobEnvironment(service, scope),
      variables: certificateVariables,
      ownVariables: emitProxyVariables(service, scope),
      definitions: [
        nix.binding(["logFile"], nix`"${logDirectory}/\${unit}/output.log"`),
        emitCertificates(
          service,
          scope,
          nix`
            if config.security.pki.installCACerts then
              "\${config.environment.etc."ssl/certs/ca-certificates.crt".source}"
            else
              "\${pkgs.cacert}/etc/ssl/certs/ca-bundle.crt"
          `,
        ),
        emitSandboxProfile(service, scope),
        ...preparationSandbox(service),
        ...emitForwardProxy(service, scope),
      ],
      exposed: ["logFile", ...proxyFields(service)],
    },
    definitions: [
      nix.binding(["created"], emitCreated(identity, scope), {
        blankLine: true,
        comment: "The instances whose accounts the module makes.",
      }),
      ...emitHasProxy(service),
    ],
    confinement: [emitSeatbelt(service, scope)],
    assertions: [
      expectHomeElsewhere(service, user),
      {
        option: identity.user.path.join("."),
        holds: nix`builtins.match "/Users/[^/]+" (toString (config.users.users.\${${user}}.home or "")) == null`,
        message:
          "this is a person's account, with all their files: choose a name that nobody else has.",
      },
    ],
    config: [
      nix.binding(
        ["users", "knownUsers"],
        withProxyName(service, nix`map (instance: ${user}) created`),
        {
          blankLine: true,
          comment: "nix-darwin creates and removes only accounts in this list.",
        },
      ),
      nix.binding(
        ["users", "knownGroups"],
        withProxyName(service, nix`map (instance: ${group}) created`),
      ),
      nix.binding(
        ["users", "users"],
        withProxyAccount(
          service,
          nix`
          lib.listToAttrs (
            map (
              instance:
              lib.nameValuePair ${user} {
                ${ids(["uid", identity.uid], ["gid", identity.gid])}
                # Programs that act for an account trust the files in its home.
                home = "/var/empty";
                isHidden = true;
                description = ${`${name} service`};
              }
            ) created
          )
        `,
          (account) => nix`{
            ${account.user} = {
              uid = lib.mkDefault ${nix.int(account.id)};
              gid = lib.mkDefault ${nix.int(account.id)};
              home = "/var/empty";
              isHidden = true;
              description = ${`${name}'s forward proxy`};
            };
          }`,
        ),
      ),
      nix.binding(
        ["users", "groups"],
        withProxyAccount(
          service,
          nix`
          lib.listToAttrs (
            map (
              instance:
              lib.nameValuePair ${group} {
                ${ids(["gid", identity.gid])}
                description = ${`${name} service`};
              }
            ) created
          )
        `,
          (account) => nix`{
            ${account.user} = {
              gid = lib.mkDefault ${nix.int(account.id)};
              description = ${`${name}'s forward proxy`};
            };
          }`,
        ),
      ),
      ...(operator === undefined
        ? []
        : [
            nix.binding(["environment", "systemPackages"], nix`[ (${operator}) ]`, {
              blankLine: true,
            }),
          ]),
      nix.binding(
        ["system", "activationScripts", "launchd", "text"],
        nix`
          lib.mkBefore (
            ${includeShell("await-stop")}
            + ${includeShell("own-directory")}
            + lib.concatMapStrings (
              { instance, unit, logFile, ownDirectories, ${withProxy(service, () => ["isNamed", "proxyLog"])}, ... }:
              lib.concatLines (${nix.list([
                nix`"install -d -m 0755 ${logDirectory}"`,
                nix.item(nix`"install -d -m 0750 -g \${${group}} ${logDirectory}/\${unit}"`, {
                  comment: "It belongs to root: launchd opens the files in it as root.",
                }),
                ...["", ".old"].map(
                  (old) =>
                    nix`"[ -e \${logFile}${old} ] || install -m 0640 -o \${${user}} -g \${${group}} /dev/null \${logFile}${old}"`,
                ),
              ])} ++ map (path: "make_own_directory \${lib.escapeShellArgs [ path ${user} ${group} ]} ${model.stateDirectory.mode}") (outermost ownDirectories) ++ ${nix.joined("++", [nix`[ ${nix.str(awaitStop)} ]`, ...proxyLogs])})
            ) (lib.attrValues services)
          )
        `,
        {
          blankLine: true,
          comment: "Runs after the creation of the accounts, and before the start of the daemons.",
        },
      ),
      nix.binding(
        ["launchd", "daemons"],
        nix.joined("//", [
          nix`
          lib.mapAttrs' (
            _: { instance, unit, logFile, environment, path, launch, ... }:
            lib.nameValuePair unit {
              # nix-darwin runs this once the volume of the store is mounted.
              command = "\${launch}";
              environment = ${emitJobEnvironment(service, scope)};
              serviceConfig = {
                UserName = ${user};
                GroupName = ${group};
                ${emitJob(service, scope)}
              };
            }
          ) services
          `,
          ...emitProxyJobs(
            service,
            ({ account }) => nix`{
              command = lib.escapeShellArgs (${proxyCommand});
              serviceConfig = {
                UserName = ${account.user};
                GroupName = ${account.user};
                ${proxyJob}
              };
            }`,
          ),
        ]),
        { blankLine: true },
      ),
    ],
  };
}
