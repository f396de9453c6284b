// The operator's command: the program's own command line in the service's environment. It runs as the service
// and is confined like it, so it sees the service's state and nothing else. It has two parts: one runs as the
// operator and opens nothing that the service can write; the other, `command` of an instance, runs as the service.

import type { IrService, NamedHosts } from "../model/service-model.ts";
import { nix, type NixExpr } from "../nix/index.ts";
import { includeShell } from "../runtime/assets.ts";
import type { ShellText } from "./service.ts";

export interface OperatorSeams {
  /** Defines the functions that `enter` calls, and `start SCRIPT ARGUMENT...`. */
  readonly functions: ShellText;
  /** Tells `start` how to run a program as the service; `service` and `instance` are in scope. */
  readonly enter: ShellText;
}

/**
 * A package with the command, if the service has one. Its shell ignores functions and options in the operator's
 * environment (`-p`). Its priority is higher than that of another package with the same command, such as the
 * program's own, which would run as the operator, outside of the sandbox.
 */
export function emitOperatorCommand(service: IrService, seams: OperatorSeams): NixExpr | undefined {
  const { command, hosts } = service.model;
  if (command === undefined) return undefined;
  const variant = service.variants === undefined ? [] : ["variant"];
  const oneCase = nix.indented([
    nix`lib.escapeShellArg name`,
    ")\nunit=",
    nix`lib.escapeShellArg unit`,
    "\n",
    ...seams.enter,
    ...(hosts === undefined ? [] : emitShowEgress(hosts)),
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
    ...(hosts === undefined ? [] : [includeShell("egress"), "\n"]),
    includeShell("operator"),
    "\ncase $instance in\n",
    nix`
      lib.concatStrings (
        lib.mapAttrsToList (
          name: { instance, unit, ${variant}, command, commandCredentials, ${hosts === undefined ? [] : ["isNamed", "hosts", "prefix"]}, ... }@service: ${oneCase}
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

/** The command's own `egress`, which shows the hosts that the service reaches. */
function emitShowEgress({ option }: NamedHosts): ShellText {
  return [
    '\nif is_egress "$@"; then\nshow_egress ',
    nix`
      lib.escapeShellArgs (
        [ "\${prefix}.${option.path.join(".")}" ]
        ++ map (host: "\${host.name}:\${toString host.port}=\${host.unit}") hosts
      )
    `,
    "\nexit\nfi",
  ];
}

function shellWords(words: readonly string[]): string {
  return words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
}
