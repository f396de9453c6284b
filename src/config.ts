// Loads the project's configuration, `nixmodgen.config.ts`, and the services it names. It reports all mistakes in
// either before anything is generated.

import { readFileSync, statSync } from "node:fs";
import { basename, dirname, join, posix, relative, resolve } from "node:path";
import { inspect } from "node:util";
import type { DocsSource } from "./docs/option-docs.ts";
import { UserError } from "./errors.ts";
import { isCode, loadDefaultExport } from "./load-module.ts";
import { platforms, type Platform } from "./model/platform.ts";
import { nearest } from "./nearest.ts";
import type { Service } from "./schema/define-service.ts";
import {
  type OutputKind,
  outputKinds,
  type ReadSchema,
  type ServiceSource,
} from "./service-source.ts";
import { z } from "./zod.ts";

export interface Config {
  /** The directory of the generated files, relative to the configuration file. */
  readonly output: string;
  /** Schema files, relative to the configuration file. */
  readonly services: readonly string[];
  /**
   * A directory with the interfaces of the last release (a copy of `interface/` in the output), relative to the
   * configuration file. `generate --check` then refuses changes that break configurations of that release.
   */
  readonly released?: string;
  /** The changes that are meant to break configurations: names of options (`services.hello.port`), and reasons. */
  readonly breaks?: Readonly<Record<string, string>>;
  /** The platforms to generate for. Default: all platforms of each service. */
  readonly platforms?: readonly Platform[];
  /** What to generate. Default: everything. */
  readonly outputs?: readonly OutputKind[];
  /**
   * The project's command that generates, as people type it. Headers of generated files and messages name it.
   * Default: `npx nixmodgen generate`.
   */
  readonly command?: string;
}

/** Gives the configuration file's default export its type. */
export function defineConfig(config: Config): Config {
  return config;
}

/** A configuration whose files are known to exist. All paths but `output` are absolute. */
export interface LoadedConfig {
  readonly released: string | undefined;
  readonly breaks: Readonly<Record<string, string>>;
  readonly file: string;
  readonly root: string;
  /** POSIX path relative to `root`. */
  readonly output: string;
  readonly services: readonly string[];
  readonly platforms: readonly Platform[];
  readonly outputs: readonly OutputKind[];
  readonly command: string;
  readonly tsconfig: string;
}

export const configName = "nixmodgen.config.ts";

const examples: Readonly<Record<keyof Config, string>> = {
  output: 'a directory below the configuration file, for example "generated"',
  services: 'a list of schema files, for example ["schema/hello.ts"]',
  released: 'a directory with the interfaces of the last release, for example "released/1.0.0"',
  breaks: 'reasons by names of options, for example { "services.hello.port": "…" }',
  platforms: `a list of ${platforms.join(", ")}`,
  outputs: `a list of ${outputKinds.join(", ")}`,
  command: 'the command that generates, for example "npm run generate"',
};

