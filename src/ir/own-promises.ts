// The promises that the library makes for every service: what follows from the files, secrets and
// restart rules of a model, whatever the service is. Each is shown on a running machine; a part of
// the model that promises nothing says why. A part without an entry does not compile.

import type { Directory, RestartRules, ServiceModel } from "./model.ts";

/** Seen from outside, by root, while the service runs: a shell command that prints one word. */
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

/** Something done to a service and what becomes of it: functions of `vm-test/trials.py`. */
export interface Trials {
  /** Starts it with a credential file that is none. */
  readonly refusal: readonly [how: keyof typeof brokenCredential];
  /** What follows when its process ends with a code: `final`, `failure` or `success`. */
  readonly exit: readonly [code: string];
  /** The seconds after which a failure is first tried again. */
  readonly delay: readonly [];
  /** How the delay goes on: the second one, relative to the first. */
  readonly growth: readonly [];
  /** The seconds it is given to stop. */
  readonly "stop-timeout": readonly [];
}

type Trial = { readonly [V in keyof Trials]: readonly [V, ...Trials[V]] }[keyof Trials];

interface Tried {
  readonly promise: string;
  readonly trial: Trial;
  readonly must: string;
  /** The directive that keeps it: without it, the trial has to end otherwise. */
  readonly keptBy?: string;
}

export type OwnPromise = Seen | Tried;

/** Facts about an instance beside those that proofs may use: lists, as words of a shell command. */
export const ownFactNames = ["credentials", "option", "generated"] as const;

/** The fact with the path of the `index`th directory, or list of managed files. */
export const directoryFact = (index: number): string => `directory-${String(index)}`;
export const managedFact = (index: number): string => `managed-${String(index)}`;
export const recordFact = (index: number): string => `record-${String(index)}`;

type Entry<T> = ((part: T) => readonly OwnPromise[]) | { readonly none: string };

const modeOf = (path: string): string => `stat --format %a:%U:%G ${path}`;

const ownedBy = (fact: string, { mode }: Directory, what: string): Seen => ({
  promise: `${what} is the service's alone`,
  command: modeOf(`{${fact}}`),
  must: `${mode.replace(/^0/, "")}:{user}:{group}`,
});

/** Whether any secret, each a line, is in what a command prints. */
const findSecret = (source: string): string =>
  `grep -qaF -f <(grep -h . {credentials} {generated}) <(${source}) && echo found || echo absent`;

const processes = "$(pgrep -u {user})";

const broken = Object.keys(brokenCredential) as (keyof typeof brokenCredential)[];
const refusals = broken.map((how): Tried => ({
  promise: `a credential file ${brokenCredential[how]} is one line, and final`,
  trial: ["refusal", how],
  must: "refused",
}));

const restart: { readonly [K in keyof RestartRules]: Entry<RestartRules> } = {
  delay: ({ delay }) => [
    {
      promise: `a failure is tried again after ${String(delay)} s`,
      trial: ["delay"],
      must: String(delay),
      keptBy: "RestartSec",
    },
  ],
  throttle: { none: "What launchd has instead of a delay; nothing on systemd." },
  maxDelay: ({ delay, maxDelay, steps }) => [
    {
      promise: `the delay grows to ${String(maxDelay)} s in ${String(steps)} steps`,
      trial: ["growth"],
      must: ((maxDelay / delay) ** (1 / steps)).toFixed(1),
      keptBy: "RestartSteps",
    },
  ],
  steps: { none: "Shown with the greatest delay." },
  finalExitCodes: ({ finalExitCodes }) =>
    finalExitCodes.map((code) => ({
      promise: `exit code ${String(code)} is final`,
      trial: ["exit", String(code)],
      must: "final",
      keptBy: "RestartPreventExitStatus",
    })),
  successExitCodes: ({ successExitCodes }) =>
    successExitCodes.map((code) => ({
      promise: `exit code ${String(code)} is no failure`,
      trial: ["exit", String(code)],
      must: "success",
      keptBy: "SuccessExitStatus",
    })),
  stopTimeout: ({ stopTimeout }) => [
    {
      promise: `it has ${String(stopTimeout)} s to stop`,
      trial: ["stop-timeout"],
      must: String(stopTimeout),
      keptBy: "TimeoutStopSec",
    },
  ],
  stopTimeoutReason: { none: "A reason." },
};

