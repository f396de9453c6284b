// The service model: what is run, as whom, with which files, credentials, environment and
// confinement, on any platform. A platform emitter maps it to systemd units or launchd jobs and
// adds nothing of its own.

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

/** Who the service runs as, where that is not the user whose configuration it is. */
export interface Identity {
  readonly user: Ref<string>;
  readonly group: Ref<string>;
  /** Numeric ids, for nix-darwin, which creates accounts by id. */
  readonly uid?: Ref<number>;
  readonly gid?: Ref<number>;
  /** Whether the module creates user and group; it always does without. */
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
  /** Where it is put on NixOS. Without, the program reads it in the store, as on other platforms. */
  readonly path?: Ref<string>;
  /** Free settings; they win over everything the typed options say. */
  readonly settings: Ref<Readonly<Record<string, JsonValue>>>;
  /** What the configuration is called in messages. */
  readonly title: string;
  /**
   * Settings that are always there, lowest layer first. The settings of typed options come on top
   * of them, the user's free settings last.
   */
  readonly layers: readonly Exp<unknown>[];
  /**
   * How mistakes in the free settings are treated: `error`, `warn` or `off`. Needs a configuration schema, and
   * holds for the variant that has it. Without, they are errors.
   */
  readonly check?: Ref<string>;
  /** How the program itself is asked about the file when it is built; not at all without. */
  readonly validation?: ConfigValidation;
  /** What to do instead of writing a secret into the settings, for messages: a sentence. */
  readonly secretAdvice?: string;
  /** The well-known place the program's own command line looks in; becomes a link to the file. */
  readonly link?: Exp<string>;
}

/** How a program judges its configuration file when that is built. */
export interface ConfigValidation {
  /** Whether it is asked. Variants whose configuration schema is not known are not asked. */
  readonly wanted: Ref<boolean>;
  /**
   * A file of shell code, relative to the schema file that defines the service. The code fails, with the reason
   * on its standard error, where the program refuses the file `$rendered`. `$program` is the program, jq and the
   * coreutils are on the path, the directory is empty and the only one that can be written.
   */
  readonly script: string;
  /** Variables of the code, by their names. */
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
  /** Left out where it is null. */
  readonly name: OrValue<string | null>;
  readonly value: OrValue<string>;
  /** Whether the user may set another value. Default: false, and a value of the user's is refused. */
  readonly isDefault?: boolean;
}

/** A secret that is made once, at the first start, where the user gave none. */
export interface GeneratedSecret {
  readonly variable: OrValue<string>;
  /** Where it is kept, readable by the service only. */
  readonly file: Exp<string>;
  readonly when: Exp<boolean>;
}

/** A file or directory the module owns inside a directory the service may write to. */
export interface ManagedFile {
  /** Relative to the directory. */
  readonly target: string;
  /** Store paths: one directory, copied whole, or files, concatenated. */
  readonly sources: readonly string[];
}

export interface ManagedFiles {
  /** What they are called in the generated modules, an identifier: `documents`. */
  readonly name: string;
  readonly directory: Exp<string>;
  readonly files: Exp<readonly ManagedFile[]>;
}

/** Options whose values must differ between instances. */
export interface Unique {
  /** For people: `port`. */
  readonly what: string;
  /** What takes one, or with a list several. */
  readonly option: Ref<unknown>;
  /** The effective value, where it is not simply the option's. */
  readonly value?: Exp<unknown>;
  /** Options that take more of the same kind; they must differ from others' as well. */
  readonly more?: readonly Ref<readonly unknown[]>[];
}

/** What the user lets the service reach besides its own; confinement alone would keep it away. */
export interface Reach {
  /** Paths on the machine; the service does not start without them. */
  readonly readable: Ref<readonly string[]>;
  readonly writable: Ref<readonly string[]>;
  /** Files that are sockets of others. */
  readonly sockets: Exp<readonly string[]>;
  /** Where it may listen. */
  readonly tcpPorts: Ref<readonly number[]>;
  readonly udpPorts: Ref<readonly number[]>;
  /**
   * Whether it also listens on a port that the kernel chooses. For macOS, where a port that nobody has
   * named cannot be told from the others; on systemd, the rules say it themselves.
   */
  readonly freePort: Exp<boolean>;
  /** Where it may connect to: `none`, `internet` or `any`; others only where ranges can be told. */
  readonly egress: Exp<unknown>;
}

