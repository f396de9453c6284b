// The common parts of system units and user units: start, credentials, restarts and confinement of a service.
//
// https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html
// https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html

import { codeVariables } from "../model/code-variables.ts";
import type { ConfinementRule, IrService, RestartRules } from "../model/service-model.ts";
import type { Directives, DirectiveValue } from "../model/directives.ts";
import { type Binding, nix, type NixExpr } from "../nix/index.ts";
import { includeShell } from "../runtime/assets.ts";
import type { Scope } from "./emit-expression.ts";
import { emitValue, identityOf, loadedOf, ofConfig, type ShellText } from "./shared.ts";
import { wrapComment } from "./wrap.ts";

/** The service manager: the system's, or a user's. */
export type Manager = "system" | "user";

/** The directives of a rule under a service manager. */
export function directivesOf(rule: ConfinementRule, manager: Manager): Directives {
  return (manager === "user" ? rule.user.directives : undefined) ?? rule.directives;
}

/** The content that systemd gives a credential whose file does not exist. */
export const missingCredential = "missing-credential-file";

/** EXIT_CREDENTIALS of systemd.exec(5): systemd could not set up a credential. */
const credentialsExitCode = 243;

/** Shell code that makes copies of managed files, which systemd mounts over their places. */
export const mountManagedFiles: ShellText = [includeShell("manage-mounts")];

/** The launcher checks that they are mounted: otherwise the service's own files could be in their places. */
export const expectManagedFiles: NixExpr = nix`
  lib.optional (managedPaths != [ ]) ([ "expect_mounts" ] ++ managedPaths)
`;

/** Shell code that reads a credential which systemd has loaded. */
export const readSystemdSecret: ShellText = [
  `missing_credential=${missingCredential}\n`,
  includeShell("secrets-systemd"),
];

/** A list of commands with which a launcher begins: no file of variables may replace what the manager says. */
export function expectManagerVariables({ model }: IrService): NixExpr {
  return model.extra.files === undefined
    ? nix.list([])
    : nix`[ [ "expect_manager_variables" "\${unit}.service" ] ]`;
}

/** `asAccount instance`: the beginning of a command that runs outside of the service's namespaces. */
export function emitAsAccount(service: IrService, scope: Scope): Binding {
  const { user, group } = identityOf(service);
  const words = nix.str([
    "+",
    nix`lib.getExe' pkgs.util-linux "setpriv"`,
    " --reuid=",
    emitValue(user, scope),
    " --regid=",
    emitValue(group, scope),
    " --clear-groups",
  ]);
  return nix.binding(["asAccount"], nix`instance: ${words}`, {
    comment:
      "Begins a command beside a service, outside of its namespaces, with the rights of its user alone: a file\nof variables may set MAINPID, and root could signal any process.",
    blankLine: true,
  });
}

/** `stop`: a script that asks the service to stop, and waits for its end. */
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

