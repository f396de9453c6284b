// The common options of services, with descriptions, defaults and facets, and the parts of a model that follow
// from them. An author takes a whole group or single options, and can declare an option again after it with
// another description, default or type.

import { perPlatform } from "../model/platform-values.ts";
import type { JsonValue } from "../json.ts";
import { z } from "../zod.ts";
import {
  homeDirectory,
  instanceName,
  perInstance,
  reference,
  stableNumber,
  text,
} from "./build-expression.ts";
import type { ConfigDefinition, ModelDefinition } from "./complete-model.ts";
import { type Option, option, type Refs } from "./define-option.ts";
import {
  absolutePath,
  environmentVariablePattern,
  jsonObject,
  packageType,
  plainPath,
  secretFile,
} from "./value-types.ts";

/** The options that every service can have. */
export interface ServiceOptions {
  /** The service's package. Its main program is run. */
  readonly package: Option<z.ZodString>;

  /**
   * User the service runs as. It owns nothing but the service's state. No two instances may share it, because the
   * user keeps them apart.
   */
  readonly user: Option<z.ZodString>;

  /** Primary group of the service's user. */
  readonly group: Option<z.ZodString>;

  /**
   * Numeric id of the user. nix-darwin creates accounts by id, and never changes the id of one that
   * exists.
   */
  readonly uid: Option<z.ZodNumber>;

  /** Numeric id of the group. */
  readonly gid: Option<z.ZodNumber>;

  /**
   * Whether to create the user and the group. Set it to `false` if something else creates them; the
   * user then has to exist before the service starts.
   */
  readonly createUser: Option<z.ZodBoolean>;

  /**
   * Directory of everything the service writes. Only the service's user can read it. If it does not exist, the
   * module makes it; if it exists, it has to belong to that user, or the service does not start.
   */
  readonly stateDir: Option<z.ZodString>;

  /**
   * Secret files by the name of the environment variable the program reads, for everything that has no option
   * of its own.
   */
  readonly credentials: Option<z.ZodRecord<z.ZodString, z.ZodString>>;

  /**
   * Environment variables of the service. Everybody on the machine can read them: secrets belong
   * into {option}`credentials`.
   */
  readonly environment: Option<z.ZodRecord<z.ZodString, z.ZodString>>;

  /**
   * Files with further variables, one `NAME=value` per line, read when the service starts. On NixOS
   * root reads them, and the service's user needs no access; elsewhere the user that the service
   * runs as has to be able to read them.
   */
  readonly environmentFiles: Option<z.ZodArray<z.ZodString>>;

  /** Packages whose programs the service may run. Every one widens what the service can do. */
  readonly path: Option<z.ZodArray<z.ZodString>>;
}

/** The options of a service with a configuration file. */
export interface ConfigOptions {
  /**
   * Configuration of the program, as in its own configuration file. These settings win over the
   * other options. Everybody who can read the Nix store can read them: secrets belong into
   * {option}`credentials`.
   */
  readonly settings: Option<z.ZodType<Readonly<Record<string, JsonValue>>>>;

  /**
   * Where the module puts the rendered configuration: a file below `/etc` whose name ends in
   * `.json`. The service can read it, and can neither change nor replace it.
   */
  readonly configPath: Option<z.ZodString>;
}

/** The options for checks of the configuration. Each needs a part of the model's `config`. */
export interface CheckOptions {
  /**
   * What happens when {option}`settings` has a key or a value the program does not know: `error`
   * refuses the configuration, `warn` says so, `off` says nothing. The module knows the settings of
   * some releases of the program: it takes those of the newest release that is not newer than
   * {option}`package`, or else of the oldest, and a message says which. Use `warn` or `off` for
   * keys that came between that release and the package's. The module refuses secrets in the
   * settings in any case.
   */
  readonly settingsCheck: Option<z.ZodEnum<["error", "warn", "off"]>>;

  /**
   * Whether the packaged program itself checks the whole configuration when the system is built.
   * Costs a start of the program at build time.
   */
  readonly validateConfig: Option<z.ZodBoolean>;
}

/** The standard options of a service, in groups. */
export interface StandardOptions {
  readonly service: ServiceOptions;
  readonly config: ConfigOptions;
  readonly checks: CheckOptions;
}

/** A name useradd accepts; see useradd(8). */
const accountName = z.string().regex(/^[a-z_][a-z0-9_-]{0,30}$/);

