// The promises that the library makes for every service. They follow from the files, secrets and
// restart rules of a model. Each is shown on a running machine, and says
// what breaks it, so that a mutation run can show that its proof is able to fail. A part of the model
// without promises says why. A part without an entry does not compile, nor does a promise that
// nothing breaks.

import type { Directory, RestartRules, ServiceModel } from "../model/service-model.ts";

/** A promise that root sees from outside while the service runs, by a shell command that prints one word. */
interface Seen {
  readonly promise: string;
  readonly command: string;
  readonly must: string;
}

const brokenCredential = {
  missing: "that is missing",
  empty: "that is empty",
  blank: "with nothing but white space",
  directory: "that is a directory",
} as const;

/** Trials: functions of `vm-test/trials.py` that do something to a service and return its reaction. */
export interface Trials {
  /** Starts it with a broken credential file. */
  readonly refusal: readonly [how: keyof typeof brokenCredential];
  /** Lets its process end with a code: `final`, `failure` or `success`. */
  readonly exit: readonly [code: string];
  /** The seconds between the first failure and the next start. */
  readonly delay: readonly [];
  /** The growth of the delay: the second one, relative to the first. */
  readonly growth: readonly [];
  /** The seconds that it has to stop. */
  readonly "stop-timeout": readonly [];
}

type Trial = { readonly [V in keyof Trials]: readonly [V, ...Trials[V]] }[keyof Trials];

interface Tried {
  readonly promise: string;
  readonly trial: Trial;
  readonly must: string;
}

/** The directives of the service's unit that keep promises of the library. */
type KeepingDirective =
  | "LoadCredential"
  | "Restart"
  | "RestartMaxDelaySec"
  | "RestartPreventExitStatus"
  | "RestartSec"
  | "RestartSteps"
  | "SetCredential"
  | "SuccessExitStatus"
  | "TimeoutStopFailureMode"
  | "ExecStartPost"
  | "TimeoutStopSec"
  | "User";

/**
 * A change that root makes to the machine of a running service: its name for people, and shell
 * commands. After `undo`, the promise has to be kept again.
 */
type Tampering = Readonly<Record<"what" | "command" | "undo", string>>;

/** Ways to break a promise: the loss of any one of the directives, or tampering. */
type Breakable =
  | { readonly keptBy: readonly [KeepingDirective, ...KeepingDirective[]] }
  | { readonly brokenBy: Tampering };

export type OwnPromise = (Seen | Tried) & Breakable;

/** Further facts about an instance, for the library's own promises: lists, as words of a shell command. */
export const ownFactNames = ["release", "credentials", "option", "generated"] as const;

/** The fact with the path of the `index`th directory. */
export const directoryFact = (index: number): string => `directory-${String(index)}`;

type Entry<T> = ((part: T) => readonly OwnPromise[]) | { readonly none: string };

const modeOf = (path: string): string => `stat --format %a:%U:%G ${path}`;

const ownedBy = (fact: string, { mode }: Directory, what: string): OwnPromise => ({
  promise: `${what} is the service's alone`,
  command: modeOf(`{${fact}}`),
  must: `${mode.replace(/^0/, "")}:{user}:{group}`,
  brokenBy: otherMode("everybody may look into it", `{${fact}}`, "0755", mode),
});

/** Gives files other permissions, in octal; `undo` restores their own. */
const otherMode = (what: string, files: string, mode: string, own: string): Tampering => ({
  what,
  command: `chmod ${mode} ${files}`,
  undo: `chmod ${own} ${files}`,
});

/** A command that searches the output of another for any secret; each secret is a line. */
const findSecret = (source: string): string =>
  `grep -qaF -f <(grep -h . {credentials} {generated}) <(${source}) && echo found || echo absent`;

/** A command that prints a secret which the user has set. */
const aSecret = "grep -hm1 . {credentials} | head -n1";

/** Sets `$d` to the directory with the copies of managed files. */
const copies = "u={unit}; d=/run/${u%.service}";

const dropIn = "/run/systemd/system/{unit}.d";

const processes = "$(pgrep -u {user})";

const broken = Object.keys(brokenCredential) as (keyof typeof brokenCredential)[];
const refusals = broken.map((how): OwnPromise => ({
  promise: `a credential file ${brokenCredential[how]} is one line, and final`,
  trial: ["refusal", how],
  must: "refused",
  // Without SetCredential=, systemd itself refuses a missing file, and names no option.
  keptBy: ["RestartPreventExitStatus", ...(how === "missing" ? ["SetCredential" as const] : [])],
}));

