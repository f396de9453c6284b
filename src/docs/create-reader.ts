// Reads schema files again and again: with the native compiler, and where that finds anything wrong, with the one
// that can say what.

import type { RecordedDisk, Trace } from "../cache/recorded-disk.ts";
import type { DocsSource, OptionDocs } from "./option-docs.ts";
import { NativeReader } from "./read-natively.ts";

/** Docs, and the record of the files read for them. */
export interface RecordedDocs {
  readonly docs: OptionDocs;
  /** Undefined if somebody was writing meanwhile. */
  readonly trace: Trace | undefined;
}

export type Reader = (source: DocsSource) => RecordedDocs | Promise<RecordedDocs>;

/**
 * A reader that parses an unchanged file only once. It throws what `readDocs` throws.
 *
 * @param recordDisk the disk for a schema that is read for the first time
 */
export function createReader(recordDisk: () => RecordedDisk): Reader {
  const readNatively = createNativeReader(recordDisk);
  let readThoroughly: Promise<Reader> | undefined;
  return async (source) => {
    const read = readNatively(source);
    if (read !== undefined) return read;
    // Loading that compiler takes half a second.
    readThoroughly ??= import("./read-docs.ts").then(({ createThoroughReader }) =>
      createThoroughReader(recordDisk),
    );
    return (await readThoroughly)(source);
  };
}

/** Reads natively; undefined for a schema with mistakes, and on machines without the native compiler. */
export function createNativeReader(
  recordDisk: () => RecordedDisk,
): (source: DocsSource) => RecordedDocs | undefined {
  const readers = new Map<string, NativeReader>();
  const readerOf = (source: DocsSource, key: string): NativeReader => {
    const before = readers.get(key);
    if (before?.takeChanges() === true) return before;
    before?.close();
    readers.delete(key);
    const reader = new NativeReader(source, recordDisk());
    readers.set(key, reader);
    return reader;
  };
  return (source) => {
    const key = JSON.stringify(source);
    try {
      const reader = readerOf(source, key);
      const docs = reader.read();
      return docs && { docs, trace: reader.trace() };
    } catch {
      // There is no compiler for this machine, it has broken down, or a doc comment has a mistake. The other
      // compiler reads the schema then, and finds the mistake again.
      readers.get(key)?.close();
      readers.delete(key);
      return undefined;
    }
  };
}
