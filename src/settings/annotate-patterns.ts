// Translates the patterns of a schema for the Nix side, which cannot do so itself.
//
// Contract: beside each `pattern` stands `x-posixPattern`, beside `patternProperties` stands
// `x-posixPatternProperties` (from each expression to its translation), for what `builtins.match`
// can say. What it cannot say gets no translation and is counted: the Nix side then skips that
// pattern, which makes it more lenient, never wrong.

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
  /** How often it occurs in the schema. */
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
  // The Nix side stands one byte for each character outside ASCII, so it can only tell that a
  // character is outside ASCII, not which one it is.
  return /^[\0-\x7f]*$/.test(result.pattern)
    ? result.pattern
    : { pattern, reason: "characters outside ASCII", uses: 0 };
}

/** Validators differ in whether they set the flag `u`; what means another thing with it is left. */
function translateSource(source: string): ReturnType<typeof translatePattern> {
  if (/\\[pPu]\{/.test(source)) return { ok: false, reason: "an escape that needs the flag u" };
  try {
    return translatePattern(new RegExp(source));
  } catch (error) {
    if (error instanceof SyntaxError) return { ok: false, reason: error.message };
    throw error;
  }
}
