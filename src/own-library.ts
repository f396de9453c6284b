// A hook for module resolution: a project that has not installed the library gets the one of the command, so that
// `npx nixmodgen generate` works before anything is installed.

import type { ResolveHook } from "node:module";

export const resolve: ResolveHook = async (specifier, context, next) => {
  try {
    return await next(specifier, context);
  } catch (error) {
    // A package's own modules may import it by its name.
    if (!/^nixmodgen(?:\/|$)/.test(specifier)) throw error;
    return await next(specifier, { ...context, parentURL: import.meta.url });
  }
};
