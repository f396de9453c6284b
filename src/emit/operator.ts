// The operator's command: the program's own command line with the service's environment, run as
// and confined like the service, so that it sees the service's state and nothing else. Two parts: one runs
// as the operator and looks at nothing the service can write; the other, `command` of an instance, runs as
// the service.

import type { IrService } from "../model/service-model.ts";
import { nix, type NixExpr } from "../nix/index.ts";
import { includeShell } from "../runtime/assets.ts";
import type { ShellText } from "./service.ts";

export interface OperatorSeams {
  /** Defines what `enter` calls and `start SCRIPT ARGUMENT...`. */
  readonly functions: ShellText;
  /** Says how to run a program as the service; `service` and `instance` are in scope. */
  readonly enter: ShellText;
}

/**
 * A package with the command, where the service has one. The shell heeds neither functions nor options that the operator's
 * environment has for it, and the package comes before one that has a command of the same name, as the
 * program's own may: that would run as the operator, outside of the sandbox.
 */
export function emitOperatorCommand(service: IrService, seams: OperatorSeams): NixExpr | undefined {
  const { command } = service.model;
  if (command === undefined) return undefined;
  const variant = service.variants === undefined ? [] : ["variant"];
  const oneCase = nix.indented([
    nix`lib.escapeShellArg name`,
    ")\nunit=",
    nix`lib.escapeShellArg unit`,
    "\n",
    ...seams.enter,
    "\nstart ",
    nix`command`,
    ' "$@"\n;;\n',
  ]);
  const text = nix.indented([
    "#!",
    nix`pkgs.runtimeShell`,
    " -p\nset -euo pipefail\n\nPATH=",
    nix`lib.makeBinPath [ pkgs.coreutils pkgs.gnused ]`,
    `\ncommand_name=${command.name}\ninstances=(`,
    nix`lib.escapeShellArgs (lib.attrNames services)`,
    `)\noptions=(${shellWords(command.options ?? [])})\n`,
    `interactive=(${shellWords(command.interactive ?? [])})\n\n`,
    ...seams.functions,
    "\n",
    includeShell("operator"),
    "\ncase $instance in\n",
    nix`
      lib.concatStrings (
        lib.mapAttrsToList (
          name: { instance, unit, ${variant}, command, commandCredentials, ... }@service: ${oneCase}
        ) services
      )
    `,
    '*)\nrefuse "there is no instance called $instance"\n;;\nesac\n',
  ]);
  return nix`
    lib.hiPrio (
      pkgs.writeTextFile {
        name = ${command.name};
        text = ${text};
        executable = true;
        destination = ${`/bin/${command.name}`};
        checkPhase = "\${pkgs.stdenv.shellDryRun} \"$target\"";
        meta.mainProgram = ${command.name};
      }
    )
  `;
}

function shellWords(words: readonly string[]): string {
  return words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
}
