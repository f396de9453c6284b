// What the generator hands over: texts with a name. Everything up to here is pure; everything that
// turns these into files on a disk is in this directory.

export interface OutputFile {
  /** POSIX path relative to the output directory, for example `nixos/hello.nix`. */
  readonly path: string;
  readonly text: string;
}

/** The order files are listed in everywhere: by code unit, so that no locale changes it. */
export function comparePaths(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

/** The command that brings the output directory up to date. */
export const generateCommand = "pnpm generate";
