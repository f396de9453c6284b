// Reads the docs of a schema file, and checks its types, unless everything that was read for it the last
// time is as it was: then the result is, too. TypeScript is not even loaded in that case.
//
// Contract: the same as `readDocs`. Only what passed is kept: a mistake is found again each time.

import { isTrace, isUpToDate, recordDisk } from "../cache/recorded-disk.ts";
import type { Cache } from "../cache/cache.ts";
import { digestText } from "../cache/digest.ts";
import { z } from "../zod.ts";
import type { DocsSource, OptionDocs } from "./option-docs.ts";

const locationSchema = z.object({ file: z.string(), line: z.number() });

const entrySchema = z.object({
  trace: z.unknown().refine(isTrace),
  service: locationSchema,
  options: z.array(
    z.tuple([z.string(), z.object({ description: z.string(), location: locationSchema })]),
  ),
});

/** @throws UserError as `readDocs` does */
export async function readCachedDocs(source: DocsSource, cache: Cache): Promise<OptionDocs> {
  const { entry, tsconfig, root } = source;
  // TypeScript may look for types in the directory it runs in.
  const key = JSON.stringify([entry, tsconfig, root, process.cwd()]);
  const name = `docs-${digestText(entry).slice(0, 16)}`;
  const known = cache.read(name, key);
  const docs = known === undefined ? undefined : parseEntry(known);
  if (docs !== undefined) return docs;
  const { readDocs } = await import("./read-docs.ts");
  const { disk, trace } = recordDisk();
  const { service, options } = readDocs(source, disk);
  const asked = trace();
  if (asked !== undefined) {
    cache.write(name, key, JSON.stringify({ trace: asked, service, options: [...options] }));
  }
  return { service, options };
}

/** The docs of an entry that is up to date. */
function parseEntry(text: string): OptionDocs | undefined {
  const { data } = entrySchema.safeParse(JSON.parse(text));
  if (data === undefined || !isTrace(data.trace) || !isUpToDate(data.trace)) return undefined;
  return { service: data.service, options: new Map(data.options) };
}
