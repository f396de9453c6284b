// Reads a stored configuration schema from the place a service names.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { UserError, type SourceLocation } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { type JsonSchema, parseJsonSchema } from "./json-schema.ts";

export interface SchemaFile {
  /** As the service names it, relative to the schema file that defines the service. */
  readonly file: string;
  /** Where the service is defined. */
  readonly location: SourceLocation;
}

/** @param entry absolute path of the schema file that defines the service */
export function readConfigSchema({ file, location }: SchemaFile, entry: string): JsonSchema {
  const path = resolve(dirname(entry), file);
  if (!existsSync(path)) throw missing(path, file, location);
  return parseStored(readFileSync(path, "utf8"), file, location);
}

function missing(path: string, file: string, location: SourceLocation): UserError {
  const directory = dirname(path);
  const names = existsSync(directory) ? readdirSync(directory).sort() : [];
  const meant = nearest(basename(path), names);
  return new UserError(`configuration schema ${file} not found`, {
    location,
    expected: names.length > 0 ? `one of ${names.join(", ")}` : undefined,
    next:
      meant === undefined
        ? "make it with `pnpm sync-gateway <version>`"
        : `did you mean ${dirname(file)}/${meant}? Or make it with \`pnpm sync-gateway\``,
  });
}

function parseStored(text: string, file: string, location: SourceLocation): JsonSchema {
  try {
    return parseJsonSchema(JSON.parse(text), file);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UserError(`configuration schema ${file} is not JSON`, {
      location,
      received: error.message,
      next: "make it again with `pnpm sync-gateway <version>`",
    });
  }
}
