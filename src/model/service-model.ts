// The service model, independent of any platform: the program, its user, files, credentials, environment and
// confinement. A platform emitter maps it to systemd units or launchd jobs.

import type { SourceLocation } from "../errors.ts";
import type { Exp, ExpNode, OrValue, Ref } from "./expression.ts";
import type { IrOption } from "./option-type.ts";
import type { Platform } from "./platform.ts";
import type { Proof } from "./proof.ts";
import type { Lift } from "./relaxation.ts";
import type { ConfinementDirective, Directives } from "./directives.ts";
import type { JsonValue } from "../json.ts";

/** A default computed from other options of the same instance. */
export interface DerivedDefault {
  readonly option: Ref<unknown>;
  /** A value, an expression, or one of them per platform. */
  readonly value: unknown;
}

/** The service's own user and group, on platforms where services have users of their own. */
export interface Identity {
  readonly user: Ref<string>;
  readonly group: Ref<string>;
  /** Numeric ids, for nix-darwin, which creates accounts by id. */
  readonly uid?: Ref<number>;
  readonly gid?: Ref<number>;
  /** Whether the module creates user and group. Default: true. */
  readonly create?: OrValue<boolean>;
}

/** The directory of the service's state. */
export interface Directory {
  readonly path: Ref<string>;
  /** Permissions in octal, for example `0700`. */
  readonly mode: string;
}

/** The program's own configuration file, rendered from options. */
export interface ConfigFile {
  /** The file's path on NixOS. Without it, the program reads the file in the store, as on other platforms. */
  readonly path?: Ref<string>;
  /** Free settings; they win over all typed options. */
  readonly settings: Ref<Readonly<Record<string, JsonValue>>>;
  /** The configuration's name in messages. */
  readonly title: string;
  /**
   * Fixed settings, lowest layer first. The settings of typed options come on top
   * of them, the user's free settings last.
   */
  readonly layers: readonly Exp<unknown>[];
  /**
   * The option for the treatment of mistakes in the free settings: `error`, `warn` or `off`. It needs a
   * configuration schema, and works for that schema's variant. Without the option, mistakes are errors.
   */
  readonly check?: Ref<string>;
  /** Lets the program itself check the file while the file's derivation is built. Default: no check. */
  readonly validation?: ConfigValidation;
  /** Advice for messages about a secret in the settings: a sentence that says what to do instead. */
  readonly secretAdvice?: string;
  /**
   * Settings that only some releases know, by their dotted paths: a sentence for those of others, who are told that
   * the setting is unknown.
   */
  readonly moved?: Readonly<Record<string, string>>;
  /** The well-known path at which the program's own command line looks; the module makes a link to the file there. */
  readonly link?: Exp<string>;
}

/** A program's check of its own configuration file, at build time. */
export interface ConfigValidation {
  /** Whether to run the check. It never runs for variants without a known configuration schema. */
  readonly wanted: Ref<boolean>;
  /**
   * A file of shell code, relative to the schema file that defines the service. If the program refuses the file
   * `$rendered`, the code has to fail and say why on its standard error. `$program` is the program, jq and the
   * coreutils are on the PATH, and the current directory is empty and the only writable one.
   */
  readonly script: string;
  /** Shell variables for the code, by their names. */
  readonly variables?: Readonly<Record<string, OrValue<string>>>;
}

/** What is made of the program's package, and runs in its place. */
export interface PackageBuild {
  /** Where it is made; elsewhere the package runs as it is. */
  readonly wanted: Exp<boolean>;
  /**
   * A file of shell code, relative to the schema file that defines the service. The code makes `$out` of
   * `$package`, with a main program of the same name; jq is on the path besides what every build has.
   */
  readonly script: string;
  /** Variables of the code, by their names. */
  readonly variables?: Readonly<Record<string, OrValue<string>>>;
}

export interface EnvironmentVariable {
  /** Null leaves the variable out. */
  readonly name: OrValue<string | null>;
  readonly value: OrValue<string>;
  /** Whether the user may set another value. Default: false, and the module refuses another value. */
  readonly isDefault?: boolean;
}