/** Ids above those of people, outside of nix-darwin's own. */
const accountId = z.number().int().min(502).max(999);
const derivedId = perPlatform({ darwin: stableNumber(600, 300) });

const variableName = z.string().regex(environmentVariablePattern);

const withAccounts = ["nixos", "darwin"] as const;

/**
 * The common options of services.
 *
 * @param name the service's name. The user and the directories have this name, with an instance's name appended;
 *   so has the package in the package collection, unless `package` is another attribute
 */
export function standardOptions(
  name: string,
  { package: attribute = name }: { readonly package?: string } = {},
): StandardOptions {
  const account = perPlatform({ nixos: perInstance(name), darwin: perInstance(`_${name}`) });
  const accountOption = option(accountName, {
    default: account,
    instance: "own",
    platforms: withAccounts,
  });
  const idOption = option(accountId, {
    default: derivedId,
    instance: "own",
    platforms: ["darwin"],
  });
  const systemState = text`/var/lib/${perInstance(name)}`;
  return {
    service: {
      package: option(packageType(), { default: attribute }),
      user: accountOption,
      group: accountOption,
      uid: idOption,
      gid: idOption,
      createUser: option(z.boolean(), { default: true, platforms: withAccounts }),
      stateDir: option(plainPath(), {
        default: perPlatform({
          nixos: systemState,
          "home-manager": text`${homeDirectory}/.${perInstance(name)}`,
          darwin: systemState,
        }),
        instance: "own",
        example: `/srv/${name}`,
      }),
      credentials: option(z.record(variableName, secretFile()), {
        default: {},
        example: { API_KEY: `/run/keys/${name}` },
      }),
      environment: option(z.record(variableName, z.string()), {
        default: {},
        example: { TZ: "Europe/Vienna" },
      }),
      environmentFiles: option(z.array(absolutePath()), { default: [] }),
      path: option(z.array(packageType()), { default: [] }),
    },
    config: {
      settings: option(jsonObject(), { default: {} }),
      configPath: option(plainPath(), {
        default: perPlatform({ nixos: text`/etc/${name}/${instanceName}.json` }),
        instance: "own",
        platforms: ["nixos"],
      }),
    },
    checks: {
      settingsCheck: option(z.enum(["error", "warn", "off"]), { default: "error" }),
      validateConfig: option(z.boolean(), { default: true }),
    },
  };
}

/**
 * An option for a directory of the service's own. By default it is in the state directory. The author lists the
 * option in the model's `directories`.
 *
 * @param name the directory's name in the state directory
 */
export function directoryInState(name: string): Option<z.ZodString> {
  return option(plainPath(), {
    default: text`${reference<string>(["stateDir"])}/${name}`,
    instance: "own",
  });
}

/** References to the options of `service`; a service need not have all of them. */
type ServiceRefs = Pick<Refs<ServiceOptions>, "package" | "stateDir"> &
  Partial<Refs<ServiceOptions>>;

/** The parts of a model that follow from the standard options. */
type StandardModel = Pick<
  ModelDefinition,
  "package" | "stateDirectory" | "identity" | "extra" | "credentials"
>;

/** The parts of a model for the options of `service`: `...standardModel(cfg)`. */
export function standardModel(cfg: ServiceRefs): StandardModel {
  const { user, group, uid, gid, createUser, credentials } = cfg;
  const { environment, environmentFiles, path } = cfg;
  const account = user !== undefined && group !== undefined ? { user, group } : undefined;
  return {
    package: cfg.package,
    stateDirectory: { path: cfg.stateDir },
    ...(account === undefined
      ? {}
      : { identity: { ...account, ...given({ uid, gid, create: createUser }) } }),
    extra: given({ variables: environment, files: environmentFiles, packages: path }),
    ...given({ credentials }),
  };
}

/** References to the options of `config`, and to `settingsCheck` if the service has it. */
type ConfigRefs = Pick<Refs<ConfigOptions>, "settings"> &
  Partial<Refs<ConfigOptions> & Pick<Refs<CheckOptions>, "settingsCheck">>;

/** The model's `config` for these options; an author may add to it. */
export function standardConfig({
  settings,
  configPath,
  settingsCheck,
}: ConfigRefs): ConfigDefinition {
  return { settings, ...given({ path: configPath, check: settingsCheck }) };
}

/** The defined properties only. */
function given<T extends object>(parts: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
