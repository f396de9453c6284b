// The scripts of an instance: the preparation, the launcher, the operator's command, and the care of the state.

import { isDeepStrictEqual } from "node:util";
import { nodeOf } from "../model/expression.ts";
import type { IrService, StateRepair } from "../model/service-model.ts";
import { type Binding, nix, type NixExpr } from "../nix/index.ts";
import { includeShell } from "../runtime/assets.ts";
import type { Scope } from "./emit-expression.ts";
import {
  emitProgram,
  emitValue,
  loadedOf,
  type ServiceSeams,
  shellWords,
  type ShellText,
} from "./shared.ts";

export function emitPrepareScript(service: IrService, scope: Scope, seams: ServiceSeams): NixExpr {
  const { model } = service;
  const files =
    model.managedFiles.length === 0
      ? []
      : [
          nix`
            lib.concatMap (
              { name, directory, files }:
              [ [ "manage" name directory ] ] ++ map (file: [ "put" file.target ] ++ file.sources) files
            ) managedFiles
          `,
          nix`[ [ "finish" ] ]`,
        ];
  const care = model.command?.care;
  const lines = [
    nix`[
      ([ "tell_of_others" ] ++ ownDirectories)
      ${model.config?.link === undefined ? [] : [nix`[ "own_link" ${emitValue(model.config.link, scope)} ${seams.configFile} ]`]}
    ]`,
    ...files,
  ];
  return nix`pkgs.writeShellScript "\${unit}-prepare" ${nix.indented([
    "set -euo pipefail\numask 0077\n\n",
    includeShell("prepare"),
    "\n",
    ...(files.length === 0 ? [] : [...seams.manage, "\n"]),
    ...(seams.beforePreparation ?? []),
    emitCommands([
      nix`map (path: [ "own_directory" path ${model.stateDirectory.mode} ]) ownDirectories`,
    ]),
    ...(care === undefined ? [] : [...ownDirectoriesInShell, includeShell("settle"), "settle\n"]),
    emitCommands(lines),
  ])}`;
}

/** `own`: the service's own directories, for the shell code of changes of the state. */
const ownDirectoriesInShell: ShellText = ["own=(", nix`lib.escapeShellArgs ownDirectories`, ")\n"];

/** Lists of commands as lines of shell code. */
function emitCommands(lists: readonly NixExpr[]): NixExpr {
  return nix`commands (${nix.joined("++", lists)})`;
}

export function emitLaunchScript(service: IrService, scope: Scope, seams: ServiceSeams): NixExpr {
  const { model } = service;
  const generated = model.generatedSecrets.map(({ when, variable, file }) => {
    const option = service.options.find((each) =>
      isDeepStrictEqual(each.credential?.variable, nodeOf(variable)),
    );
    const instead = option === undefined ? [] : [nix`"\${prefix}.${option.path.join(".")}"`];
    return nix`
      lib.optional (${emitValue(when, scope)}) [ "generate" ${emitValue(variable, scope)} ${emitValue(file, scope)} ${instead} ]
    `;
  });
  const program = nix`[
    (lib.getExe ${emitProgram(service, scope)})
    ${model.arguments.map((argument) => emitValue(argument, scope))}
  ]`;
  return nix`pkgs.writeShellScript "\${unit}-launch" ${nix.indented([
    "set -euo pipefail\numask 0077\n\n",
    ...seams.readSecret,
    "\n",
    ...(seams.ownSecret === undefined ? [] : [...seams.ownSecret, "\n"]),
    includeShell("launch"),
    "\n",
    ...(seams.expectations ?? []),
    includeShell("supervise"),
    "\n",
    emitCommands([
      ...(seams.beforeLoads === undefined ? [] : [seams.beforeLoads]),
      emitLoads(nix.id(loadedOf(service))),
      ...emitExpectations(service, scope),
      ...generated,
      seams.beforeStart,
      nix`[ ([ "supervise" ] ++ ${seams.confine} ++ ${program}) ]`,
    ]),
  ])}`;
}

/**
 * The part of the operator's command that runs as the service. `command` loads the credentials as the launcher does;
 * `program` runs in the service's sandbox, and reads the service's own secrets there.
 */
export function emitCommandScripts(
  service: IrService,
  scope: Scope,
  seams: ServiceSeams,
): readonly Binding[] {
  const { model } = service;
  if (model.command === undefined) return [];
  const { secrets = [] } = model.command;
  const needed = nix.list(secrets.map((variable) => emitValue(variable, scope)));
  const own = model.generatedSecrets.map(
    ({ when, variable, file }) => nix`
      lib.optional (${emitValue(when, scope)} && lib.elem ${emitValue(variable, scope)} ${needed}) [
        "load_own"
        ${emitValue(variable, scope)}
        ${emitValue(file, scope)}
      ]
    `,
  );
  const { repair } = model.command.care ?? {};
  return [
    nix.binding(
      ["commandCredentials"],
      nix`lib.filter ({ variable, ... }: lib.elem variable ${needed}) ${nix.id(loadedOf(service))}`,
      { comment: "The credentials that the operator's command needs.", blankLine: true },
    ),
    nix.binding(
      ["program"],
      emitInsideScript(service, scope, "program", emitCommands(own), ["run ", ' "$@"\n']),
    ),
    nix.binding(["command"], emitEnteringScript(service, scope, seams, "command", nix`program`)),
    ...(repair === undefined
      ? []
      : [
          nix.binding(
            ["mend"],
            emitInsideScript(
              service,
              scope,
              "mend",
              emitCommands(own),
              emitRepair(repair, scope, seams),
            ),
            { comment: "Lets the program mend the state.", blankLine: true },
          ),
          nix.binding(["repair"], emitEnteringScript(service, scope, seams, "repair", nix`mend`)),
        ]),
  ];
}