const configSchema = z
  .object({
    output: z.string().refine(isBelow),
    services: z.array(z.string().min(1)).nonempty(),
    released: z.string().min(1).optional(),
    breaks: z.record(z.string().min(1)).optional(),
    platforms: z
      .array(z.enum(platforms))
      .nonempty()
      .default([...platforms]),
    outputs: z
      .array(z.enum(outputKinds))
      .nonempty()
      .default([...outputKinds]),
    // It becomes a line of a comment.
    command: z
      .string()
      .regex(/^[^\n\r`]+$/)
      .default("npx nixmodgen generate"),
  })
  .strict();

/** Whether a path is inside the configuration's directory, and not that directory itself. */
function isBelow(path: string): boolean {
  const [first] = posix.normalize(path).split("/");
  return !posix.isAbsolute(path) && first !== "." && first !== "..";
}

/**
 * The path of the configuration: the named file, which need not exist, or else the nearest one in a directory and
 * those above it.
 */
export function findConfig(directory: string, path: string | undefined): string | undefined {
  if (path !== undefined) return resolve(directory, path);
  const file = join(directory, configName);
  if (isFile(file)) return file;
  const above = dirname(directory);
  return above === directory ? undefined : findConfig(above, undefined);
}

/**
 * Finds, reads and checks the configuration.
 *
 * @param directory the directory of the command
 * @param path the file given with `--config`, if any
 * @param fresh read the file again even if it was read before
 */
export async function loadConfig(
  directory: string,
  path?: string,
  fresh = false,
): Promise<LoadedConfig> {
  const file = expectConfig(directory, path);
  const root = dirname(file);
  const label = basename(file);
  const config = validate(await loadDefaultExport(file, { root, fresh }), file);
  const services = config.services.map((service) => resolve(root, service));
  for (const [index, service] of services.entries()) {
    const name = relative(root, service);
    const location = { file: label, line: lineOf(file, "services") };
    if (!isFile(service)) {
      throw new UserError(`schema file ${name} not found`, {
        location,
        next: 'correct "services"; its paths are relative to the configuration file',
      });
    }
    if (!isCode(service)) {
      throw new UserError(`${name} is not a TypeScript file`, {
        location,
        expected: "a file whose name ends in .ts",
        next: 'correct "services"',
      });
    }
    if (services.indexOf(service) !== index) {
      throw new UserError(`schema file ${name} is listed twice`, {
        location,
        next: 'remove one of the two from "services"',
      });
    }
  }
  const tsconfig = resolve(root, "tsconfig.json");
  if (!isFile(tsconfig)) {
    throw new UserError(`no tsconfig.json beside ${label}`, {
      next: "create one: schema files are read the way TypeScript reads them",
    });
  }
  const output = posix.normalize(config.output).replace(/\/$/, "");
  const released = config.released === undefined ? undefined : resolve(root, config.released);
  if (released !== undefined && !isDirectory(released)) {
    throw new UserError(`directory ${relative(root, released)} not found`, {
      location: { file: label, line: lineOf(file, "released") },
      expected: examples.released,
      next: 'correct "released", or leave it out until something is released',
    });
  }
  const breaks = config.breaks ?? {};
  return { ...config, file, root, output, services, tsconfig, released, breaks };
}

/** The file of the configuration. Throws if it does not exist or cannot be imported. */
function expectConfig(directory: string, path: string | undefined): string {
  const file = findConfig(directory, path);
  if (file === undefined) {
    throw new UserError(
      `configuration file ${configName} not found, neither here nor in a directory above`,
      { next: `run the command where ${configName} is, or name the file with --config` },
    );
  }
  if (path === undefined) return file;
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) {
    throw new UserError(`configuration file ${path} not found`, {
      next: "name an existing file with --config",
    });
  }
  if (stats.isDirectory()) {
    throw new UserError(`configuration file ${path} is a directory`, {
      next: `name the file in it, for example ${join(path, configName)}`,
    });
  }
  if (isCode(file)) return file;
  throw new UserError(`${path} is not a TypeScript file`, {
    expected: "a file whose name ends in .ts",
    next: `name ${configName}, or leave --config out: it is found from any directory below it`,
  });
}

function validate(value: unknown, file: string): z.infer<typeof configSchema> {
  const label = basename(file);
  const result = configSchema.safeParse(value);
  if (result.success) return result.data;
  const { issues } = result.error;
  // A misspelt key is also a missing one; report the misspelt one.
  const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0];
  if (issue?.code === "unrecognized_keys") {
    const key = issue.keys[0] ?? "";
    const meant = nearest(key, Object.keys(examples));
    throw new UserError(`unknown key "${key}" in ${label}`, {
      location: { file: label, line: lineOf(file, key) },
      expected: Object.keys(examples).join(", "),
      next: meant === undefined ? "remove it" : `did you mean "${meant}"?`,
    });
  }
  const key = issue?.path[0];
  if (!isKey(key)) {
    throw new UserError(`the default export of ${label} is not a configuration`, {
      expected: "defineConfig({ output: …, services: […] })",
      received: describe(value),
    });
  }
  const received = Object.entries(value ?? {}).find(([name]) => name === key)?.[1] as unknown;
  throw new UserError(
    `"${key}" in ${label} is ${received === undefined ? "missing" : "not valid"}`,
    {
      location: { file: label, line: lineOf(file, key) },
      expected: examples[key],
      received: received === undefined ? undefined : describe(received),
    },
  );
}

function isKey(key: unknown): key is keyof Config {
  return typeof key === "string" && Object.hasOwn(examples, key);
}

export interface LoadServicesOptions {
  /** Run the schema files again even if they were run before. */
  readonly fresh?: boolean;
  /** Uses a service while its schema is still being read. It does not affect the result. */
  readonly meanwhile?: (file: DocsSource, service: Service) => Promise<void>;
}

/**
 * Reads and imports the schema files of a configuration. While reading takes long, it already runs the file. It
 * reports mistakes in the types before errors of the run.
 */
export async function loadServices(
  config: LoadedConfig,
  readSchema: ReadSchema,
  options: LoadServicesOptions = {},
): Promise<readonly ServiceSource[]> {
  const { root, tsconfig, outputs } = config;
  const sources: ServiceSource[] = [];
  for (const entry of config.services) {
    const file = { entry, root, tsconfig };
    const reading = readSchema(file);
    const loading = loadService(file, config.platforms, options.fresh ?? false);
    if (reading instanceof Promise) {
      // The code below reports mistakes, also those found before the schema has run.
      reading.catch(() => undefined);
      await useTheTime(loading, file, options.meanwhile);
    }
    const [read] = await Promise.allSettled([reading, loading]);
    if (read.status === "rejected") throw read.reason;
    const service = await loading;
    const other = sources.find((source) => source.service.name === service.name);
    if (other !== undefined) {
      throw new UserError(`two services have the name ${service.name}`, {
        received: `${relative(root, other.entry)} and ${relative(root, entry)}`,
        next: "give each service a name of its own",
      });
    }
    sources.push({ ...file, service, docs: read.value, outputs });
  }
  return sources;
}

async function loadService(
  { entry, root }: DocsSource,
  wanted: readonly Platform[],
  fresh: boolean,
): Promise<Service> {
  const service = await loadDefaultExport(entry, { root, fresh });
  if (isService(service)) return narrow(service, wanted, relative(root, entry));
  throw new UserError(`the default export of ${relative(root, entry)} is not a service`, {
    expected: "export default defineService({ … })",
    received: describe(service),
  });
}

/** The service for the platforms of the configuration only. */
function narrow(service: Service, wanted: readonly Platform[], label: string): Service {
  if (platforms.every((platform) => wanted.includes(platform))) return service;
  const left = service.platforms.filter((platform) => wanted.includes(platform));
  if (left.length === service.platforms.length) return service;
  if (left.length === 0) {
    throw new UserError(`${label} is for none of the platforms of ${configName}`, {
      expected: `one of ${wanted.join(", ")}`,
      received: service.platforms.join(", "),
      next: 'add one of the service\'s platforms to "platforms", or remove the file from "services"',
    });
  }
  const { scenarios, ...model } = service.model;
  // A VM test needs NixOS.
  const kept = scenarios !== undefined && left.includes("nixos") ? { scenarios } : {};
  return { ...service, platforms: left, model: { ...model, ...kept } };
}

async function useTheTime(
  loading: Promise<Service>,
  file: DocsSource,
  meanwhile: LoadServicesOptions["meanwhile"],
): Promise<void> {
  const [loaded] = await Promise.allSettled([loading]);
  if (loaded.status === "fulfilled") await meanwhile?.(file, loaded.value);
}

function isService(value: unknown): value is Service {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "service";
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** The line of a key; the first line if the file does not contain the key. */
function lineOf(file: string, key: string): number {
  const lines = readFileSync(file, "utf8").split("\n");
  const index = lines.findIndex((line) =>
    new RegExp(`(^|[^\\w])["']?${escapeRegExp(key)}["']?\\s*:`).test(line),
  );
  return Math.max(index, 0) + 1;
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** A value as it would be written, cut short. */
function describe(value: unknown): string {
  const text = inspect(value, { depth: 1, compact: true, breakLength: Infinity });
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
