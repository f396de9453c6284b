// Where the library itself is: in the repository it is TypeScript, in the package it is built. The layout is the same.

import { extname } from "node:path";
import { fileURLToPath } from "node:url";

/** The name by which schemas import the library. */
export const libraryName = "nixmodgen";

/** The directory of the library's code, with a slash at its end. */
export const librarySource = fileURLToPath(new URL(".", import.meta.url));

const extension = extname(new URL(import.meta.url).pathname);

/** The URL of one of its modules, which is not imported as usual: `fresh-imports`. */
export function libraryModule(name: string): URL {
  return new URL(`${name}${extension}`, import.meta.url);
}

/** The public modules, by what follows the library's name in an import. */
const entries = { "": "index", "/generate": "project", "/baseline": "baseline/index" } as const;

const types = extension === ".ts" ? ".ts" : ".d.ts";

/** From the name in an import to the source that TypeScript reads for it. */
export const librarySources: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(entries).map(([subpath, module]) => [
    `${libraryName}${subpath}`,
    `${librarySource}${module}${types}`,
  ]),
);