export type Assertion = Expectation | Refusal;

interface AboutOption {
  /** The option at fault; its path starts the message. */
  readonly option: Ref<unknown>;
  /** Where it is asked; everywhere if absent. */
  readonly platforms?: readonly Platform[];
}

/** What has to hold. */
export interface Expectation extends AboutOption {
  readonly holds: Exp<boolean>;
  /** What to set instead. */
  readonly message: OrValue<string>;
}

/** What must not be among the values of an option. */
export interface Refusal extends AboutOption {
  readonly offenders: Exp<readonly string[]>;
  /** What is wrong with them, which are named before, and what to set instead. */
  readonly complaint: string;
}

/** When the service is started again. Times in seconds. */
export interface RestartRules {
  readonly delay: number;
  /** The delay where it cannot grow. */
  readonly throttle: number;
  /** Upper bound of the delay, reached after `steps` failures in a row. */
  readonly maxDelay: number;
  readonly steps: number;
  /** Exit codes that will not go away by trying again (sysexits.h). */
  readonly finalExitCodes: readonly number[];
  /** Exit codes that are no failure. */
  readonly successExitCodes: readonly number[];
  readonly stopTimeout: number;
  /** Why the stop timeout is what it is. */
  readonly stopTimeoutReason: string;
  /** Variables set by systemd (systemd.exec(5)) that the program is not to see, and why. */
  readonly hiddenVariables?: { readonly names: readonly string[]; readonly why: string };
}

/** Something the service is kept from doing, on a systemd platform. */
export type ConfinementRule = ConfinementFacts & Proved<ConfinementDirective>;

interface ConfinementFacts {
  readonly id: string;
  /** What would be possible without the rule. Becomes a comment in the module. */
  readonly why: string;
  readonly directives: Directives;
  /** Where the directives have to be weaker than elsewhere. */
  readonly differences?: readonly Difference[];
  /**
   * Services of NixOS (`services.<name>`) whose runtime directories the directives show to the service. NixOS
   * keeps these directories while their services are started again: who sees one would go on seeing the old.
   */
  readonly shownRuntime?: readonly string[];
  /** What the directives cannot keep, and why; follows "it cannot". */
  readonly cannot?: string;
  /** Under a user's own systemd. */
  readonly user: UserManagerPromise;
  /** In a Seatbelt sandbox on macOS, for daemons and agents. */
  readonly seatbelt: SeatbeltPromise;
}

/** How a rule is kept under a user's own systemd. One that cannot be kept says why. */
interface UserManagerPromise {
  /** The directives it can enforce; absent where they are the same. */
  readonly directives?: ConfinementFacts["directives"];
  /** What these directives do, where the rule's own reason would promise more than they keep. */
  readonly why?: string;
  /** What it cannot keep, and why. */
  readonly cannot?: string;
}

/** How a rule is kept on macOS. One that cannot be kept says why. */
interface SeatbeltPromise {
  readonly keptBy?: string;
  /** Whether it is the job's property list that keeps it, instead of the sandbox's profile. */
  readonly byJob?: boolean;
  readonly cannot?: string;
  /** Where it differs for an agent, which runs as the user. */
  readonly agent?: string;
}

/**
 * Where a rule promises less: for releases of the program that would not run otherwise, or values of
 * options. What is given up is named, promise by promise, and all others have to hold there, too.
 */
export interface Difference {
  /** Made of lower-case letters, digits and hyphens. */
  readonly name: string;
  /** Where, in words that follow "where". */
  readonly where: string;
  /** The same, computed for every instance. */
  readonly when: Exp<boolean>;
  /** Promises of the same rule. */
  readonly lifts: readonly [Lift, ...Lift[]];
  /** Why it cannot be helped, and what it costs. */
  readonly why: string;
}

