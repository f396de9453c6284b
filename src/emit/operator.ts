// The operator's command: the program's own command line with the service's environment, run as
// and confined like the service, so that it sees the service's state and nothing else.

import type { IrService } from "../ir/model.ts";
import { nix, type NixExpr } from "../nix/index.ts";
import { includeShell } from "../shell/files.ts";
import { scopeOf } from "./expression.ts";
import { emitValue, type ShellText } from "./service.ts";

export interface OperatorSeams {
  /** Defines what `enter` calls and `start DIRECTORY PROGRAM ARGUMENT...`. */
  readonly functions: ShellText;
  /** Prepares to run a program as the service; `service` and `instance` are in scope. */
  readonly enter: ShellText;
  /** What `enter` uses of what an instance is made of, besides the usual. */
  readonly needs?: readonly string[];
}

export function emitOperatorCommand(service: IrService, seams: OperatorSeams): NixExpr {
  const { model } = service;
  const scope = scopeOf(service, "instance");
  const needed = nix.list(model.command.secrets.map((variable) => emitValue(variable, scope)));
  const generated = model.generatedSecrets.map((secret) => {
    const words = nix.list([emitValue(secret.variable, scope), emitValue(secret.file, scope)]);
    return nix`
      lib.optionalString (${emitValue(secret.when, scope)})
        "secret \${lib.escapeShellArgs ${words}}\n"
    `;
  });
  const oneCase = nix.indented([
    nix`lib.escapeShellArg name`,
    ")\n",
    ...seams.enter,
    "\nforget_environment\n",
    nix`
      lib.concatStrings (
        lib.mapAttrsToList (variable: value: "export \${variable}=\${lib.escapeShellArg value}\n") environment
      )
    `,
    nix`
      lib.concatMapStrings (
        { variable, file, ... }: "secret \${lib.escapeShellArgs [ variable file ]}\n"
      ) (lib.filter ({ variable, ... }: lib.elem variable ${needed}) credentials)
    `,
    ...generated,
    "export PATH=",
    nix`lib.makeBinPath path`,
    "\nstart ",
    nix`lib.escapeShellArg ${emitValue(model.stateDirectory.path, scope)}`,
    " ",
    nix`lib.getExe ${emitValue(model.package, scope)}`,
    ' "$@"\n;;\n',
  ]);
  return nix`
    pkgs.writeShellScriptBin ${model.command.name} ${nix.indented([
      "set -euo pipefail\n\n",
      "PATH=",
      nix`lib.makeBinPath [ pkgs.coreutils ]`,
      `\ncommand_name=${model.command.name}\ninstances=(`,
      nix`lib.escapeShellArgs (lib.attrNames services)`,
      ")\n\n",
      ...seams.functions,
      "\n",
      includeShell("operator"),
      "\ncase $instance in\n",
      nix`
        lib.concatStrings (
          lib.mapAttrsToList (
            name: { instance, ${service.variants === undefined ? [] : ["variant"]}, credentials, environment, path, ${[...(seams.needs ?? [])]}, ... }@service: ${oneCase}
          ) services
        )
      `,
      "*)\n",
      '  printf \'%s: there is no instance called %s\\n\' "$command_name" "$instance" >&2\n',
      "  usage\n  ;;\nesac\n",
    ])}
  `;
}
