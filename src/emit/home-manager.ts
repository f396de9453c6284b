// home-manager: a confined systemd user service on Linux, a sandboxed launchd agent on macOS. The
// service is the user's own, so confinement is all that stands between it and the home directory.
//
// https://nix-community.github.io/home-manager/options.xhtml#opt-systemd.user.services
// https://www.freedesktop.org/software/systemd/man/latest/user@.service.html

import type { IrService } from "../ir/model.ts";
import { nix, type NixExpr } from "../nix/index.ts";
import { includeShell } from "../shell/files.ts";
import { type Scope, scopeOf } from "./expression.ts";
import { emitModule } from "./module.ts";
import { emitOperatorCommand } from "./operator.ts";
import { emitValue } from "./service.ts";
import {
  confinementProperties,
  emitConfinement,
  emitProcess,
  escapeSpecifiers,
  readSystemdSecret,
} from "./systemd.ts";

export function emitHomeManagerModule(service: IrService): NixExpr {
  const scope = scopeOf(service, "instance", storeConfig);
  const { model } = service;
  const operator = emitOperatorCommand(service, {
    functions: [
      "systemd_run=",
      nix`lib.getExe' pkgs.systemd "systemd-run"`,
      "\n",
      includeShell("enter-systemd"),
    ],
    enter: ["enter_user_service ", confinementProperties],
  });
  const directories = [model.stateDirectory, ...model.directories].map(
    ({ path, mode }) =>
      nix`"run mkdir -p -m ${mode} \${lib.escapeShellArg ${emitValue(path, scope)}}"`,
  );

  return emitModule(service, "home-manager", {
    seams: {
      configFile: storeConfig,
      readSecret: readSystemdSecret,
      beforeStart: [],
      wrapper: [],
      definitions: [],
    },
    definitions: [
      escapeSpecifiers,
      nix.binding(
        ["escapeEnvironment"],
        nix`value: lib.replaceStrings [ "\\" "\"" "%" "\n" ] [ "\\\\" "\\\"" "%%" "\\n" ] value`,
        { comment: "A value of Environment=, inside double quotes.", blankLine: true },
      ),
      emitConfinement(service, scope, "user"),
    ],
    assertions: [],
    config: [
      nix.binding(["home", "packages"], nix`[ (${operator}) ]`, { blankLine: true }),
      nix.binding(
        ["home", "activation", `${service.name}Directories`],
        nix`
          lib.hm.dag.entryAfter [ "writeBoundary" ] (
            lib.concatMapStringsSep "\n" ({ instance, ... }: lib.concatStringsSep "\n" ${nix.list(directories)}) (lib.attrValues services)
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
          lib.mapAttrs' (
            name: { instance, unit, configFile, credentials, environment, path, prepare, launch, ... }@service:
            lib.nameValuePair unit ${emitUnit(service, scope)}
          ) services
        `,
        { blankLine: true },
      ),
    ],
  });
}

/** The store path itself: a regular file that nobody can replace. */
const storeConfig = nix`"\${configFile}"`;

function emitUnit(service: IrService, scope: Scope): NixExpr {
  const stateDir = emitValue(service.model.stateDirectory.path, scope);
  return nix`{
    Unit = {
      Description = "${service.name} (\${name})";
      Documentation = ${service.documentation};
      # Restarts are slowed down instead of given up.
      StartLimitIntervalSec = 0;
      X-Restart-Triggers = [ "\${configFile}" ];
    };

    Install.WantedBy = [ "default.target" ];

    Service = {
      WorkingDirectory = ${stateDir};
      Environment = lib.mapAttrsToList (
        variable: value: "\"\${variable}=\${escapeEnvironment value}\""
      ) (environment // { PATH = lib.makeBinPath path; });
      ${emitProcess(service, scope)}
    }
    // confinementOf service;
  }`;
}
