// The name of the parameter of an author's function. Generated code uses it, so that nobody has
// to repeat it.

/**
 * The name of a function's first parameter, as the source has it: the loader of schemas renames no parameter.
 * Undefined without a parameter, or for one that is destructured.
 */
export function parameterName(of: (...given: never[]) => unknown): string | undefined {
  return /^(?:function\b[^(]*)?\(?\s*([A-Za-z_][A-Za-z0-9_]*)\s*(?:[,)]|=>)/.exec(
    of.toString(),
  )?.[1];
}
