// nix-darwin: a launchd daemon per instance, run as a hidden user of its own inside a Seatbelt
// sandbox.
//
// https://nix-darwin.github.io/nix-darwin/manual/

import type { IrService } from "../ir/model.ts";
import { nix } from "../nix/index.ts";
import { includeShell } from "../shell/files.ts";
import { scopeOf } from "./expression.ts";
import {
  emitBeforeLaunchdStart,
  emitJob,
  emitJobEnvironment,
  emitSandboxProfile,
  readLaunchdSecret,
  inSandbox,
} from "./launchd.ts";
import { emitModule } from "./module.ts";
import { emitOperatorCommand } from "./operator.ts";
import { emitValue, storeConfig } from "./service.ts";

export function emitDarwinModule(service: IrService): ReturnType<typeof emitModule> {
  const scope = scopeOf(service, "instance", storeConfig);
  const { model, name } = service;
  const { identity } = model;
  const user = emitValue(identity.user, scope);
  const group = emitValue(identity.group, scope);
  const logDirectory = `/var/log/${name}`;
  const log = nix`"${logDirectory}/\${unit}/output.log"`;
  const owned = [model.stateDirectory, ...model.directories].map(
    ({ path, mode }) =>
      nix`"install -d -m ${mode} -o \${${user}} -g \${${group}} \${lib.escapeShellArg ${emitValue(path, scope)}}"`,
  );
  const operator = emitOperatorCommand(service, {
    functions: [includeShell("enter-darwin")],
    enter: ["enter_service ", nix`lib.escapeShellArgs [ ${user} "\${sandboxProfile}" ]`],
    needs: ["sandboxProfile"],
  });

  return emitModule(service, "darwin", {
    seams: {
      configFile: storeConfig,
      readSecret: readLaunchdSecret,
      beforeStart: emitBeforeLaunchdStart(service, scope),
      confine: inSandbox,
      definitions: [emitSandboxProfile(service, scope)],
    },
    definitions: [
      nix.binding(
        ["created"],
        nix`lib.filter (instance: ${emitValue(identity.create, scope)}) (lib.attrValues instances)`,
        { blankLine: true, comment: "The instances whose accounts the module makes." },
      ),
    ],
    assertions: [],
    config: [
      nix.binding(["users", "knownUsers"], nix`map (instance: ${user}) created`, {
        blankLine: true,
        comment: "nix-darwin creates and removes only accounts that are known to it.",
      }),
      nix.binding(["users", "knownGroups"], nix`map (instance: ${group}) created`),
      nix.binding(
        ["users", "users"],
        nix`
          lib.listToAttrs (
            map (
              instance:
              lib.nameValuePair ${user} {
                uid = lib.mkDefault ${emitValue(identity.uid, scope)};
                gid = lib.mkDefault ${emitValue(identity.gid, scope)};
                home = ${emitValue(model.stateDirectory.path, scope)};
                isHidden = true;
                description = ${`${name} service`};
              }
            ) created
          )
        `,
      ),
      nix.binding(
        ["users", "groups"],
        nix`
          lib.listToAttrs (
            map (
              instance:
              lib.nameValuePair ${group} {
                gid = lib.mkDefault ${emitValue(identity.gid, scope)};
                description = ${`${name} service`};
              }
            ) created
          )
        `,
      ),
      nix.binding(["environment", "systemPackages"], nix`[ (${operator}) ]`, { blankLine: true }),
      nix.binding(
        ["environment", "etc", `newsyslog.d/${name}.conf`, "text"],
        nix`
          lib.concatMapStrings (
            { instance, unit, ... }: "${logDirectory}/\${unit}/output.log \${${user}}:\${${group}} 640 7 10240 * NJ\n"
          ) (lib.attrValues services)
        `,
        {
          blankLine: true,
          comment: "newsyslog.conf(5): seven compressed logs of at most 10 MB.",
        },
      ),
      nix.binding(
        ["system", "activationScripts", "launchd", "text"],
        nix`
          lib.mkBefore (
            lib.concatMapStrings (
              { instance, unit, ... }:
              lib.concatLines ${nix.list([
                nix`"install -d -m 0755 ${logDirectory}"`,
                nix.item(nix`"install -d -m 0750 -g \${${group}} ${logDirectory}/\${unit}"`, {
                  comment:
                    "Not the service's own: root rotates the logs, and follows what it finds there.",
                }),
                nix`"[ -e ${log} ] || install -m 0640 -o \${${user}} -g \${${group}} /dev/null ${log}"`,
                ...owned,
              ])}
            ) (lib.attrValues services)
          )
        `,
        {
          blankLine: true,
          comment: "Between the creation of the accounts and the start of the daemons.",
        },
      ),
      nix.binding(
        ["launchd", "daemons"],
        nix`
          lib.mapAttrs' (
            _: { instance, unit, environment, path, launch, ... }:
            lib.nameValuePair unit {
              # Waits for the volume of the store.
              command = "\${launch}";
              environment = ${emitJobEnvironment(service, scope)};
              serviceConfig = {
                UserName = ${user};
                GroupName = ${group};
                ${emitJob(service, scope, log)}
              };
            }
          ) services
        `,
        { blankLine: true },
      ),
    ],
  });
}
