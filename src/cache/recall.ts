// Files that depend only on values: made once for the same values.

import { z } from "../zod.ts";
import { type Cache, noCache } from "./cache.ts";
import { digestValue } from "./digest.ts";

interface NamedText {
  readonly path: string;
  readonly text: string;
}

const textsSchema = z.array(z.object({ path: z.string(), text: z.string() }));

/**
 * Returns the result of `make`, or its earlier result for the same values. If it throws, nothing is kept.
 *
 * @param name the name of the result; the cache keeps the last result of each name
 * @param values all inputs of the result
 */
export function recall(
  cache: Cache,
  name: string,
  values: unknown,
  make: () => readonly NamedText[],
): readonly NamedText[] {
  const key = cache === noCache ? undefined : digestValue(values);
  if (key === undefined) return make();
  const known = cache.read(name, key);
  if (known !== undefined) return textsSchema.parse(JSON.parse(known));
  const made = make();
  cache.write(name, key, JSON.stringify(made));
  return made;
}