/** A secret that the service makes once, at its first start, if the user gave none. */
export interface GeneratedSecret {
  readonly variable: OrValue<string>;
  /** The file that keeps it; only the service can read it. */
  readonly file: Exp<string>;
  readonly when: Exp<boolean>;
}

/** A file or directory of the configuration inside a directory that the service may write. */
export interface ManagedFile {
  /** Relative to the directory. */
  readonly target: string;
  /** Store paths: one directory, copied whole, or files, concatenated. */
  readonly sources: readonly string[];
}

/** Managed files of one directory. */
export interface ManagedDirectory {
  /** One of the service's own directories. */
  readonly directory: string;
  readonly files: readonly ManagedFile[];
}

/** Managed files in one directory, or in as many as the configuration names. */
export type ManagedFiles = {
  /** Their name in the generated modules, an identifier: `documents`. */
  readonly name: string;
} & (
  | { readonly directory: Exp<string>; readonly files: Exp<readonly ManagedFile[]> }
  | { readonly directories: Exp<readonly ManagedDirectory[]> }
);

/** Options whose values must differ between instances. */
export interface Unique {
  /** For people: `port`. */
  readonly what: string;
  /** The option with the value, or with a list of values. */
  readonly option: Ref<unknown>;
  /** The effective value, if it can differ from the option's. */
  readonly value?: Exp<unknown>;
  /** Options with further values of the same kind, which must differ from those of other instances, too. */
  readonly more?: readonly Ref<readonly unknown[]>[];
}

/** Paths, ports and addresses that the user opens to the service, in spite of the confinement. */
export interface Reach {
  /** Paths on the machine; the service does not start without them. */
  readonly readable: Ref<readonly string[]>;
  readonly writable: Ref<readonly string[]>;
  /** Socket files of other programs. */
  readonly sockets: Exp<readonly string[]>;
  /** Further ports on which it may listen. */
  readonly tcpPorts: Ref<readonly number[]>;
  readonly udpPorts: Ref<readonly number[]>;
  /**
   * Whether it also listens on a port that the kernel chooses. For macOS, where the sandbox cannot tell such a
   * port from others; on systemd, the rules decide it themselves.
   */
  readonly freePort: Exp<boolean>;
  /** Where it may connect to: `none`, `internet` or `any`; a list only on platforms that can tell ranges apart. */
  readonly egress: Exp<unknown>;
}

/**
 * The hosts that a service reaches by name. Where systemd is the system's service manager, the service is in a network
 * namespace of its own, in which there is nothing else. Elsewhere a forward proxy leads to them (`proxy`).
 */
export interface NamedHosts {
  /** Whether an instance reaches named hosts only. */
  readonly wanted: Exp<boolean>;
  /** The hosts that the user lists: `namedHost()`. Those of credentials come on top (`CredentialFacet.hosts`). */
  readonly option: Ref<readonly string[]>;
  /** URLs whose hosts the service needs, too. A URL that shows no host counts for nothing. */
  readonly urls?: Exp<readonly string[]>;
  /**
   * Whether credentials with `CredentialFacet.outside` stay outside: a proxy of another user, which has the secret and
   * reaches its server alone, adds it to requests. It needs a network of the service's own. Default: they do not.
   */
  readonly keysOutside?: {
    readonly wanted: Exp<boolean>;
    /** The user's word, for messages. */
    readonly option: Ref<boolean>;
  };
  /** Without it, the service reaches named hosts on NixOS alone. */
  readonly proxy?: ForwardProxy;
}

/** How a service is told of the forward proxy outside of its sandbox that leads to named hosts and nowhere else. */
export interface ForwardProxy {
  /** The port of this machine on which it listens. */
  readonly port: Ref<number>;
  /** The variables by which the service and its programs learn its URL. */
  readonly variables: readonly string[];
  /** The variables by which they learn what to reach without it: this machine. */
  readonly exceptions: readonly string[];
  /** Further variables without which programs do not use it. */
  readonly more?: Readonly<Record<string, string>>;
  /** The account as which it runs where the service has one of its own; all instances share it. */
  readonly account: { readonly user: string; readonly id: number };
}

