// What system units and user units share: how a service is started, given its credentials,
// restarted and confined.
//
// https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html
// https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html

import { codeVariables } from "../model/code-variables.ts";
import type { ConfinementRule, IrService, RestartRules } from "../model/service-model.ts";
import type { DirectiveValue } from "../model/directives.ts";
import { type Binding, nix, type NixExpr } from "../nix/index.ts";
import { includeShell } from "../runtime/assets.ts";
import type { Scope } from "./emit-expression.ts";
import { emitValue, identityOf, ofConfig, type ShellText } from "./service.ts";
import { wrapComment } from "./wrap.ts";

/** What systemd puts in place of a credential whose file does not exist. */
const missingCredential = "missing-credential-file";

/** EXIT_CREDENTIALS of systemd.exec(5): a credential could not be set up. */
const credentialsExitCode = 243;

/** Managed files are mounted over their places. */
export const mountManagedFiles: ShellText = [includeShell("manage-mounts")];

/** The launcher looks whether they are: what the service left in a place must not be there instead. */
export const expectManagedFiles: NixExpr = nix`
  lib.optional (managedPaths != [ ]) ([ "expect_mounts" ] ++ managedPaths)
`;

/** Reads a credential that systemd loaded. */
export const readSystemdSecret: ShellText = [
  `missing_credential=${missingCredential}\n`,
  includeShell("secrets-systemd"),
];

/** `stop`: what asks the service to stop, and waits. */
export function emitStopScript(service: IrService): Binding {
  return emitHelper("stop", `${service.name}-stop`, nix`lib.makeBinPath [ pkgs.coreutils ]`, [
    includeShell("stop"),
    "\nstop\n",
  ]);
}

/** `awaitReady`: what waits until the service answers. */
export function emitAwaitReady(service: IrService): readonly Binding[] {
  if (service.model.ready === undefined) return [];
  return [
    emitHelper(
      "awaitReady",
      `${service.name}-await-ready`,
      nix`lib.makeBinPath [ pkgs.coreutils pkgs.iproute2 ]`,
      [includeShell("stop"), "\n", includeShell("await-ready"), '\nawait_ready "$@"\n'],
    ),
  ];
}

/** What the directives of a service's readiness refer to. */
export function readinessFields(service: IrService): readonly string[] {
  return service.model.ready === undefined ? [] : ofConfig(service, "settings");
}

/** A script that the service manager runs beside the service. */
function emitHelper(name: string, script: string, path: NixExpr, text: ShellText): Binding {
  return nix.binding(
    [name],
    nix`pkgs.writeShellScript ${script} ${nix.indented(["PATH=", path, "\n\n", ...text])}`,
    { blankLine: true },
  );
}

/** The directives that start and restart a service, but for the account it runs as. */
export function emitProcess(
  service: IrService,
  scope: Scope,
  manager: "system" | "user",
): readonly Binding[] {
  const { model } = service;
  const { restart } = model;
  return [
    nix.binding(["Type"], nix`"exec"`),
    nix.binding(["ExecStart"], nix`launch`),
    ...(manager === "system"
      ? [
          nix.binding(["ExecStop"], nix`"+\${stop}"`, {
            comment:
              "Outside of the service's namespaces, where it can tell when the service has ended.",
          }),
        ]
      : []),
    ...(manager === "system" ? emitReadiness(service, scope) : []),
    nix.binding(["SyslogIdentifier"], nix`unit`),
    ...(model.extra.files === undefined
      ? []
      : [
          nix.binding(
            ["EnvironmentFile"],
            nix`map escapeFile ${emitValue(model.extra.files, scope)}`,
          ),
        ]),

    nix.binding(
      ["LoadCredential"],
      nix`map (credential: "\${credential.variable}:\${escapeSpecifiers credential.file}") credentials`,
      {
        blankLine: true,
        comment:
          manager === "system"
            ? "Read by root: the service's user needs no access."
            : "Read before the sandbox is there: the service sees none of these files.",
      },
    ),
    nix.binding(
      ["SetCredential"],
      nix`map (credential: "\${credential.variable}:${missingCredential}") credentials`,
      {
        comment:
          "In place of a file that does not exist, so that the launcher can name the option at fault.",
      },
    ),

    nix.binding(["Restart"], nix`"always"`, {
      blankLine: true,
      comment: "It exits with 0 to be started anew, and a service that is enabled should run.",
    }),
    ...emitDelays(restart),
    nix.binding(
      ["RestartPreventExitStatus"],
      nix.str([...restart.finalExitCodes, credentialsExitCode].join(" ")),
      { comment: "A wrong configuration or credential does not mend itself." },
    ),
    nix.binding(["SuccessExitStatus"], nix.str(restart.successExitCodes.join(" "))),
    nix.binding(["KillMode"], nix`"mixed"`),
    nix.binding(["TimeoutStopSec"], nix.int(restart.stopTimeout), {
      comment: wrapComment(restart.stopTimeoutReason),
    }),
    nix.binding(["TimeoutStopFailureMode"], nix`"kill"`, {
      comment: "Whoever does not heed the first request gets no second one, and no more time.",
    }),
    ...emitUnsetVariables(restart, manager),
  ];
}

/**
 * Only a service that answers is started. Under a user's manager nothing can wait beside a service: a second
 * process cannot join its namespaces.
 */
