// The generator as a function, for programs: it does what the command does, but writes nothing, and returns mistakes
// as values.

import { join } from "node:path";
import { register } from "tsx/esm/api";
import { noCache, openCache } from "./cache/cache.ts";
import { loadConfig, loadServices } from "./config.ts";
import { readCachedDocs } from "./docs/cached-docs.ts";
import { formatUserError, UserError, type UserErrorDetails, UserErrors } from "./errors.ts";
import { generateAll } from "./generate-all.ts";
import { generate as generateService } from "./generate.ts";
import type { OutputFile } from "./output/file.ts";
import { createManifest } from "./output/manifest.ts";

export type { OutputFile } from "./output/file.ts";
export type { SourceLocation, UserErrorDetails } from "./errors.ts";

export interface GenerateOptions {
  /** The directory from which the configuration file is looked for, there and above. Default: the process's own. */
  readonly directory?: string;
  /** The configuration file, relative to the directory. Default: `nixmodgen.config.ts`. */
  readonly config?: string;
  /** Whether to use and fill the cache in `node_modules`. Default: true. */
  readonly cache?: boolean;
}

/** A mistake in the schema or in the configuration, as the command reports it. */
export interface Mistake extends UserErrorDetails {
  readonly message: string;
}

export type Generated =
  | {
      readonly ok: true;
      /** The absolute path of the output directory, to which the paths of files are relative. */
      readonly directory: string;
      /** Everything that the command would write, the manifest included. */
      readonly files: readonly OutputFile[];
    }
  | { readonly ok: false; readonly mistakes: readonly Mistake[] };

/**
 * Generates the files of a project, and writes nothing.
 *
 * @throws an error only for a bug of the generator; what an author can mend is a value
 */
export async function generate(options: GenerateOptions = {}): Promise<Generated> {
  // Configuration and schema are TypeScript, which this process may not be able to run.
  const unregister = register();
  try {
    const config = await loadConfig(options.directory ?? process.cwd(), options.config);
    const cache = options.cache === false ? noCache : openCache(config.root);
    const services = await loadServices(config, (file) => readCachedDocs(file, cache));
    const files = generateAll(services, (each) => generateService(each, cache), config.command);
    return {
      ok: true,
      directory: join(config.root, config.output),
      files: [...files, createManifest(files, config.command)],
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ok: false, mistakes: mistakesOf(error).map(describe) };
  } finally {
    await unregister();
  }
}

/** The mistake as the command prints it: a line per fact. */
export function formatMistake({ message, ...details }: Mistake): string {
  return formatUserError(new UserError(message, details));
}

function mistakesOf(error: UserError): readonly UserError[] {
  return error instanceof UserErrors ? error.errors : [error];
}

function describe({ message, details }: UserError): Mistake {
  return { message, ...details };
}
