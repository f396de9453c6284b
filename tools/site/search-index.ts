// The index of the search, as a script: a page from file:// can load nothing else.

import MiniSearch from "minisearch";

import {
  type Entry,
  find,
  kinds,
  type SearchData,
  searchOptions,
  type Shown,
} from "./client/search-options.ts";
import type { Found, SiteFile } from "./layout.ts";

export interface SearchIndex {
  readonly file: SiteFile;
  readonly count: number;
  /** Searches as a page does. */
  readonly find: (query: string) => readonly Shown[];
}

export function searchIndex(found: readonly Found[]): SearchIndex {
  const index = new MiniSearch<Entry>(searchOptions);
  index.addAll(found.map(({ title, text }, id) => ({ id, title, text })));
  const data: SearchData = {
    index: JSON.stringify(index),
    entries: found.map(({ kind, title, address, hint }): Shown => [
      kinds.indexOf(kind),
      title,
      address,
      hint,
    ]),
  };
  return {
    file: { path: "assets/search.js", text: `window.siteIndex=${JSON.stringify(data)};\n` },
    count: found.length,
    find: (query) => find(index, data.entries, query),
  };
}
