// The form of a schema that the Nix option type reads (src/runtime/nix/json-schema-type.nix).
//
// Contract: the result accepts the same values as the schema, and keys with a default may be left out. It has
// annotations that Nix cannot compute: translated patterns, places of secrets, and
// under `x-keywords` every keyword in it, so that a type can refuse an unknown keyword
// without reading the whole schema.

import { annotatePatterns, type UntranslatablePattern } from "./annotate-patterns.ts";
import { compactSchema, expandSchema } from "./compact.ts";
import { type JsonSchema, mapSubschemas, type SchemaObject } from "./json-schema.ts";
import { markSecrets } from "./mark-secrets.ts";
import { optionalDefaults } from "./optional-defaults.ts";

export interface NixSchemaDocument extends SchemaObject {
  readonly "x-keywords": readonly string[];
}

export interface NixSchema {
  readonly document: NixSchemaDocument;
  readonly secrets: number;
  readonly translatedPatterns: number;
  readonly untranslatablePatterns: readonly UntranslatablePattern[];
}

export function nixSchema(schema: JsonSchema): NixSchema {
  if (typeof schema === "boolean") return nixSchema(schema ? {} : { not: {} });
  const marked = markSecrets(optionalDefaults(expandSchema(schema)));
  const annotated = annotatePatterns(marked.schema);
  const document = compactSchema(annotated.schema);
  return {
    document: { ...document, "x-keywords": keywordsOf(document) },
    secrets: marked.secrets,
    translatedPatterns: annotated.translated,
    untranslatablePatterns: annotated.untranslatable,
  };
}

function keywordsOf(document: SchemaObject): readonly string[] {
  const keywords = new Set<string>();
  const collect = (node: JsonSchema): JsonSchema => {
    if (typeof node === "boolean") return node;
    for (const keyword of Object.keys(node)) keywords.add(keyword);
    return mapSubschemas(node, collect);
  };
  collect(document);
  return [...keywords].sort();
}
