// The operator's command: the program's own command line in the service's environment. It runs as the service
// and is confined like it, so it sees the service's state and nothing else. It has two parts: one runs as the
// operator and opens nothing that the service can write; the other, `command` of an instance, runs as the service.

import type { IrService, NamedHosts, StateCare, StatePart } from "../model/service-model.ts";
import { nix, type NixExpr } from "../nix/index.ts";
import { includeShell } from "../runtime/assets.ts";
import { emitDoctorCase, hasDoctor } from "./doctor.ts";
import { scopeOf } from "./emit-expression.ts";
import { emitValue, type ShellText, shellWords } from "./shared.ts";

export interface OperatorSeams {
  /** Defines the functions that `enter` calls, and `start SCRIPT ARGUMENT...`. */
  readonly functions: ShellText;
  /** Tells `start` how to run a program as the service; `service` and `instance` are in scope. */
  readonly enter: ShellText;
  /** Defines the functions `hold`, `release`, `step` and `run_as`, for the care of the state. */
  readonly careFunctions: ShellText;
  /** Tells these what they need to know of the service. */
  readonly enterCare: ShellText;
  /** Defines the function `examine`, which tries the promises of the confinement. */
  readonly doctor: ShellText;
  /** How it learns which named hosts are used, unless systemd's journal says it. */
  readonly egress?: EgressSeams;
}

/** How the operator's command shows the named hosts of a service. */
interface EgressSeams {
  /** Replaces functions of `src/runtime/shell/egress.sh`. */
  readonly functions: ShellText;
  /** Tells these what they need to know of the service. */
  readonly enter: ShellText;
  /** The parts of the service that `enter` refers to. */
  readonly fields: readonly string[];
  /** A function of a host: its words for these functions. */
  readonly shown: NixExpr;
}

/**
 * A package with the command, if the service has one. Its shell ignores functions and options in the operator's
 * environment (`-p`). Its priority is higher than that of another package with the same command, such as the
 * program's own, which would run as the operator, outside of the sandbox.
 */
export function emitOperatorCommand(service: IrService, seams: OperatorSeams): NixExpr | undefined {
  const { command, hosts } = service.model;
  if (command === undefined) return undefined;
  const { care } = command;
  const variant = service.variants === undefined ? [] : ["variant"];
  const fields = [
    ...(care === undefined ? [] : ["care", "ownDirectories"]),
    ...(care?.repair === undefined ? [] : ["repair"]),
    ...(hosts === undefined ? [] : ["isNamed", "hosts", "prefix"]),
    ...(seams.egress?.fields ?? []),
    ...(hasDoctor(service) ? ["doctorFacts"] : []),
  ];
  const oneCase = nix.indented([
    nix`lib.escapeShellArg name`,
    ")\nunit=",
    nix`lib.escapeShellArg unit`,
    "\n",
    ...seams.enter,
    ...(care === undefined ? [] : emitCareCase(service, care, seams)),
    ...(hosts === undefined ? [] : emitShowEgress(hosts, seams)),
    ...emitDoctorCase(service),
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
    `interactive=(${shellWords(command.interactive ?? [])})\n`,
    `elsewhere=(${shellWords((command.elsewhere ?? []).flatMap(({ words, advice }) => [words, advice]))})\n`,
    `cares=(${shellWords([...(care === undefined ? [] : caresOf(care)), ...(hasDoctor(service) ? ["doctor [--json]"] : [])])})\n\n`,
    ...seams.functions,
    "\n",
    ...(care === undefined
      ? []
      : [includeShell("operate-care"), "\n", ...seams.careFunctions, "\n"]),
    ...(hosts === undefined
      ? []
      : [includeShell("egress"), "\n", ...(seams.egress?.functions ?? [])]),
    ...(hasDoctor(service) ? [includeShell("doctor"), "\n", ...seams.doctor, "\n"] : []),
    includeShell("operator"),
    "\ncase $instance in\n",
    nix`
      lib.concatStrings (
        lib.mapAttrsToList (
          name: { instance, unit, ${variant}, command, commandCredentials, ${fields}, ... }@service: ${oneCase}
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

/** What the command does for the state, and the words that go with it. */
function caresOf({ repair, parts = [] }: StateCare): readonly string[] {
  return [
    "--backup FILE",
    "--restore FILE",
    ...(repair === undefined ? [] : ["--repair"]),
    ...(parts.length === 0
      ? []
      : [`--import DIRECTORY ${parts.map(({ name }) => name).join("|")}...`]),
    "--undo",
    "--forget",
  ];
}

/** What the care of the state has to know of an instance; then it does what was asked for. */
function emitCareCase(
  service: IrService,
  { repair, parts = [] }: StateCare,
  { enterCare }: OperatorSeams,
): ShellText {
  const { reach } = service.model;
  const scope = scopeOf(service, "instance");
  const shared = reach === undefined ? [] : [emitValue(reach.writable, scope)];
  return [
    "\ncare_script=(",
    nix`lib.escapeShellArgs care`,
    ...(repair === undefined ? [] : [")\nrepair_script=(", nix`repair`]),
    ...(parts.length === 0 ? [] : [")\ngather_script=(", emitGather(service, parts)]),
    ")\nwritable=(",
    nix`lib.escapeShellArgs (${nix.joined("++", [nix`ownDirectories`, ...shared])})`,
    ")\n",
    ...enterCare,
    '\n[ -z "$care" ] || { take_care; exit; }',
  ];
}

/** The script that reads parts of another state, as the user whose state it is. */
function emitGather({ model }: IrService, parts: readonly StatePart[]): NixExpr {
  const cases = parts.map(
    ({ name, from = ".", secret = false, patterns }) =>
      `${name}) from=${shellWords([from])} secret=${secret ? "yes" : "no"} patterns=(${shellWords(patterns)}) ;;\n`,
  );
  return nix`pkgs.writeShellScript ${`${model.unit}-gather`} ${nix.indented([
    "set -euo pipefail\n\nPATH=",
    nix`lib.makeBinPath [ pkgs.coreutils pkgs.findutils pkgs.gnutar ]`,
    `\nknown=(${shellWords(parts.map(({ name }) => name))})\n\n`,
    includeShell("gather"),
    `\ndescribe() {\ncase $1 in\n${cases.join("")}*) return 1 ;;\nesac\n}\n\ngather "$@"\n`,
  ])}`;
}

/** The command's own `egress`, which shows the hosts that the service reaches. */
function emitShowEgress({ option }: NamedHosts, { egress }: OperatorSeams): ShellText {
  return [
    ...(egress?.enter ?? []),
    '\nif is_egress "$@"; then\nshow_egress ',
    nix`
      lib.escapeShellArgs (
        [ "\${prefix}.${option.path.join(".")}" ]
        ++ map ${egress?.shown ?? nix`namedHosts.shown`} hosts
      )
    `,
    "\nexit\nfi",
  ];
}