function emitReadiness(service: IrService, scope: Scope): readonly Binding[] {
  const { ready } = service.model;
  if (ready === undefined) return [];
  const port = nix`toString ${emitValue(ready.port, scope)}`;
  const asked = `${ready.path} ${String(ready.patience)}`;
  const account = emitValue(identityOf(service).user, scope);
  return [
    nix.binding(["ExecStartPost"], nix`"+\${awaitReady} \${${port}} ${asked} \${${account}}"`, {
      comment: wrapComment(ready.why),
    }),
    nix.binding(["TimeoutStartSec"], nix.int(ready.timeout)),
  ];
}

/** What is in the environment of neither the service nor what the manager runs for it, as root. */
function emitUnsetVariables(
  { hiddenVariables }: RestartRules,
  manager: "system" | "user",
): readonly Binding[] {
  const groups = [
    ...(hiddenVariables === undefined ? [] : [hiddenVariables]),
    ...(manager === "system"
      ? [
          {
            names: codeVariables,
            why: "What stops the service is root's, and has the service's environment: no file is loaded or run because a variable names it.",
          },
        ]
      : []),
  ];
  if (groups.length === 0) return [];
  return [
    nix.binding(
      ["UnsetEnvironment"],
      nix.list(groups.map(({ names }) => nix.str(names.join(" ")))),
      { comment: wrapComment(groups.map(({ why }) => why).join(" ")) },
    ),
  ];
}

/**
 * Properties of a transient unit that is confined like the service; words of a command. `forCommand` is in scope.
 */
export const confinementProperties: NixExpr = nix`
  lib.escapeShellArgs (
    lib.concatLists (
      lib.mapAttrsToList (
        directive: value:
        map (
          element:
          "--property=\${directive}=\${if lib.isBool element then lib.boolToString element else toString element}"
        ) (lib.toList value)
      ) (forCommand (confinementOf service))
    )
  )
`;

/** What systemd gives the unit of the operator's command of the service's credentials; words of a command. */
export const commandCredentialProperties: NixExpr = nix`
  lib.escapeShellArgs (
    lib.concatMap ({ variable, file, ... }: [
      "--property=LoadCredential=\${variable}:\${file}"
      "--property=SetCredential=\${variable}:${missingCredential}"
    ]) commandCredentials
  )
`;

/** What the program finds in its environment. */
export const unitEnvironment: NixExpr = nix`environment // { PATH = lib.makeBinPath path; }`;

/** `confinementOf service`: what a service is kept from doing, as directives. */
export function emitConfinement(
  service: IrService,
  scope: Scope,
  manager: "system" | "user",
): Binding {
  const directives = service.model.confinement.flatMap((rule) => {
    const own = manager === "user" ? rule.user : undefined;
    return emitRule(own?.why ?? rule.why, own?.directives ?? rule.directives, scope);
  });
  return nix.binding(
    ["confinementOf"],
    nix`{ instance, ${ofConfig(service, "settings")}, ownDirectories, managedPaths, unit, ... }: ${nix.attrs(directives)}`,
    { comment: "What a service is kept from doing, and why.", blankLine: true },
  );
}

function emitDelays({ delay, steps, maxDelay }: RestartRules): readonly Binding[] {
  return [
    nix.binding(["RestartSec"], nix.int(delay)),
    nix.binding(["RestartSteps"], nix.int(steps)),
    nix.binding(["RestartMaxDelaySec"], nix.int(maxDelay)),
  ];
}

/** How long a preparation may take, in seconds: it copies files, and what it finds may be hostile. */
export const preparationTimeout = 120;

/**
 * The directives that run the script which prepares the service's directories. It has a unit of its
 * own, which stays: what it copied is mounted in the service's namespace.
 */
export function emitPreparationProcess(): readonly Binding[] {
  return [
    nix.binding(["Type"], nix`"oneshot"`),
    nix.binding(["RemainAfterExit"], nix`true`),
    nix.binding(["ExecStart"], nix`prepare`),
    nix.binding(["TimeoutStartSec"], nix.int(preparationTimeout)),
    nix.binding(["RuntimeDirectory"], nix`unit`, {
      comment: "The managed files, which are mounted over their places.",
    }),
    nix.binding(["RuntimeDirectoryMode"], nix`"0700"`),
  ];
}

/** `preparationConfinementOf service`: the same for the preparation, which has nothing mounted yet. */
export const preparationConfinement: Binding = nix.binding(
  ["preparationConfinementOf"],
  nix`
    { unit, ... }@service:
    let
      confinement = confinementOf (service // { managedPaths = [ ]; });
    in
    confinement // { BindPaths = confinement.BindPaths or [ ] ++ [ "%t/\${unit}" ]; }
  `,
  {
    comment: "What its preparation is kept from doing: nothing is mounted yet.",
    blankLine: true,
  },
);

/** Directives of one confinement rule, the reason above the first. */
function emitRule(
  why: string,
  directives: ConfinementRule["directives"],
  scope: Scope,
): readonly Binding[] {
  return Object.entries(directives).map(([directive, value], index) =>
    nix.binding([directive], emitDirective(value, scope), {
      blankLine: index === 0,
      comment: index === 0 ? wrapComment(why) : undefined,
    }),
  );
}

function emitDirective(value: DirectiveValue, scope: Scope): NixExpr {
  return Array.isArray(value)
    ? nix.list(value.map((element) => emitValue(element, scope)))
    : emitValue(value, scope);
}
