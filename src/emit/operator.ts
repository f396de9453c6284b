// The operator's command: the program's own command line, run as the service's user with the
// service's environment, so that it sees the service's state.

import type { IrService } from "../ir/model.ts";
import { nix, type NixExpr } from "../nix/index.ts";
import { includeShell } from "../shell/files.ts";
import { scopeOf } from "./expression.ts";
import { emitValue } from "./service.ts";

export function emitOperatorCommand(service: IrService): NixExpr {
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
  const exports = [
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
  ];
  const user = emitValue(model.identity.user, scope);
  const group = emitValue(model.identity.group, scope);
  const oneCase = nix.indented([
    nix`lib.escapeShellArg name`,
    ")\nbecome ",
    nix`lib.escapeShellArgs [ ${user} ${group} ]`,
    "\n",
    ...exports,
    "export PATH=",
    nix`lib.makeBinPath path`,
    "\ncd ",
    nix`lib.escapeShellArg ${emitValue(model.stateDirectory.path, scope)}`,
    '\nexec "${run[@]}" ',
    nix`lib.getExe ${emitValue(model.package, scope)}`,
    ' "$@"\n;;\n',
  ]);
  return nix`
    pkgs.writeShellScriptBin ${model.command.name} ${nix.indented([
      "set -euo pipefail\n\n",
      "PATH=",
      nix`lib.makeBinPath [ pkgs.coreutils ]`,
      "\nsetpriv=",
      nix`lib.getExe' pkgs.util-linux "setpriv"`,
      `\ncommand_name=${model.command.name}\ninstances=(`,
      nix`lib.escapeShellArgs (lib.attrNames services)`,
      ")\n\n",
      includeShell("operator"),
      "\ncase $instance in\n",
      nix`
        lib.concatStrings (
          lib.mapAttrsToList (
            name: { instance, variant, credentials, environment, path, ... }: ${oneCase}
          ) services
        )
      `,
      "*)\n",
      '  printf \'%s: there is no instance called %s\\n\' "$command_name" "$instance" >&2\n',
      "  usage\n  ;;\nesac\n",
    ])}
  `;
}