export type Assertion = Expectation | Refusal;

interface AboutOption {
  /** The option at fault; its path starts the message. */
  readonly option: Ref<unknown>;
  /** The platforms whose modules have the assertion. Absent: all. */
  readonly platforms?: readonly Platform[];
}

/** A condition that has to hold. */
export interface Expectation extends AboutOption {
  readonly holds: Exp<boolean>;
  /** What is wrong, and what to set instead. */
  readonly message: OrValue<string>;
}

/** Values that an option must not have. */
export interface Refusal extends AboutOption {
  readonly offenders: Exp<readonly string[]>;
  /** What is wrong with the offenders, and what to set instead. The message names the offenders before it. */
  readonly complaint: string;
}

/**
 * How the system's service manager learns that the program is up: only then the unit is started, and a
 * program that ends before is a start that failed. For programs that answer over HTTP. A user's systemd and
 * launchd take a program that runs for one that is up.
 */
export interface Readiness {
  readonly port: Exp<number>;
  /** The path of a URL that is answered with 200 once the program is ready, by whoever asks. */
  readonly path: string;
  /** How long the program may listen without such an answer before it is taken for started, in seconds. */
  readonly patience: OrValue<number>;
  /** After how many seconds a program that runs is taken for started, whatever it does. */
  readonly limit: number;
  /** Why these. Becomes a comment in the module. */
  readonly why: string;
}

/** When the service is started again. Times in seconds. */
export interface RestartRules {
  readonly delay: number;
  /** The delay on a service manager that cannot let it grow (launchd). */
  readonly throttle: number;
  /** Upper bound of the delay, reached after `steps` failures in a row. */
  readonly maxDelay: number;
  readonly steps: number;
  /** Exit codes after which another try cannot help (sysexits.h). */
  readonly finalExitCodes: readonly number[];
  /** Exit codes that are no failure. */
  readonly successExitCodes: readonly number[];
  readonly stopTimeout: number;
  /** The reason for the length of the stop timeout. */
  readonly stopTimeoutReason: string;
  /** Variables set by systemd (systemd.exec(5)) that the program must not see, and why. */
  readonly hiddenVariables?: { readonly names: readonly string[]; readonly why: string };
}

/** A rule of the confinement: its directives on systemd, and how other service managers keep it. */
export type ConfinementRule = ConfinementFacts & Proved<ConfinementDirective>;

interface ConfinementFacts {
  readonly id: string;
  /** Why the rule exists. Becomes a comment in the module, and a cell of the table of promises. */
  readonly why: string;
  readonly directives: Directives;
  /** Cases in which the directives have to be weaker. */
  readonly differences?: readonly Difference[];
  /**
   * Services of NixOS (`services.<name>`) whose runtime directories the directives show to the service. NixOS
   * keeps these directories when their services restart: otherwise the service would go on seeing the old directory.
   */
  readonly shownRuntime?: readonly string[];
  /** An address that the directives refuse, in a case. The launcher sees whether the kernel does. */
  readonly refuses?: { readonly address: string; readonly when: Exp<boolean> };
  /** What the directives cannot keep, and why; follows "it cannot". */
  readonly cannot?: string;
  /** Under a user's own systemd. */
  readonly user: UserManagerPromise;
  /** In a Seatbelt sandbox on macOS, for daemons and agents. */
  readonly seatbelt: SeatbeltPromise;
}

/** How a user's own systemd keeps a rule, or why it cannot. */
interface UserManagerPromise {
  /** The directives that it can enforce. Absent: the rule's own. */
  readonly directives?: ConfinementFacts["directives"];
  /** Replaces the rule's `why`, if that promises more than these directives keep. */
  readonly why?: string;
  /** What it cannot keep, and why. */
  readonly cannot?: string;
}

/** How macOS keeps a rule, or why it cannot. */
interface SeatbeltPromise {
  readonly keptBy?: string;
  /** Whether the job's property list keeps it, instead of the sandbox's profile. */
  readonly byJob?: boolean;
  readonly cannot?: string;
  /** The difference for an agent, which runs as the user. */
  readonly agent?: string;
}

