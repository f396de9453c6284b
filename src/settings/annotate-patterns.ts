// Translates the patterns of a schema for the Nix side, which cannot do so itself.
//
// Contract: adds `x-posixPattern` beside each `pattern`, and `x-posixPatternProperties` (from each
// expression to its translation) beside `patternProperties`, for patterns that `builtins.match` can
// express. Other patterns get no translation and are counted: the Nix side skips them, which makes it
// more lenient, never wrong.

import { translatePattern } from "../pattern/posix.ts";
import { type JsonSchema, mapSubschemas, type SchemaObject } from "./json-schema.ts";

/** A schema object as the Nix side reads it. */
export interface PatternAnnotations extends SchemaObject {
  readonly "x-posixPattern"?: string;
  readonly "x-posixPatternProperties"?: Readonly<Record<string, string>>;
}

export interface UntranslatablePattern {
  readonly pattern: string;
  readonly reason: string;
  /** The number of its occurrences in the schema. */
  uses: number;
}

export interface AnnotatedSchema {
  readonly schema: JsonSchema;
  /** Occurrences, not different patterns. */
  readonly translated: number;
  readonly untranslatable: readonly UntranslatablePattern[];
}

export function annotatePatterns(schema: JsonSchema): AnnotatedSchema {
  const translations = new Map<string, string | UntranslatablePattern>();
  let translated = 0;

  const translate = (pattern: string): string | undefined => {
    const known = translations.get(pattern) ?? translateOnce(pattern);
    translations.set(pattern, known);
    if (typeof known === "string") {
      translated += 1;
      return known;
    }
    known.uses += 1;
    return undefined;
  };

  const annotate = (node: JsonSchema): JsonSchema => {
    if (typeof node === "boolean") return node;
    const inner = mapSubschemas(node, annotate);
    const pattern = node.pattern === undefined ? undefined : translate(node.pattern);
    const properties = Object.keys(node.patternProperties ?? {}).flatMap((key) => {
      const translation = translate(key);
      return translation === undefined ? [] : [[key, translation] as const];
    });
    const annotated: PatternAnnotations = {
      ...inner,
      ...(pattern === undefined ? {} : { "x-posixPattern": pattern }),
      ...(properties.length === 0
        ? {}
        : { "x-posixPatternProperties": Object.fromEntries(properties) }),
    };
    return annotated;
  };

  const annotated = annotate(schema);
  const untranslatable = [...translations.values()].filter((known) => typeof known !== "string");
  return { schema: annotated, translated, untranslatable };
}

function translateOnce(pattern: string): string | UntranslatablePattern {
  const result = translateSource(pattern);
  if (!result.ok) return { pattern, reason: result.reason, uses: 0 };
  // The Nix side replaces each character outside ASCII by one byte, so it cannot tell such characters
  // apart.
  return /^[\0-\x7f]*$/.test(result.pattern)
    ? result.pattern
    : { pattern, reason: "characters outside ASCII", uses: 0 };
}

/** Some validators set the flag `u`, some do not. Expressions whose meaning depends on it get no translation. */
function translateSource(source: string): ReturnType<typeof translatePattern> {
  if (/\\[pPu]\{/.test(source)) return { ok: false, reason: "an escape that needs the flag u" };
  try {
    return translatePattern(new RegExp(source));
  } catch (error) {
    if (error instanceof SyntaxError) return { ok: false, reason: error.message };
    throw error;
  }
}
