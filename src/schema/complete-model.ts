// An author's definition of a model, and the defaults that the library adds. A part without a definition and
// without a default does not exist.

import type { Ref } from "../model/expression.ts";
import type {
  ConfigFile,
  ConfinementRule,
  Directory,
  Listener,
  RestartRules,
  ServiceModel,
  Unique,
} from "../model/service-model.ts";
import { program, setting } from "./build-expression.ts";
import { isOption, type Option, type OptionTree } from "./define-option.ts";

/** The parts with defaults. */
type Defaulted =
  | "systemdVersion"
  | "unit"
  | "derived"
  | "arguments"
  | "directories"
  | "temporaryPrefixes"
  | "shell"
  | "environment"
  | "extra"
  | "packages"
  | "generatedSecrets"
  | "managedFiles"
  | "unique"
  | "assertions";

/** The parts for which an author's definition is shorter. */
type Shortened = "stateDirectory" | "config" | "restart" | "listen" | "confinement" | "unconfined";

/**
 * An author's definition of a service: its program, its user, its state directory and its confinement.
 * Defaults: `unit` is the service's name, `shell` is bash, `systemdVersion` is the version that the baseline
 * needs, and lists are empty.
 */
export interface ModelDefinition
  extends Omit<ServiceModel, Defaulted | Shortened>, Partial<Pick<ServiceModel, Defaulted>> {
  /** The mode is 0700 by default. */
  readonly stateDirectory: Pick<Directory, "path"> & Partial<Directory>;
  /** Absent if the program has no configuration file. */
  readonly config?: ConfigDefinition;
  /** Absent if the program listens nowhere. */
  readonly listen?: ListenDefinition;
  readonly restart?: RestartDefinition;
  /** `baseline()`, at least one rule, or `unconfined(why)`; a function gets the rest of the model. */
  readonly confinement: Confinement | ((model: UnconfinedModel) => Confinement);
}

type Confinement = readonly ConfinementRule[] | Unconfined;

/** A model without its confinement, and without `unique`. */
export type UnconfinedModel = Omit<ServiceModel, "confinement" | "unconfined" | "unique">;

/** Defaults: the title is `configuration`, and there are no layers. */
export type ConfigDefinition = Omit<ConfigFile, "title" | "layers"> &
  Partial<Pick<ConfigFile, "title" | "layers">>;

/** Default of the port: the effective value of the setting that the option fills, or else the option's value. */
export type ListenDefinition = Omit<Listener, "port"> & Partial<Pick<Listener, "port">>;

type StopRules = Pick<RestartRules, "stopTimeout" | "stopTimeoutReason">;

/** A stop timeout needs a reason. Defaults: see `restartRules`. */
export type RestartDefinition = Partial<Omit<RestartRules, keyof StopRules>> &
  (StopRules | { readonly [K in keyof StopRules]?: never });

/** The reason why a service has no confinement. */
export interface Unconfined {
  readonly unconfined: string;
}

/**
 * Replaces the rules of a service without confinement.
 *
 * @param why a sentence, which the table of promises shows
 */
export function unconfined(why: string): Unconfined {
  return { unconfined: why };
}

/** The first version with PrivatePIDs=, PrivateTmp=disconnected and ProtectControlGroups=strict. */
const baselineSystemdVersion = "257";

/**
 * The default restart rules: the service manager starts the service again after 5 s, and more slowly with every
 * failure. The launcher exits with 78 (EX_CONFIG of sysexits.h) if no further try can help; a program that ends
 * by SIGTERM has the code 143.
 */
export const restartRules: RestartRules = {
  delay: 5,
  throttle: 30,
  maxDelay: 300,
  steps: 6,
  finalExitCodes: [78],
  successExitCodes: [143],
  stopTimeout: 30,
  stopTimeoutReason: "Time to finish what the service has begun.",
};

interface ServiceFacts {
  readonly name: string;
  readonly options: OptionTree;
}

/** Completes an author's definition with the defaults. */
export function completeModel(
  definition: ModelDefinition,
  { name, options }: ServiceFacts,
): ServiceModel {
  const { config, confinement, listen, restart, stateDirectory, unique = [], ...own } = definition;
  const model = {
    unit: name,
    systemdVersion: baselineSystemdVersion,
    derived: [],
    arguments: [],
    directories: [],
    temporaryPrefixes: [],
    shell: program("bashInteractive", "bash"),
    environment: [],
    extra: {},
    packages: [],
    generatedSecrets: [],
    managedFiles: [],
    assertions: [],
    ...own,
    stateDirectory: { mode: "0700", ...stateDirectory },
    ...(config === undefined ? {} : { config: { title: "configuration", layers: [], ...config } }),
    ...(listen === undefined ? {} : { listen: completeListener(listen, options) }),
    restart: { ...restartRules, ...restart },
  };
  const rules = typeof confinement === "function" ? confinement(model) : confinement;
  return {
    ...model,
    ...("unconfined" in rules ? { ...rules, confinement: [] } : { confinement: rules }),
    unique: uniqueOf(model, unique),
  };
}

function completeListener(given: ListenDefinition, options: OptionTree): Listener {
  const filled = optionAt(options, given.option.path)?.facets.setting;
  return { port: filled === undefined ? given.option : setting<number>(filled), ...given };
}

function optionAt(tree: OptionTree, [name = "", ...rest]: readonly string[]): Option | undefined {
  const child = tree[name];
  if (child === undefined || isOption(child)) return child;
  return optionAt(child, rest);
}

/** The values that no two instances of any service can share, from the roles of its options; then the author's. */
function uniqueOf(
  { listen, reach, identity, stateDirectory, config }: UnconfinedModel,
  ofAuthor: readonly Unique[],
): readonly Unique[] {
  const claim = (what: string, option: Ref<unknown> | undefined): readonly Unique[] =>
    option === undefined ? [] : [{ what, option }];
  const port =
    listen === undefined ? [] : [{ what: "port", option: listen.option, value: listen.port }];
  return [
    ...port.map((each) => (reach === undefined ? each : { ...each, more: [reach.tcpPorts] })),
    ...claim("UDP port", reach?.udpPorts),
    ...claim("user", identity?.user),
    ...claim("user id", identity?.uid),
    ...claim("group id", identity?.gid),
    ...claim("state directory", stateDirectory.path),
    ...ofAuthor,
    ...claim("configuration file", config?.path),
  ];
}