/**
 * A case in which a rule promises less: releases of the program that would not run otherwise, or values of
 * options. It names the promises that it gives up; all others have to hold there, too.
 */
export interface Difference {
  /** Made of lower-case letters, digits and hyphens. */
  readonly name: string;
  /** The case, in words that follow "where". */
  readonly where: string;
  /** Whether an instance is such a case. */
  readonly when: Exp<boolean>;
  /** The promises given up, all of the same rule. */
  readonly lifts: readonly [Lift, ...Lift[]];
  /** Why the rule has to give them up, and what that costs. */
  readonly why: string;
}

/** Every promise carries its proof, or says why it has none. */
export type Proved<Part extends string> =
  | {
      readonly proofs: readonly [Proof, ...Proof[]];
      /** Directives whose loss no proof notices, and why they are there. */
      readonly unprovable?: Readonly<Partial<Record<Part, string>>>;
    }
  | { readonly proofs?: never; readonly unprovable: string };

/** The program's own command line, run as the service. */
export interface OperatorCommand {
  /** The command's name, as the operator types it. */
  readonly name: string;
  /** The variables of credentials and generated secrets that it needs. Default: none. */
  readonly secrets?: readonly OrValue<string>[];
  /**
   * The commands that need a terminal, by their first words: `channels login`. They get a terminal of
   * their own, whose output reaches the operator's terminal unfiltered; other commands get pipes.
   */
  readonly interactive?: readonly string[];
  /** Options of the program that may stand in place of a command. */
  readonly options?: readonly string[];
  /** Commands of the program that do not do here what they say; they run only after `--`. */
  readonly elsewhere?: readonly Elsewhere[];
  /** What the command does for the service's state, besides running the program. Default: nothing. */
  readonly care?: StateCare;
}

/** A command of the program that does not do here what it says. */
export interface Elsewhere {
  /** Its first words. */
  readonly words: string;
  /** Why, and what to do instead; follows the words. */
  readonly advice: string;
}

/**
 * The care of the service's state: a backup, its return, and the way back from the last change. None of it needs the
 * program.
 */
export interface StateCare {
  /** How the program mends a state that another release has left. Absent: it cannot. */
  readonly repair?: StateRepair;
  /** What can be brought in from an installation of somebody's own. Default: nothing. */
  readonly parts?: readonly StatePart[];
}

/** How the program mends its state. */
export interface StateRepair {
  readonly arguments: readonly string[];
  /** The variable that names the program's configuration file: it gets a copy, which it may change in vain. */
  readonly configVariable?: OrValue<string>;
  /** Variables that it must not see; null stands for none. */
  readonly without?: readonly OrValue<string | null>[];
}

/** A part of the state that can be brought in from another installation. */
export interface StatePart {
  /** Made of lower-case letters. */
  readonly name: string;
  /** What it is, for the manual. */
  readonly what: string;
  /** A folder of the other state, relative to it. Default: the state itself. */
  readonly from?: string;
  /** Patterns of the shell for the files in that folder. */
  readonly patterns: readonly [string, ...string[]];
  /** Where the files go. Default: the state directory. */
  readonly into?: OrValue<string>;
  /** Whether secrets are among them. */
  readonly secret?: boolean;
}

/** One VM test. */
export interface Scenario {
  /** Names of machines; `relaxed` is the machine with the relaxed services. */
  readonly on: readonly string[];
  /**
   * Python files, relative to the schema file, which run in this order after the functions of
   * vm-test/sandbox.py.
   */
  readonly scripts: readonly string[];
}

/** The VM tests: their machines and scripts. */
export interface Scenarios {
  /** The service's options on each machine, as its user would set them. */
  readonly nodes: Readonly<Record<string, Readonly<Record<string, JsonValue>>>>;
  /** The test with the service's name. */
  readonly main: Scenario;
  /** Further tests, named after the service and their key. */
  readonly further?: Readonly<Record<string, Scenario>>;
  /** Python programs that machines have as commands `nixmodgen-<name>`; relative to the schema file. */
  readonly programs?: Readonly<Record<string, string>>;
  /**
   * Attributes of the package collection that the proofs run. Every service has them in its option for further
   * programs.
   */
  readonly packages?: readonly string[];
  /** The common options of all instances on the machine with the relaxed services. */
  readonly relaxed: Readonly<Record<string, JsonValue>>;
}

