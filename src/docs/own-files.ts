// Which files of a compiled project are the author's own: their mistakes are reported, and no others.

import { librarySource } from "../library.ts";

export function isOwnFile(path: string): boolean {
  return (
    !/\.d\.[cm]?ts$/.test(path) &&
    !path.includes("/node_modules/") &&
    !path.startsWith(librarySource)
  );
}

/** TypeScript's complaint about a JavaScript module without types, which is no mistake of the author's. */
export const untypedModule = 7016;