const input = { none: "What the other parts are made of." } as const;
const elsewhereProved = { none: "Has proofs of its own." } as const;

const parts: { readonly [K in keyof ServiceModel]-?: Entry<ServiceModel> } = {
  identity: () => [
    {
      promise: "every process of the service is its user's",
      command:
        "ps -o user:64= -p $(cat /sys/fs/cgroup{/unified,}$(systemctl show {unit} -P ControlGroup)/cgroup.procs 2>/dev/null | paste -sd,) | sort -u | paste -sd+ | tr -d ' '",
      must: "{user}",
    },
  ],
  stateDirectory: ({ stateDirectory }) => [ownedBy("state", stateDirectory, "the state directory")],
  directories: ({ directories }) =>
    directories.map((directory, index) =>
      ownedBy(directoryFact(index), directory, `directory ${String(index + 1)} in it`),
    ),
  config: () => [
    {
      promise: "the configuration file is root's, and its group may read it",
      command: modeOf("{config}"),
      must: "440:root:{group}",
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
          },
        ],
  managedFiles: ({ managedFiles }) =>
    managedFiles.map((_, index) => ({
      promise: `managed files are the service's own, with one link (${String(index + 1)})`,
      command: `cd {${managedFact(index)}} && xargs -rd '\\n' -I% find ./% '(' -links +1 -type f -o -type l -o ! -user {user} -o -perm /077 ')' < {${recordFact(index)}} | wc -l`,
      must: "0",
    })),
  credentials: () => [
    {
      promise: "secrets reach the service",
      command: findSecret(`for p in ${processes}; do cat /proc/$p/environ; done`),
      must: "found",
    },
    {
      promise: "no secret is in a unit",
      command: findSecret("systemctl cat {unit} prepare-{unit}; systemctl show {unit}"),
      must: "absent",
    },
    {
      promise: "no secret is in a command line",
      command: findSecret("cat /proc/[0-9]*/cmdline"),
      must: "absent",
    },
    {
      promise: "no secret is in the journal",
      command: findSecret("journalctl --no-pager --output cat"),
      must: "absent",
    },
    {
      promise: "no secret is in the configuration, or in what the unit names of the store",
      command: findSecret(
        "cat {config} $(systemctl cat {unit} prepare-{unit} | grep -o '/nix/store/[^ \"]*' | sort -u)",
      ),
      must: "absent",
    },
    {
      promise: "no other user can read a secret",
      command: findSecret(
        `for f in {generated} /run/credentials/{unit}/* $(printf '/proc/%s/environ ' ${processes}); do setpriv --reuid=65534 --regid=65534 --clear-groups cat $f; done 2>/dev/null`,
      ),
      must: "absent",
    },
    ...refusals,
  ],
  restart: ({ restart: rules }) =>
    Object.values(restart).flatMap((entry) => ("none" in entry ? [] : entry(rules))),

  confinement: elsewhereProved,
  reach: elsewhereProved,
  readable: elsewhereProved,
  elsewhere: { none: "Rules of other platforms, which have no machine here." },
  unit: input,
  variant: input,
  supersedes: { none: "Takes over configurations; changes nothing that runs." },
  derived: input,
  package: input,
  arguments: input,
  temporaryPrefixes: { none: "Names that macOS's sandbox allows." },
  environment: input,
  extra: input,
  packages: input,
  unique: { none: "Checked when a configuration is evaluated." },
  assertions: { none: "Checked when a configuration is evaluated." },
  evidence: { none: "Links to what was measured." },
  scenarios: { none: "What happens on the machines." },
  application: { none: "Of a person's desktop on macOS, which has no machine here." },
  command: { none: "The program's own, in a copy of the service's sandbox." },
  firewall: { none: "NixOS's own firewall." },
};

export interface PromisePart {
  readonly part: string;
  readonly promises: readonly OwnPromise[];
}

/** Every promise that follows from the facts of a model. */
export function ownPromises(model: ServiceModel): readonly PromisePart[] {
  return Object.entries(parts).flatMap(([part, entry]) =>
    "none" in entry ? [] : [{ part, promises: entry(model) }],
  );
}
