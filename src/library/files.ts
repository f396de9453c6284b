// Nix code that generated modules import: written by hand in `nix/lib/`, usable by others, and
// copied beside the modules so that the generated directory is complete in itself.

import { readFileSync } from "node:fs";

import { nix, type NixExpr } from "../nix/index.ts";

export const libraryFiles = [
  "closure-profile.nix",
  "json-schema-type.nix",
  "json-schema/definitions.nix",
  "json-schema/describe.nix",
  "json-schema/docs.nix",
  "json-schema/explain.nix",
  "json-schema/json-value.nix",
  "json-schema/keywords.nix",
  "json-schema/looks-secret.nix",
  "json-schema/probably-meant.nix",
  "json-schema/validate.nix",
  "seatbelt-base.sb",
  "seatbelt-profile.nix",
  "superseded-module.nix",
  "validated-config.nix",
] as const;

export type LibraryFile = (typeof libraryFiles)[number];

/** The text of a library file. */
export function readLibrary(name: LibraryFile): string {
  return readFileSync(new URL(`../../nix/lib/${name}`, import.meta.url), "utf8");
}

/** Where a library file is, relative to the output directory. */
export function libraryPath(name: LibraryFile): string {
  return `lib/${name}`;
}

/** Imports a library file into a module one directory below the output's. */
export function importLibrary(name: LibraryFile): NixExpr {
  return nix`import ${nix.path(`../${libraryPath(name)}`)}`;
}
