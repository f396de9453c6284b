// Reads the docs of a schema file, and checks its types. If all files that it read the last time are unchanged,
// so is the result, and TypeScript is not even loaded.
//
// Contract: the same as `readDocs`, which runs in a process of its own, so that this one can run the schema
// meanwhile. The cache keeps only results without mistakes: a mistake is found again each time.

import { isTrace, isUpToDate, type Trace } from "../cache/recorded-disk.ts";
import type { Cache } from "../cache/cache.ts";
import { digestText } from "../cache/digest.ts";
import { z } from "../zod.ts";
import type { DocsSource, OptionDocs } from "./option-docs.ts";
import { askReader } from "./reader-process.ts";

const locationSchema = z.object({ file: z.string(), line: z.number() });

const entrySchema = z.object({
  trace: z.unknown(),
  service: locationSchema,
  options: z.array(
    z.tuple([z.string(), z.object({ description: z.string(), location: locationSchema })]),
  ),
});

/** @throws UserError as `readDocs` does, directly or by rejecting the promise */
export function readCachedDocs(source: DocsSource, cache: Cache): OptionDocs | Promise<OptionDocs> {
  const kept = keptDocs(source, cache);
  return kept !== undefined && isUpToDate(kept.trace) ? kept.docs : readAndKeep(source, cache);
}

/** The docs of the last run, which may be out of date. */
export function lastDocs(source: DocsSource, cache: Cache): OptionDocs | undefined {
  return keptDocs(source, cache)?.docs;
}

async function readAndKeep(source: DocsSource, cache: Cache): Promise<OptionDocs> {
  const { docs, trace } = await askReader(source);
  const { name, key } = placeOf(source);
  if (trace !== undefined) {
    const { service, options } = docs;
    cache.write(name, key, JSON.stringify({ trace, service, options: [...options] }));
  }
  return docs;
}

interface KeptDocs {
  readonly trace: Trace;
  readonly docs: OptionDocs;
}

function keptDocs(source: DocsSource, cache: Cache): KeptDocs | undefined {
  const { name, key } = placeOf(source);
  const text = cache.read(name, key);
  if (text === undefined) return undefined;
  const { trace, service, options } = entrySchema.parse(JSON.parse(text));
  return isTrace(trace) ? { trace, docs: { service, options: new Map(options) } } : undefined;
}

function placeOf({ entry, tsconfig, root }: DocsSource): {
  readonly name: string;
  readonly key: string;
} {
  return {
    name: `docs-${digestText(entry).slice(0, 16)}`,
    // TypeScript may look for types in the directory it runs in.
    key: JSON.stringify([entry, tsconfig, root, process.cwd()]),
  };
}
