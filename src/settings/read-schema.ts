// Reads a stored configuration schema from the directory that a service names.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { UserError, type SourceLocation } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { type JsonSchema, parseJsonSchema } from "./json-schema.ts";

export interface SchemaFile {
  /** Its path, relative to the schema file that defines the service. */
  readonly file: string;
  /** The definition of the service. */
  readonly location: SourceLocation;
  /** The command that makes such a file, if there is one. */
  readonly command?: string | undefined;
}

/** What was read last, by the file's path. */
const known = new Map<string, { readonly text: string; readonly schema: JsonSchema }>();

/**
 * The same file has the same schema, as long as its text is the same.
 *
 * @param entry absolute path of the schema file that defines the service
 */
export function readConfigSchema(schema: SchemaFile, entry: string): JsonSchema {
  const path = resolve(dirname(entry), schema.file);
  if (!existsSync(path)) throw missing(path, schema);
  const text = readFileSync(path, "utf8");
  const last = known.get(path);
  if (last?.text === text) return last.schema;
  const parsed = parseStored(text, schema);
  known.set(path, { text, schema: parsed });
  return parsed;
}

function missing(path: string, { file, location, command }: SchemaFile): UserError {
  const directory = dirname(path);
  const names = existsSync(directory) ? readdirSync(directory).sort() : [];
  const meant = nearest(basename(path), names);
  const make = command === undefined ? "put it there" : `make it with \`${command}\``;
  return new UserError(`configuration schema ${file} not found`, {
    location,
    expected: names.length > 0 ? `one of ${names.join(", ")}` : undefined,
    next: meant === undefined ? make : `did you mean ${dirname(file)}/${meant}? Otherwise ${make}`,
  });
}

function parseStored(text: string, { file, location, command }: SchemaFile): JsonSchema {
  try {
    return parseJsonSchema(JSON.parse(text), file);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UserError(`configuration schema ${file} is not JSON`, {
      location,
      received: error.message,
      next: command === undefined ? "correct it" : `make it again with \`${command}\``,
    });
  }
}