/** A promise carries its proof, or says why it has none. */
export type Proved<Part extends string> =
  | {
      readonly proofs: readonly [Proof, ...Proof[]];
      /** Parts without which the proofs hold all the same, and why they are there. */
      readonly unprovable?: Readonly<Partial<Record<Part, string>>>;
    }
  | { readonly proofs?: never; readonly unprovable: string };

/** The program's own command line, run as the service. */
export interface OperatorCommand {
  /** The command's name, as the operator types it. */
  readonly name: string;
  /** The variables it needs of the credentials and generated secrets; none without. */
  readonly secrets?: readonly OrValue<string>[];
  /**
   * The commands that need a terminal, by the words they begin with: `channels login`. They get one of
   * their own, and what they write to it reaches the operator's as it is; others get pipes.
   */
  readonly interactive?: readonly string[];
  /** Options of the program that may stand where a command would. */
  readonly options?: readonly string[];
}

/** One VM test. */
export interface Scenario {
  /** Names of machines; `relaxed` is the one with the relaxed services. */
  readonly on: readonly string[];
  /**
   * Python, one after the other, after the functions of vm-test/sandbox.py; relative to the schema
   * file.
   */
  readonly scripts: readonly string[];
}

/** The machines of the VM tests, and what happens on them. */
export interface Scenarios {
  /** The service's options on each machine, as its user would set them. */
  readonly nodes: Readonly<Record<string, Readonly<Record<string, JsonValue>>>>;
  /** The test that is named after the service. */
  readonly main: Scenario;
  /** Further tests, whose names are added to it. */
  readonly further?: Readonly<Record<string, Scenario>>;
  /** Python programs that machines have as commands `nixmodgen-<name>`; relative to the schema file. */
  readonly programs?: Readonly<Record<string, string>>;
  /**
   * Attributes of the package collection that every service has in its option for further programs:
   * what the proofs run beside the service's own.
   */
  readonly packages?: readonly string[];
  /** What all instances of the machine with the relaxed services have in common. */
  readonly relaxed: Readonly<Record<string, JsonValue>>;
}

/** The desktop application of a service, in the home of a user of macOS. */
export interface DesktopApplication {
  /** Null where the user has to name one. */
  readonly package: Ref<string | null>;
  readonly install: Ref<boolean>;
  /** Its settings, as defaults(1) writes them. */
  readonly defaults: {
    readonly domain: string;
    readonly write: Ref<boolean>;
    readonly values: Readonly<Record<string, Ref<unknown>>>;
  };
}

/** Options of a module of somebody else, by their dotted path there. */
export interface SupersededOptions {
  /** Those that exist here, under another path. */
  readonly renamed: Readonly<Record<string, Ref<unknown>>>;
  /** Those that there are none of here, and what to do instead: whole sentences. */
  readonly removed: Readonly<Record<string, string>>;
}

/**
 * A module of somebody else that this service takes the place of: what is configured for it is
 * passed on. Options that have the same path in both need not be named.
 */
export interface SupersededModule extends SupersededOptions {
  /** Where its options are, under each of its names: `programs.it`. */
  readonly places: readonly string[];
  readonly platforms: readonly Platform[];
  /** Options of its instances, and the one by which an instance is switched off. */
  readonly instances: SupersededOptions & { readonly switch: string };
}

/** What shows that promises are kept. */
export interface Evidence {
  /** The outcome of the probes on systemd. */
  readonly probes: string;
  /** The test that decides what the sandbox of macOS allows. */
  readonly sandbox: string;
  /** The test that reads the jobs of macOS. */
  readonly job: string;
  /** What none of them shows, and where that can be helped: a paragraph of Markdown. */
  readonly limit?: string;
}

/** Where the service listens for its clients. */
export interface Listener {
  /** The option that says the TCP port. */
  readonly option: Ref<number>;
  /** The port as it ends up, also where free settings say it. */
  readonly port: Exp<number>;
  /** Whether NixOS opens the port in the firewall; never without. */
  readonly openFirewall?: Ref<boolean>;
}

/** What the user adds to a service. */
export interface Additions {
  /** Environment variables. */
  readonly variables?: Ref<Readonly<Record<string, string>>>;
  /** Files with further variables, one `NAME=value` per line. */
  readonly files?: Ref<readonly string[]>;
  /** Packages on the service's PATH. */
  readonly packages?: Ref<readonly string[]>;
}