/** The script that runs the program inside the sandbox: `before`, the program, `after`. */
function emitInsideScript(
  service: IrService,
  scope: Scope,
  name: string,
  own: NixExpr,
  [before, after]: readonly [before: ShellText | string, after: string],
): NixExpr {
  const hidden = service.model.restart.hiddenVariables?.names ?? [];
  return nix`pkgs.writeShellScript "\${unit}-${name}" ${nix.indented([
    "set -euo pipefail\numask 0077\n\n",
    includeShell("own-secret"),
    "\n",
    includeShell("command"),
    "\n",
    own,
    ...(hidden.length === 0 ? [] : [`unset -v ${hidden.join(" ")}\n`]),
    ...(typeof before === "string" ? [before] : before),
    nix`lib.getExe ${emitProgram(service, scope)}`,
    after,
  ])}`;
}

/** The script with which the operator's command enters the sandbox. */
function emitEnteringScript(
  { model }: IrService,
  scope: Scope,
  seams: ServiceSeams,
  name: string,
  inside: NixExpr,
): NixExpr {
  return nix`pkgs.writeShellScript "\${unit}-${name}" ${nix.indented([
    "set -euo pipefail\numask 0077\n\n",
    nix`
      lib.concatStrings (
        lib.mapAttrsToList (variable: value: "export \${variable}=\${lib.escapeShellArg value}\n") (${seams.environment})
      )
    `,
    "\n",
    ...(seams.readCommandSecret ?? seams.readSecret),
    "\n",
    includeShell("launch"),
    "\n",
    ...(seams.beforeCommand?.functions ?? []),
    emitCommands([
      ...(seams.beforeCommand === undefined ? [] : [seams.beforeCommand.commands]),
      emitLoads(nix`commandCredentials`),
      nix`[ [ "cd" "--" ${emitValue(model.stateDirectory.path, scope)} ] ]`,
    ]),
    "exec ",
    nix`lib.escapeShellArgs (${seams.confine} ++ [ ${inside} ])`,
    ' "$@"\n',
  ])}`;
}

/** Shell code around the program when it mends the state: it gets a copy of its configuration. */
function emitRepair(
  { arguments: words, configVariable, without = [] }: StateRepair,
  scope: Scope,
  { configFile }: ServiceSeams,
): readonly [before: ShellText, after: string] {
  const unwanted = nix.list(without.map((variable) => emitValue(variable, scope)));
  return [
    [
      ...(without.length === 0
        ? []
        : [
            "unset -v ",
            nix`lib.concatStringsSep " " (lib.filter (variable: variable != null) ${unwanted})`,
            "\n",
          ]),
      ...(configVariable === undefined
        ? []
        : [
            "own_copy ",
            nix`lib.escapeShellArgs [ ${emitValue(configVariable, scope)} ${configFile} ]`,
            "\n",
          ]),
      "run ",
    ],
    ` ${shellWords(words)}\n`,
  ];
}

/** `care`: the words of a command that does a step in the care of the state, inside the sandbox. */
export function emitCare(
  service: IrService,
  scope: Scope,
  seams: ServiceSeams,
): readonly Binding[] {
  const { model } = service;
  const care = model.command?.care;
  if (care === undefined) return [];
  const parts = (care.parts ?? []).flatMap(({ name, into }) => [
    nix.str(name),
    emitValue(into ?? model.stateDirectory.path, scope),
  ]);
  return [
    nix.binding(
      ["careSteps"],
      nix`pkgs.writeShellScript "\${unit}-care" ${nix.indented([
        "set -euo pipefail\numask 0077\n\nPATH=",
        nix`lib.makeBinPath [ pkgs.coreutils pkgs.findutils pkgs.gnutar pkgs.gzip ]`,
        `\ntitle='${service.name}'\n`,
        ...ownDirectoriesInShell,
        "roots=(",
        nix`lib.escapeShellArgs (outermost ownDirectories)`,
        ")\nparts=(",
        nix`lib.escapeShellArgs ${nix.list(parts)}`,
        ")\n\n",
        includeShell("settle"),
        "\n",
        includeShell("care"),
        '\n"$@"\n',
      ])}`,
      { comment: "The steps in the care of the state.", blankLine: true },
    ),
    nix.binding(["care"], nix`${seams.confineCare ?? seams.confine} ++ [ careSteps ]`),
  ];
}

/** Commands that export the credentials. */
function emitLoads(credentials: NixExpr): NixExpr {
  return nix`
    map ({ variable, option, file, ... }: [ "load" variable "\${prefix}.\${option}" file ]) ${credentials}
  `;
}

/** Commands with which the launcher checks that paths exist: it knows the option's name, which systemd does not. */
function emitExpectations({ model: { reach } }: IrService, scope: Scope): readonly NixExpr[] {
  if (reach === undefined) return [];
  return [reach.readable, reach.writable].map(
    (option) => nix`
      map (path: [ "expect_path" "\${prefix}.${option.path.join(".")}" path ]) ${emitValue(option, scope)}
    `,
  );
}
