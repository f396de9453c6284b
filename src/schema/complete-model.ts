// What an author says of a service, and what the library adds. A service has the parts that its author gives
// it; everything else has a default, or is not there.

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

/** The parts with defaults of their own. */
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

/** The parts that an author says in fewer words. */
type Shortened = "stateDirectory" | "config" | "restart" | "listen" | "confinement" | "unconfined";

/**
 * What an author has to say of a service: who it is, what it runs, where its state is and what confines it.
 * Defaults: `unit` is the service's name, `shell` bash, `systemdVersion` the one that the baseline needs, and
 * lists are empty.
 */
export interface ModelDefinition
  extends Omit<ServiceModel, Defaulted | Shortened>, Partial<Pick<ServiceModel, Defaulted>> {
  /** The mode is 0700 by default. */
  readonly stateDirectory: Pick<Directory, "path"> & Partial<Directory>;
  /** Absent where the program has no configuration file. */
  readonly config?: ConfigDefinition;
  /** Absent where the program listens nowhere. */
  readonly listen?: ListenDefinition;
  readonly restart?: RestartDefinition;
  /** `baseline()`, at least one rule, or `unconfined(why)`; a list may follow from the rest of the model. */
  readonly confinement: Confinement | ((model: UnconfinedModel) => Confinement);
}

type Confinement = readonly ConfinementRule[] | Unconfined;

/** A model, complete but for what confines it. */
export type UnconfinedModel = Omit<ServiceModel, "confinement" | "unconfined" | "unique">;

/** The title is `configuration` by default, and there are no layers. */
export type ConfigDefinition = Omit<ConfigFile, "title" | "layers"> &
  Partial<Pick<ConfigFile, "title" | "layers">>;

/** The port is by default what the option says, or what the setting that it fills ends up with. */
export type ListenDefinition = Omit<Listener, "port"> & Partial<Pick<Listener, "port">>;

type StopRules = Pick<RestartRules, "stopTimeout" | "stopTimeoutReason">;

/** Who says how long a stop may take says why. Default: see `restartRules`. */
export type RestartDefinition = Partial<Omit<RestartRules, keyof StopRules>> &
  (StopRules | { readonly [K in keyof StopRules]?: never });

/** Says that a service is kept from nothing, and why. */
export interface Unconfined {
  readonly unconfined: string;
}

/**
 * In place of rules, for a service that nothing confines.
 *
 * @param why a sentence; it is told in the table of promises
 */
export function unconfined(why: string): Unconfined {
  return { unconfined: why };
}

/** PrivatePIDs=, PrivateTmp=disconnected and ProtectControlGroups=strict came with it. */
const baselineSystemdVersion = "257";

/**
 * When a service is started again, unless its author says otherwise: after 5 s, and more slowly with every
 * failure. 78 (EX_CONFIG of sysexits.h) is what the launcher ends with where no further try can help; 143 is
 * the end of a program that was asked to stop.
 */
export const restartRules: RestartRules = {
  delay: 5,
  throttle: 30,
  maxDelay: 300,
  steps: 6,
  finalExitCodes: [78],
  successExitCodes: [143],
  stopTimeout: 30,
  stopTimeoutReason: "Time to end what was begun.",
};

interface ServiceFacts {
  readonly name: string;
  readonly options: OptionTree;
}

/** The model with all its parts. */
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

/** What no two instances can share, whatever the service: it follows from what the options are for. */
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
