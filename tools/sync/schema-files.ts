// The stored schemas: one file per version, formatted like every other file of the repository, so
// that a diff of two versions is readable.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import { BugError } from "../../src/errors.ts";
import { nodeFileSystem } from "../../src/output/file-system.ts";
import { canonicalJson } from "../../src/settings/canonical.ts";
import { compactSchema, expandSchema } from "../../src/settings/compact.ts";
import { compareVersions } from "../../src/compare-versions.ts";
import { type JsonSchema, parseJsonSchema } from "../../src/settings/json-schema.ts";
import { extension } from "../../src/settings/schema-path.ts";

/** The versions that are stored, oldest first. */
export function storedVersions(directory: string): readonly string[] {
  if (nodeFileSystem.kind(directory) !== "directory") return [];
  return readdirSync(directory)
    .filter((name) => name.endsWith(extension) && !name.startsWith("."))
    .map((name) => name.slice(0, -extension.length))
    .sort(compareVersions);
}

/** A stored schema, expanded. */
export function readStored(path: string): JsonSchema {
  const stored = parseJsonSchema(JSON.parse(readFileSync(path, "utf8")), path);
  return typeof stored === "boolean" ? stored : expandSchema(stored);
}

/** The text of the file that stores a schema, in this repository's format. */
export async function printStored(structure: JsonSchema): Promise<string> {
  const text = await printJson(canonicalJson(compactSchema(structure)));
  const stored = parseJsonSchema(JSON.parse(text), "the stored schema");
  const isSame =
    typeof stored === "object" && canonicalJson(expandSchema(stored)) === canonicalJson(structure);
  if (!isSame) throw new BugError("a stored schema expands to something else than it was made of");
  return text;
}

/** JSON in this repository's format. */
export async function printJson(text: string): Promise<string> {
  const options = (await resolveConfig(fileURLToPath(import.meta.url))) ?? {};
  return await format(text, { ...options, parser: "json" });
}

/** Replaces the file in one step, or leaves it as it was. */
export function writeStored(path: string, text: string): void {
  const temporary = join(dirname(path), `.${process.pid}.tmp`);
  try {
    nodeFileSystem.writeNew(temporary, text);
    nodeFileSystem.rename(temporary, path);
  } finally {
    nodeFileSystem.remove(temporary);
  }
}