const restart: { readonly [K in keyof RestartRules]: Entry<RestartRules> } = {
  delay: ({ delay }) => [
    {
      promise: `a failure is tried again after ${String(delay)} s`,
      trial: ["delay"],
      must: String(delay),
      keptBy: ["Restart", "RestartSec"],
    },
  ],
  throttle: { none: "launchd's counterpart of a delay; systemd does not use it." },
  maxDelay: ({ delay, maxDelay, steps }) => [
    {
      promise: `the delay grows to ${String(maxDelay)} s in ${String(steps)} steps`,
      trial: ["growth"],
      must: ((maxDelay / delay) ** (1 / steps)).toFixed(1),
      keptBy: ["RestartSteps", "RestartMaxDelaySec"],
    },
  ],
  steps: { none: "Shown with the greatest delay." },
  finalExitCodes: ({ finalExitCodes }) =>
    finalExitCodes.map((code) => ({
      promise: `exit code ${String(code)} is final`,
      trial: ["exit", String(code)],
      must: "final",
      keptBy: ["RestartPreventExitStatus"],
    })),
  successExitCodes: ({ successExitCodes }) =>
    successExitCodes.map((code) => ({
      promise: `exit code ${String(code)} is no failure`,
      trial: ["exit", String(code)],
      must: "success",
      keptBy: ["SuccessExitStatus"],
    })),
  stopTimeout: ({ stopTimeout }) => [
    {
      promise: `it has ${String(stopTimeout)} s to stop`,
      trial: ["stop-timeout"],
      must: String(stopTimeout),
      keptBy: ["TimeoutStopSec"],
    },
    {
      promise: "a service that has not stopped by then is killed",
      command: "systemctl show {unit} -P TimeoutStopFailureMode",
      must: "kill",
      keptBy: ["TimeoutStopFailureMode"],
    },
  ],
  stopTimeoutReason: { none: "A reason." },
};

const input = { none: "An input of other parts." } as const;
const elsewhereProved = { none: "Has proofs of its own." } as const;