/** Everything there is to know of a service. `ModelDefinition` is what an author has to say of it. */
export interface ServiceModel {
  /** The oldest systemd that knows all directives of the confinement; where it is known, it is asked for. */
  readonly systemdVersion: string;
  /** Name of the unit of the instance `default`; others get `-<instance>` appended. */
  readonly unit: string;
  /** Selects the row of the variant table. */
  readonly variant?: Ref<string>;
  readonly derived: readonly DerivedDefault[];
  /** Demanded by platforms whose services have users of their own: NixOS and nix-darwin. */
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
  /** Directories of others that it reads, whoever may write there. */
  readonly readable?: Exp<readonly string[]>;
  /** Beginnings of names in /tmp that the program makes whatever TMPDIR says. */
  readonly temporaryPrefixes: readonly string[];
  /**
   * Files in a directory below TMPDIR, as find(1) matches paths, by which the program knows that it
   * runs already, and looks at the process in them. Where it may not look, they are removed before
   * each start; so something that ends with the process has to guard the state, too.
   */
  readonly locks?: string;
  readonly config?: ConfigFile;
  readonly environment: readonly EnvironmentVariable[];
  readonly extra: Additions;
  /** Attributes of the package collection that are always on the service's PATH. */
  readonly packages: readonly string[];
  /** Credentials by environment variable that have no option of their own. */
  readonly credentials?: Ref<Readonly<Record<string, string>>>;
  readonly generatedSecrets: readonly GeneratedSecret[];
  readonly managedFiles: readonly ManagedFiles[];
  readonly unique: readonly Unique[];
  readonly assertions: readonly Assertion[];
  readonly restart: RestartRules;
  /** What it is kept from doing; or why nothing is. */
  readonly confinement: readonly ConfinementRule[];
  readonly unconfined?: string;
  readonly reach?: Reach;
  /** Where the outcome of the proofs can be read; links of Markdown. */
  readonly evidence?: Evidence;
  readonly scenarios?: Scenarios;
  readonly application?: DesktopApplication;
  /** Modules of others, whose configurations go on working. */
  readonly supersedes?: readonly SupersededModule[];
  readonly command?: OperatorCommand;
  readonly listen?: Listener;
}

/** Values that differ between variants of the program: a row per key, a column per variant. */
export interface VariantTable {
  /** Name of the table in generated code. */
  readonly name: string;
  readonly variants: Readonly<Record<string, Readonly<Record<string, ExpNode>>>>;
}

/** The program's own configuration schema, by version: what the settings are checked against. */
export interface ConfigSchema {
  /** Where they are, `<version>.json` each; relative to the schema file that defines the service. */
  readonly directory: string;
  /** The command that makes one of a release, for messages: `pnpm sync <version>`. */
  readonly command?: string;
  /**
   * The versions to know, in any order. A user's settings are checked against the newest that is not
   * newer than the package, those of older packages against the oldest; what the schema file itself
   * says, against the newest.
   */
  readonly versions: readonly [string, ...string[]];
  /** The variant whose program it is of, where there is a variant table. */
  readonly variant?: string;
}

/** The configuration schema, lowered. */
export interface IrConfigSchema extends Omit<ConfigSchema, "versions"> {
  readonly newest: string;
  /** Newest first. */
  readonly older: readonly string[];
  /** Where the service is defined. */
  readonly location: SourceLocation;
}

/** A service, lowered: everything the emitters read. */
export interface IrService {
  readonly name: string;
  readonly summary: string;
  readonly documentation: string;
  /** Earlier names of the service; every option is renamed from there. */
  readonly renamedFrom: readonly string[];
  /** Those it has modules for, in the order of `platforms`. */
  readonly platforms: readonly Platform[];
  /** Every one exists on at least one of the platforms. */
  readonly options: readonly IrOption[];
  readonly variants: VariantTable | undefined;
  readonly configSchema: IrConfigSchema | undefined;
  readonly model: ServiceModel;
}
