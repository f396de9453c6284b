// How texts become terms of the search: the same when the index is built and when it is asked.

import type MiniSearch from "minisearch";
import type { Options, SearchOptions } from "minisearch";

/** A thing that can be found. */
export interface Entry {
  readonly id: number;
  readonly title: string;
  readonly text: string;
}

/** What the list of results shows of an entry: kind, title, address, a hint. */
export type Shown = readonly [kind: number, title: string, address: string, hint: string];

export const kinds = ["guide", "option", "promise", "setting"] as const;

export type Kind = (typeof kinds)[number];

/** What the page loads before the first search. */
export interface SearchData {
  readonly index: string;
  readonly entries: readonly Shown[];
}

/** Words, and the words in names: `allowFrom` is also found as `from`. */
function tokenize(text: string): string[] {
  const words = text.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
  return words.flatMap((word) => {
    const parts = word.split(/(?<=\p{Ll})(?=\p{Lu})/u);
    return parts.length === 1 ? [word] : [word, ...parts];
  });
}

export const searchOptions: Options<Entry> = {
  fields: ["title", "text"],
  storeFields: [],
  tokenize,
  processTerm: (term) => term.toLowerCase(),
};

/** Guides and options before the thousands of settings. */
const weights: Readonly<Record<Kind, number>> = {
  guide: 1.5,
  option: 3,
  promise: 1.2,
  setting: 0.5,
};

export const shownResults = 40;

/**
 * The best results for a query that somebody is still typing: only its last word may be the beginning of one. If
 * that finds nothing, all words may, and words may be misspelt.
 */
export function find(
  index: MiniSearch<Entry>,
  entries: readonly Shown[],
  query: string,
): readonly Shown[] {
  const common: SearchOptions = {
    combineWith: "AND",
    boost: { title: 4 },
    boostDocument: (id: number) => weights[kinds[entries[id]?.[0] ?? 0] ?? "guide"],
  };
  const exact = index.search(query, {
    ...common,
    prefix: (term, position, terms) =>
      position === terms.length - 1 && (term.length > 1 || position === 0),
  });
  const results =
    exact.length > 0
      ? exact
      : index.search(query, {
          ...common,
          prefix: (term) => term.length > 1,
          fuzzy: (term) => (term.length > 4 ? 0.2 : false),
        });
  return results.slice(0, shownResults).flatMap(({ id }) => {
    const entry = entries[id as number];
    return entry === undefined ? [] : [entry];
  });
}