/** The desktop application of a service, in the home of a user of macOS. */
export interface DesktopApplication {
  /** Null by default if the user has to name a package. */
  readonly package: Ref<string | null>;
  readonly install: Ref<boolean>;
  /** Its settings, as defaults(1) writes them. */
  readonly defaults: {
    readonly domain: string;
    readonly write: Ref<boolean>;
    readonly values: Readonly<Record<string, Ref<unknown>>>;
  };
}

/** Options of somebody else's module, by their dotted path there. */
export interface SupersededOptions {
  /** Options that exist here under another path. */
  readonly renamed: Readonly<Record<string, Ref<unknown>>>;
  /** Options that do not exist here, and what to do instead: whole sentences. */
  readonly removed: Readonly<Record<string, string>>;
}

/**
 * Somebody else's module that this service replaces: the module passes its configuration on to the options here.
 * Options with the same path in both need not be named.
 */
export interface SupersededModule extends SupersededOptions {
  /** The path of its options, under each of its names: `programs.it`. */
  readonly places: readonly string[];
  readonly platforms: readonly Platform[];
  /**
   * The names of its units for systemd, which those of its instances begin with. Where nothing else makes such a unit,
   * what a configuration adds to it is refused.
   */
  readonly units: readonly string[];
  /** Options of its instances, and the option that switches an instance on and off. */
  readonly instances: SupersededOptions & { readonly switch: string };
}

/** Where a reader finds the evidence that promises are kept: targets of Markdown links. */
export interface Evidence {
  /** The outcome of the probes on systemd. */
  readonly probes: string;
  /** The test of the decisions of the macOS sandbox. */
  readonly sandbox: string;
  /** The test that reads the jobs of macOS. */
  readonly job: string;
  /** What these tests do not show, and what a reader can do about it: a paragraph of Markdown. */
  readonly limit?: string;
}

/**
 * A switch that changes other options' defaults: where it is on, an option has another value unless somebody sets it.
 * In instances, the instance's own switch decides.
 */
export interface Preset {
  readonly when: Ref<boolean>;
  readonly sets: readonly { readonly option: Ref<unknown>; readonly value: Exp<unknown> }[];
}

/** The TCP port on which the service listens for its clients. */
export interface Listener {
  /** The option for the port. */
  readonly option: Ref<number>;
  /** The effective port, also if free settings decide it. */
  readonly port: Exp<number>;
  /** Whether NixOS opens the port in the firewall. Absent: never. */
  readonly openFirewall?: Ref<boolean>;
}

/** The user's additions to a service. */
export interface Additions {
  /** Environment variables. */
  readonly variables?: Ref<Readonly<Record<string, string>>>;
  /** Files with further variables, one `NAME=value` per line. */
  readonly files?: Ref<readonly string[]>;
  /** Packages on the service's PATH. */
  readonly packages?: Ref<readonly string[]>;
}

