// What the site is made of: the generated reference and the guides, read from the repository.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { JsonValue } from "../../src/json.ts";
import type { Migration } from "../../src/reference/migrations.ts";
import type { ReferenceOption } from "../../src/reference/reference.ts";
import type { Rule } from "../../src/reference/reference-json.ts";
import { expandSchema } from "../../src/settings/compact.ts";
import { type JsonSchema, parseJsonSchema } from "../../src/settings/json-schema.ts";

export interface Reference {
  readonly name: string;
  readonly summary: string;
  readonly documentation: string;
  readonly platforms: readonly { readonly id: string; readonly title: string }[];
  readonly options: readonly ReferenceOption[];
  readonly rules: readonly Rule[];
  readonly migrations: readonly Migration[];
}

/** A promise that follows from facts about the service, with its proof. */
export interface OwnPromise {
  readonly rule: string;
  readonly promise: string;
  readonly brokenBy?: { readonly what: string };
  readonly keptBy?: readonly string[];
}

export interface Release {
  readonly version: string;
  readonly schema: JsonSchema;
}

export interface Sources {
  readonly reference: Reference;
  readonly ownPromises: readonly OwnPromise[];
  /** The gateway's configuration schemas, newest first. */
  readonly releases: readonly Release[];
  /** The pages of docs/, by their names without `.md`. */
  readonly docs: ReadonlyMap<string, string>;
}

export function readSources(root: string, service: string): Sources {
  const read = (path: string): string => readFileSync(join(root, path), "utf8");
  const json = (path: string): JsonValue => JSON.parse(read(path)) as JsonValue;
  const versions = readdirSync(join(root, "schema/gateway"))
    .map((name) => name.replace(/\.json$/, ""))
    .sort((left, right) => right.localeCompare(left, "en", { numeric: true }));
  const pages = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"));
  return {
    // The generator writes these; reading them as other types would be its mistake.
    reference: json(`generated/docs/reference-${service}.json`) as unknown as Reference,
    ownPromises: json(`generated/tests/promises-${service}.json`) as unknown as OwnPromise[],
    releases: versions.map((version) => ({
      version,
      schema: readRelease(json(`schema/gateway/${version}.json`), version),
    })),
    docs: new Map(pages.map((name) => [name.replace(/\.md$/, ""), read(join("docs", name))])),
  };
}

function readRelease(value: JsonValue, version: string): JsonSchema {
  const stored = parseJsonSchema(value, version);
  return typeof stored === "boolean" ? stored : expandSchema(stored);
}
