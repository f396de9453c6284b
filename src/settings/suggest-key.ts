// Suggests a key for one that is not accepted. Three things happen to keys: somebody
// mistypes them, the program's authors rename a part of them, or they move to another place.

import { nearest } from "../nearest.ts";
import { type JsonSchema } from "./json-schema.ts";
import { anyName, below, keysOf } from "./schema-place.ts";

/** The number of levels to search for a key that moved: a deeper match is a coincidence. */
const maximumDepth = 4;

/**
 * @param root the whole schema
 * @param parent path of the object that does not accept the key
 * @returns the path that was probably meant
 */
export function suggestKey(
  root: JsonSchema,
  parent: readonly string[],
  siblings: readonly string[],
  key: string,
): readonly string[] | undefined {
  const sibling = nearest(key, siblings) ?? sharingWords(key, siblings);
  return sibling === undefined ? elsewhere(root, key) : [...parent, sibling];
}

/** The key with the largest share of common words: `byChannel` for `byProvider`. */
function sharingWords(key: string, candidates: readonly string[]): string | undefined {
  const words = wordsOf(key);
  const scored = candidates.map((candidate) => {
    const others = wordsOf(candidate);
    const common = words.filter((word) => others.includes(word)).length;
    return { candidate, score: common / new Set([...words, ...others]).size };
  });
  const [best] = scored.filter(({ score }) => score >= 1 / 3).sort((a, b) => b.score - a.score);
  return best?.candidate;
}

function wordsOf(key: string): readonly string[] {
  return key.split(/(?=[A-Z])|[-_.]/).map((word) => word.toLowerCase());
}

/** The shortest path that ends in the key; of several, the first in alphabetical order. */
function elsewhere(root: JsonSchema, key: string): readonly string[] | undefined {
  let level: readonly { path: readonly string[]; schema: JsonSchema }[] = [
    { path: [], schema: root },
  ];
  for (let depth = 0; depth < maximumDepth; depth += 1) {
    const next = level.flatMap(({ path, schema }) =>
      keysOf(schema).map((name) => ({
        path: [...path, name],
        schema: below(schema, name) ?? false,
      })),
    );
    const found = next.find(({ path }) => path.at(-1) === key);
    if (found !== undefined) return found.path;
    level = next;
  }
  return undefined;
}

/** A path of the configuration as people write it. */
export function formatKey(path: readonly string[]): string {
  return path
    .map((name) => (/^[\w-]+$/.test(name) || name === anyName ? name : JSON.stringify(name)))
    .join(".");
}