const parts: { readonly [K in keyof ServiceModel]-?: Entry<ServiceModel> } = {
  identity: () => [
    {
      promise: "every process of the service is its user's",
      command:
        "g=$(systemctl show {unit} -P ControlGroup)/cgroup.procs; p=$(for f in /sys/fs/cgroup{/unified,}$g; do [ ! -e $f ] || cat $f; done | paste -sd,); if [ -n \"$p\" ]; then ps -o user:64= -p $p | sort -u | paste -sd+ | tr -d ' '; else echo none; fi",
      must: "{user}",
      keptBy: ["User"],
    },
    {
      promise: "its account has no home that it could write, where sshd and others would look",
      command:
        "h=$(getent passwd {user} | cut -d: -f6); if setpriv --reuid={user} --regid={group} --clear-groups test -w $h; then echo writable; else echo closed; fi",
      must: "closed",
      brokenBy: {
        what: "its home is the state directory",
        command: "sed -i '/^{user}:/s#:/var/empty:#:{state}:#' /etc/passwd",
        undo: "sed -i '/^{user}:/s#:{state}:#:/var/empty:#' /etc/passwd",
      },
    },
  ],
  hosts: elsewhereProved,
  ready: ({ ready }) =>
    ready === undefined
      ? []
      : [
          {
            promise: "what starts it waits until it answers",
            command: "systemctl show {unit} -P ExecStartPost | sed -n '/-await-ready /p' | wc -l",
            must: "1",
            keptBy: ["ExecStartPost"],
          },
        ],
  stateDirectory: ({ stateDirectory }) => [ownedBy("state", stateDirectory, "the state directory")],
  directories: ({ directories, stateDirectory }) =>
    directories.map((_, index) =>
      ownedBy(directoryFact(index), stateDirectory, `directory ${String(index + 1)} in it`),
    ),
  config: ({ config }) =>
    config?.path === undefined
      ? []
      : [
          {
            promise: "the configuration file is root's to change, and nobody else's",
            command: modeOf("{config}"),
            must: "444:root:root",
            brokenBy: otherMode("everybody may write it", "{config}", "0666", "0444"),
          },
        ],
  generatedSecrets: ({ generatedSecrets }) =>
    generatedSecrets.length === 0
      ? []
      : [
          {
            promise: "generated secrets are the service's alone",
            command: `${modeOf("{generated}")} | sort -u`,
            must: "600:{user}:{group}",
            brokenBy: otherMode("its group may read them", "{generated}", "0640", "0600"),
          },
        ],
  managedFiles: ({ managedFiles }) =>
    managedFiles.length === 0
      ? []
      : [
          {
            promise: "managed files are regular files with one link, for the service alone",
            command: `u={unit}; p=/proc/$(systemctl show $u -P MainPID); m=$(grep -F " /\${u%.service}/" $p/mountinfo | cut -d' ' -f5); test -n "$m" && for f in $m; do find $p/root$f ! -type d '(' -links +1 -o ! -type f -o -perm /077 ')'; done | wc -l`,
            must: "0",
            brokenBy: {
              what: "one of them has a second name",
              command: `${copies}; ln $(find $d -type f | head -n1) $d/left`,
              undo: `${copies}; rm $d/left`,
            },
          },
        ],
  credentials: () => [
    {
      promise: "secrets reach the service",
      command: findSecret(`for p in ${processes}; do cat /proc/$p/environ; done`),
      must: "found",
      keptBy: ["LoadCredential"],
    },
    {
      promise: "no secret is in a unit",
      command: findSecret("systemctl cat {unit} prepare-{unit}; systemctl show {unit}"),
      must: "absent",
      brokenBy: {
        what: "a variable of the unit has it",
        command: `mkdir -p ${dropIn} && printf '[Service]\\nEnvironment=LEFT=%s\\n' "$(${aSecret})" > ${dropIn}/left.conf && systemctl daemon-reload`,
        undo: `rm -r ${dropIn} && systemctl daemon-reload`,
      },
    },
    {
      promise: "no secret is in a command line",
      command: findSecret("cat /proc/[0-9]*/cmdline"),
      must: "absent",
      brokenBy: {
        what: "a process has it as an argument",
        command: `systemd-run --unit=left $(command -v bash) -c 'exec -a "$(${aSecret})" sleep 600'`,
        undo: "systemctl stop left",
      },
    },
    {
      promise: "no secret is in the journal",
      command: findSecret("journalctl --no-pager --output cat"),
      must: "absent",
      brokenBy: {
        what: "somebody logs it",
        command: `${aSecret} | systemd-cat && journalctl --sync`,
        undo: "journalctl --rotate && sleep 2 && journalctl --vacuum-time=1s",
      },
    },
    {
      promise: "no secret is in the configuration, or in what the unit names of the store",
      command: findSecret(
        "cat {config} $(systemctl cat {unit} prepare-{unit} | grep -o '/nix/store/[^ \"]*' | sort -u)",
      ),
      must: "absent",
      brokenBy: {
        what: "the configuration has it",
        command: `cp -a {config} {config}.kept && ${aSecret} >> {config}`,
        undo: "mv {config}.kept {config}",
      },
    },
    {
      promise: "no other user can read a secret",
      command: findSecret(
        `for f in {generated} /run/credentials/{unit}/* $(printf '/proc/%s/environ ' ${processes}); do setpriv --reuid=65534 --regid=65534 --clear-groups cat $f; done 2>/dev/null`,
      ),
      must: "absent",
      brokenBy: {
        what: "everybody may read the copy that systemd makes",
        command: `mount -t tmpfs tmpfs /run/credentials/{unit} && ${aSecret} > /run/credentials/{unit}/left`,
        undo: "umount /run/credentials/{unit}",
      },
    },
    ...refusals,
  ],
  restart: ({ restart: rules }) => [
    {
      promise: "it is started again when it ends without an error",
      trial: ["exit", "0"],
      must: "success",
      keptBy: ["Restart"],
    },
    ...Object.values(restart).flatMap((entry) => ("none" in entry ? [] : entry(rules))),
  ],

  confinement: elsewhereProved,
  unconfined: { none: "Why nothing is promised." },
  acceptMissing: { none: "A machine that carries everything out starts the service either way." },
  reach: elsewhereProved,
  readable: elsewhereProved,
  systemdVersion: { none: "Checked when a configuration is evaluated." },
  unit: input,
  variant: input,
  supersedes: { none: "Takes over configurations; changes nothing that runs." },
  derived: input,
  namedDirectories: elsewhereProved,
  presets: input,
  shell: input,
  package: input,
  build: input,
  arguments: input,
  temporaryPrefixes: { none: "Names that macOS's sandbox allows." },
  locks: { none: "On systemd, where it may look, the program finds out by itself." },
  environment: input,
  extra: input,
  packages: input,
  unique: { none: "Checked when a configuration is evaluated." },
  assertions: { none: "Checked when a configuration is evaluated." },
  evidence: { none: "Links to measurements." },
  scenarios: { none: "What happens on the machines." },
  application: { none: "For a person's desktop on macOS, which has no machine here." },
  command: {
    none: "The program's own command line, in a copy of the service's sandbox; tests/guest/scripts/operator_command.py plays a hostile agent, and care.py beside it one whose state is saved and restored.",
  },
  listen: { none: "The rule for listening has proofs of its own; the firewall is NixOS's." },
};

export interface PromisePart {
  readonly part: string;
  readonly promises: readonly OwnPromise[];
}

/** Every promise that follows from a model. */
export function ownPromises(model: ServiceModel): readonly PromisePart[] {
  return Object.entries(parts).flatMap(([part, entry]) =>
    "none" in entry ? [] : [{ part, promises: entry(model) }],
  );
}