/** The directives that start and restart a service, except its user and group. */
export function emitProcess(
  service: IrService,
  scope: Scope,
  manager: Manager,
): readonly Binding[] {
  const { model } = service;
  const { restart } = model;
  return [
    nix.binding(["Type"], nix`"exec"`),
    nix.binding(["ExecStart"], nix`launch`),
    ...(manager === "system"
      ? [
          nix.binding(["ExecStop"], nix`"\${asAccount instance} \${stop}"`, {
            comment:
              "Runs outside of the service's namespaces, where it can tell when the service has ended.",
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
      nix`map (credential: "\${credential.variable}:\${escapeSpecifiers credential.file}") ${nix.id(loadedOf(service))}`,
      {
        blankLine: true,
        comment:
          manager === "system"
            ? "Root reads these files: the service's user needs no access."
            : "systemd reads these files outside of the sandbox: the service sees none of them.",
      },
    ),
    nix.binding(
      ["SetCredential"],
      nix`map (credential: "\${credential.variable}:${missingCredential}") ${nix.id(loadedOf(service))}`,
      {
        comment:
          "Replaces a file that does not exist, so that the launcher can name the option at fault.",
      },
    ),

    nix.binding(["Restart"], nix`"always"`, {
      blankLine: true,
      comment: "A program may exit with 0 to be started anew, and an enabled service should run.",
    }),
    ...emitDelays(restart),
    nix.binding(
      ["RestartPreventExitStatus"],
      nix.str([...restart.finalExitCodes, credentialsExitCode].join(" ")),
      { comment: "A wrong configuration or credential does not mend itself." },
    ),
    emitSuccess(model, manager),
    nix.binding(["KillMode"], nix`"mixed"`),
    ...emitStop(restart, manager),
    ...emitUnsetVariables(restart, manager),
  ];
}

/** What is no failure: ends of the service, and of the command that waits until it answers. */
function emitSuccess(
  { restart: { successExitCodes }, ready }: IrService["model"],
  manager: Manager,
): Binding {
  const path = ["SuccessExitStatus"];
  return ready === undefined || manager === "user"
    ? nix.binding(path, nix.str(successExitCodes.join(" ")))
    : nix.binding(path, nix.str([...successExitCodes, "SIGTERM"].join(" ")), {
        comment: wrapComment(
          "A stop may come before the command that waits for the service can handle it.",
        ),
      });
}

/**
 * How long the service manager waits for a service that it has asked to stop. A system's asks again with the stop
 * command. A user's has none: it asks once more, as it would abort a service that hangs.
 */
function emitStop(restart: RestartRules, manager: Manager): readonly Binding[] {
  const reason = wrapComment(restart.stopTimeoutReason);
  const limit = nix.binding;
  const whole = nix.int(restart.stopTimeout);
  switch (manager) {
    case "system":
      return [
        limit(["TimeoutStopSec"], whole, { comment: reason }),
        limit(["TimeoutStopFailureMode"], nix`"kill"`, {
          comment: "A service that ignores the first request gets no second one, and no more time.",
        }),
      ];
    case "user":
      return [
        limit(["TimeoutStopSec"], nix.int(Math.min(secondRequest, restart.stopTimeout)), {
          comment: wrapComment(
            "The first process of a namespace loses a request that comes before it has a handler. So a service that goes on gets a second one, and then all of its time.",
          ),
        }),
        limit(["TimeoutStopFailureMode"], nix`"abort"`),
        limit(["WatchdogSignal"], nix`"SIGTERM"`),
        limit(["TimeoutAbortSec"], whole, { comment: reason }),
      ];
  }
}

/** The seconds after which a user's service manager asks a service for the second time to stop. */
const secondRequest = 30;

/**
 * Only a service that answers is started. Under a user's manager nothing can wait beside a service: a second
 * process cannot join its namespaces.
 */
function emitReadiness(service: IrService, scope: Scope): readonly Binding[] {
  const { ready } = service.model;
  if (ready === undefined) return [];
  const asked = nix.list([
    nix`asAccount instance`,
    nix`awaitReady`,
    emitValue(ready.port, scope),
    nix.str(ready.path),
    emitValue(ready.patience, scope),
    nix.int(ready.limit),
    emitValue(identityOf(service).user, scope),
  ]);
  return [
    nix.binding(["ExecStartPost"], nix`lib.concatMapStringsSep " " toString ${asked}`, {
      comment: wrapComment(ready.why),
    }),
    nix.binding(["TimeoutStartSec"], nix.int(ready.limit + startMargin), {
      comment: "A limit for what hangs: the wait for readiness has its own, and ends before.",
    }),
  ];
}

/** How many seconds longer the service manager waits than the command that waits for the service. */
const startMargin = 60;

/** Variables that neither the service gets, nor a command that the manager runs for it as root. */
function emitUnsetVariables(
  { hiddenVariables }: RestartRules,
  manager: Manager,
): readonly Binding[] {
  const groups = [
    ...(hiddenVariables === undefined ? [] : [hiddenVariables]),
    ...(manager === "system"
      ? [
          {
            names: codeVariables,
            why: "The stop command runs as root in the service's environment: it must not load or run a file because a variable names it.",
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

/** Properties that confine a transient unit like the service, as words of a command; `propertiesOf` is in scope. */
export const confinementProperties: NixExpr = nix`propertiesOf (confinementOf service)`;

/** Properties that confine the steps of a care of the state. */
export const careProperties: NixExpr = nix`propertiesOf (careConfinementOf service)`;

/**
 * `careConfinementOf service`: the confinement of the steps of a care. The steps move what is in the service's
 * directories, so nothing is mounted there, and they need no network.
 */
export function emitCareConfinement({ model: { command } }: IrService): readonly Binding[] {
  if (command?.care === undefined) return [];
  return [
    nix.binding(
      ["careConfinementOf"],
      nix`
        { ownDirectories, ... }@service:
        confinementOf (
          service
          // {
            managedPaths = [ ];
            ownDirectories = outermost ownDirectories;
          }
        )
        // { PrivateNetwork = true; }
      `,
      {
        comment: wrapComment(
          "The confinement of what moves the service's whole state: nothing is mounted in its directories, and there is no network.",
        ),
        blankLine: true,
      },
    ),
  ];
}

/** Properties with the credentials for the unit of the operator's command, as words of a command. */
export const commandCredentialProperties: NixExpr = nix`
  lib.escapeShellArgs (
    lib.concatMap ({ variable, file, ... }: [
      "--property=LoadCredential=\${variable}:\${file}"
      "--property=SetCredential=\${variable}:${missingCredential}"
    ]) commandCredentials
  )
`;

/** The program's environment. */
export const unitEnvironment: NixExpr = nix`environment // { PATH = lib.makeBinPath path; }`;

/** `confinementOf service`: the confinement of a service, as directives. */
export function emitConfinement(service: IrService, scope: Scope, manager: Manager): Binding {
  const directives = service.model.confinement.flatMap((rule) => {
    const why = manager === "user" ? rule.user.why : undefined;
    return emitRule(why ?? rule.why, directivesOf(rule, manager), scope);
  });
  return nix.binding(
    ["confinementOf"],
    nix`{ instance, ${ofConfig(service, "settings")}, ownDirectories, managedPaths, ${service.model.hosts === undefined ? [] : ["hostsTable", "hostRanges"]}, unit, ... }: ${nix.attrs(directives)}`,
    {
      comment: "The confinement of a service: directives, and the reason for each rule.",
      blankLine: true,
    },
  );
}

function emitDelays({ delay, steps, maxDelay }: RestartRules): readonly Binding[] {
  return [
    nix.binding(["RestartSec"], nix.int(delay)),
    nix.binding(["RestartSteps"], nix.int(steps)),
    nix.binding(["RestartMaxDelaySec"], nix.int(maxDelay)),
  ];
}

/** The time limit of a preparation, in seconds: the directories that it works in may be hostile. */
export const preparationTimeout = 120;

/**
 * The directives of the unit that prepares the service's directories. The unit stays active, because its copies are
 * mounted in the service's namespace.
 */
export function emitPreparationProcess(): readonly Binding[] {
  return [
    nix.binding(["Type"], nix`"oneshot"`),
    nix.binding(["RemainAfterExit"], nix`true`),
    nix.binding(["ExecStart"], nix`prepare`),
    nix.binding(["TimeoutStartSec"], nix.int(preparationTimeout)),
    nix.binding(["RuntimeDirectory"], nix`unit`, {
      comment: "Holds the copies of managed files, which are mounted over their places.",
    }),
    nix.binding(["RuntimeDirectoryMode"], nix`"0700"`),
  ];
}

/** `preparationConfinementOf service`: the confinement of the preparation, without mounts of managed files. */
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
    comment: "The confinement of the preparation: managed files are not mounted yet.",
    blankLine: true,
  },
);

/** The directives of one confinement rule, with the reason as a comment above the first. */
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

export function emitDirective(value: DirectiveValue, scope: Scope): NixExpr {
  return Array.isArray(value)
    ? nix.list(value.map((element) => emitValue(element, scope)))
    : emitValue(value, scope);
}
