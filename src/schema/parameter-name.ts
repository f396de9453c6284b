// What an author calls the parameter of a function. Generated code calls it the same, so that nobody has
// to say it once more.

/**
 * The name of a function's first parameter, as it is written: what runs schemas renames none. Undefined
 * where there is none, or one that is taken apart.
 */
export function parameterName(of: (...given: never[]) => unknown): string | undefined {
  return /^(?:function\b[^(]*)?\(?\s*([A-Za-z_][A-Za-z0-9_]*)\s*(?:[,)]|=>)/.exec(
    of.toString(),
  )?.[1];
}