/** The complete model of a service. An author writes a `ModelDefinition`, which has defaults. */
export interface ServiceModel {
  /** The oldest systemd that knows all directives of the confinement. The NixOS module asserts it. */
  readonly systemdVersion: string;
  /** Name of the unit of the instance `default`; others get `-<instance>` appended. */
  readonly unit: string;
  /** Selects the row of the variant table. */
  readonly variant?: Ref<string>;
  readonly derived: readonly DerivedDefault[];
  readonly presets?: readonly Preset[];
  /** Required on platforms whose services have users of their own: NixOS and nix-darwin. */
  readonly identity?: Identity;
  /**
   * The program that runs the service's own shell commands, exported as `SHELL`. The account
   * itself has no login shell.
   */
  readonly shell: Exp<string>;
  readonly package: Ref<string>;
  /** What is made of the package; without, it runs as it is. */
  readonly build?: PackageBuild;
  readonly arguments: readonly OrValue<string>[];
  readonly stateDirectory: Directory;
  /** Its other directories, in the state directory or elsewhere, with the same permissions. */
  readonly directories: readonly Exp<string>[];
  /** Directories of its own that free settings name, and the option with these settings, for messages. */
  readonly namedDirectories?: {
    readonly option: Ref<unknown>;
    readonly paths: Exp<readonly string[]>;
  };
  /** Directories of others that it reads. */
  readonly readable?: Exp<readonly string[]>;
  /** Prefixes of names that the program makes in /tmp, even if TMPDIR names another directory. */
  readonly temporaryPrefixes: readonly string[];
  /**
   * Lock files below TMPDIR, as a pattern of find(1): the program checks whether the process in them is alive.
   * On platforms where it cannot check, the launcher removes them before each start; so the state needs another
   * guard, which ends with the process.
   */
  readonly locks?: string;
  readonly config?: ConfigFile;
  readonly environment: readonly EnvironmentVariable[];
  readonly extra: Additions;
  /** Attributes of the package collection that are always on the service's PATH. */
  readonly packages: readonly string[];
  /** Credentials without an option of their own, by environment variable. */
  readonly credentials?: Ref<Readonly<Record<string, string>>>;
  readonly generatedSecrets: readonly GeneratedSecret[];
  readonly managedFiles: readonly ManagedFiles[];
  readonly unique: readonly Unique[];
  readonly assertions: readonly Assertion[];
  readonly restart: RestartRules;
  readonly ready?: Readiness;
  readonly confinement: readonly ConfinementRule[];
  /**
   * The directives without which the user lets the service run, where the service manager does not carry them out.
   * Absent: none. For systemd: see `startChecks`.
   */
  readonly acceptMissing?: Ref<readonly string[]>;
  /** Why there are no rules, if there are none. */
  readonly unconfined?: string;
  readonly reach?: Reach;
  /** Absent if no instance is ever in a network of its own. */
  readonly hosts?: NamedHosts;
  readonly evidence?: Evidence;
  readonly scenarios?: Scenarios;
  readonly application?: DesktopApplication;
  /** Modules of others, whose configurations go on working. */
  readonly supersedes?: readonly SupersededModule[];
  readonly command?: OperatorCommand;
  readonly listen?: Listener;
}

/** Values that differ between variants of the program. */
export interface VariantTable {
  /** Name of the table in generated code. */
  readonly name: string;
  readonly variants: Readonly<Record<string, Readonly<Record<string, ExpNode>>>>;
}

/** The program's own configuration schemas, by version, for the check of settings. */
export interface ConfigSchema {
  /** The directory of the schemas, each `<version>.json`; relative to the schema file that defines the service. */
  readonly directory: string;
  /** The command that makes the schema of a release, for messages: `pnpm sync <version>`. */
  readonly command?: string;
  /**
   * The versions, in any order. The module checks a user's settings against the newest version that is not
   * newer than the package, or against the oldest if the package is older than all. The generator checks the
   * settings of the schema file itself against the newest.
   */
  readonly versions: readonly [string, ...string[]];
  /** The variant that these schemas describe, if there is a variant table. */
  readonly variant?: string;
}

/** The configuration schema, lowered. */
export interface IrConfigSchema extends Omit<ConfigSchema, "versions"> {
  readonly newest: string;
  /** Newest first. */
  readonly older: readonly string[];
  /** The place in the source that defines the service. */
  readonly location: SourceLocation;
}

/** A lowered service: the input of all emitters. */
export interface IrService {
  readonly name: string;
  readonly summary: string;
  readonly documentation: string;
  /** Earlier names of the service; the module renames every option from there. */
  readonly renamedFrom: readonly string[];
  /** The platforms it has modules for, in the order of `platforms`. */
  readonly platforms: readonly Platform[];
  /** Every option exists on at least one of the platforms. */
  readonly options: readonly IrOption[];
  readonly variants: VariantTable | undefined;
  readonly configSchema: IrConfigSchema | undefined;
  readonly model: ServiceModel;
}
